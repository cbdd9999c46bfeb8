//! `stats`: functions over the rows of a group.

use std::collections::{BTreeMap, BTreeSet};

use super::evaluate::evaluate;
use super::expression::{self, Expression};
use super::order::compare_texts;
use super::token::{Cursor, Language, Token, tokens};
use super::value::number;
use super::{Index, Outcome, Row, Value, rejected, unknown};

/// A function with what it is about and the name of its result.
#[derive(Debug)]
pub(super) struct Statistic {
    function: Kind,
    /// `None` for a plain `count`.
    of: Option<Expression>,
    name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Count,
    Distinct,
    Values,
    List,
    Sum,
    Average,
    Least,
    Greatest,
    First,
    Last,
    Latest,
    Earliest,
    Deviation,
    Variance,
    Percentile(u32),
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "count" | "c" => Self::Count,
            "dc" | "distinct_count" => Self::Distinct,
            "values" => Self::Values,
            "list" => Self::List,
            "sum" => Self::Sum,
            "avg" | "mean" => Self::Average,
            "min" => Self::Least,
            "max" => Self::Greatest,
            "first" => Self::First,
            "last" => Self::Last,
            "latest" => Self::Latest,
            "earliest" => Self::Earliest,
            "stdev" => Self::Deviation,
            "var" => Self::Variance,
            _ => Self::Percentile(name.strip_prefix("perc")?.parse().ok().filter(|rank| *rank <= 100)?),
        })
    }
}

/// The functions and the fields behind `by`.
pub(super) fn read(text: &str) -> Outcome<(Vec<Statistic>, Vec<String>)> {
    let mut cursor = Cursor::new(tokens(text, Language::Expression)?);
    let (mut functions, mut by) = (Vec::new(), Vec::new());
    while cursor.peek().is_some_and(|token| !token.says("by")) {
        let name = cursor.name()?;
        let Some(function) = Kind::named(&name) else { return unknown(format!("the statistic `{name}`")) };
        let (of, shown) = argument(&mut cursor, &name)?;
        let name = if cursor.takes_word("as") { cursor.name()? } else { shown };
        functions.push(Statistic { function, of, name });
        cursor.takes(",");
    }
    if cursor.takes_word("by") {
        while cursor.peek().is_some() {
            by.push(dotted(&mut cursor)?);
            cursor.takes(",");
        }
    }
    if functions.is_empty() {
        return rejected("`stats` without a function");
    }
    Ok((functions, by))
}

/// What a function is about, and the name of a result without `as`.
fn argument(cursor: &mut Cursor, function: &str) -> Outcome<(Option<Expression>, String)> {
    if !cursor.takes("(") {
        return Ok((None, function.to_owned()));
    }
    if cursor.takes(")") {
        return Ok((None, function.to_owned()));
    }
    if cursor.peek().is_some_and(|token| token.says("eval")) && cursor.peek_second().is_some_and(|token| token.is("("))
    {
        cursor.next();
        cursor.next();
        let of = expression::any(cursor)?;
        cursor.expect(")")?;
        cursor.expect(")")?;
        return Ok((Some(of), format!("{function}(eval)")));
    }
    let name = dotted(cursor)?;
    cursor.expect(")")?;
    let shown = format!("{function}({name})");
    Ok((Some(Expression::Field(name)), shown))
}

/// A field name, which has dots outside of expressions.
fn dotted(cursor: &mut Cursor) -> Outcome<String> {
    if let Some(Token::Field(_)) = cursor.peek() {
        return rejected("single quotes around a field of `stats`");
    }
    let mut name = cursor.name()?;
    while cursor.takes(".") {
        name = format!("{name}.{}", cursor.name()?);
    }
    Ok(name)
}

/// One row for each combination of values of the fields; rows without one of them are in none.
pub(super) fn run(functions: &[Statistic], by: &[String], rows: &[Row], index: &Index) -> Outcome<Vec<Row>> {
    let mut groups: BTreeMap<Vec<String>, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let mut keys: Vec<Vec<String>> = vec![Vec::new()];
        for field in by {
            let values = row.get(field).texts();
            // A row with several values is in the group of each.
            keys = keys
                .iter()
                .flat_map(|key| values.iter().map(|value| [key.clone(), vec![value.clone()]].concat()))
                .collect();
        }
        for key in keys {
            groups.entry(key).or_default().push(row);
        }
    }
    if groups.is_empty() && by.is_empty() {
        groups.insert(Vec::new(), Vec::new());
    }
    let mut found = Vec::new();
    for (key, rows) in groups {
        let mut row = Row::of_many(rows.iter().flat_map(|row| row.ids.iter().cloned()).collect());
        for (field, value) in by.iter().zip(key) {
            row.set(field, Value::Text(value));
        }
        for statistic in functions {
            row.set(&statistic.name, statistic.of_group(&rows, index)?);
        }
        found.push(row);
    }
    Ok(found)
}

impl Statistic {
    fn of_group(&self, rows: &[&Row], index: &Index) -> Outcome<Value> {
        let Some(of) = &self.of else {
            return if self.function == Kind::Count {
                Ok(count(rows.len()))
            } else {
                rejected("a statistic of nothing")
            };
        };
        let mut values = Vec::new();
        for row in rows {
            match evaluate(of, row, index)? {
                // A condition counts where it is true.
                Value::Bool(false) => {}
                Value::Bool(true) if self.function == Kind::Count => values.push("1".to_owned()),
                Value::Bool(true) => return unknown("a statistic of a condition"),
                value => values.extend(value.texts()),
            }
        }
        let numbers: Vec<f64> = values.iter().filter_map(|text| number(text)).collect();
        let text = |text: Option<&String>| text.cloned().map_or(Value::Null, Value::Text);
        let number_of = |number: Option<f64>| number.map_or(Value::Null, Value::Number);
        Ok(match self.function {
            Kind::Count => count(values.len()),
            Kind::Distinct => count(values.iter().collect::<BTreeSet<_>>().len()),
            // In lexicographical order, each once.
            Kind::Values => Value::many(values.into_iter().collect::<BTreeSet<_>>().into_iter().collect()),
            Kind::List => Value::many(values.into_iter().take(100).collect()),
            Kind::Sum => number_of((!numbers.is_empty()).then(|| numbers.iter().sum())),
            Kind::Average => number_of(average(&numbers)),
            Kind::Least => extreme(values, std::cmp::Ordering::Less),
            Kind::Greatest => extreme(values, std::cmp::Ordering::Greater),
            Kind::First => text(values.first()),
            Kind::Last => text(values.last()),
            Kind::Latest => self.by_time(of, rows, index, std::cmp::Ordering::Greater)?,
            Kind::Earliest => self.by_time(of, rows, index, std::cmp::Ordering::Less)?,
            Kind::Variance => number_of(variance(&numbers)),
            Kind::Deviation => number_of(variance(&numbers).map(f64::sqrt)),
            Kind::Percentile(_) => return unknown("`perc`, which is an estimate"),
        })
    }

    /// The value of the row with the greatest or least time.
    fn by_time(&self, of: &Expression, rows: &[&Row], index: &Index, wanted: std::cmp::Ordering) -> Outcome<Value> {
        let mut best: Option<(f64, Value)> = None;
        for row in rows {
            let Some(time) = row.get("_time").number() else {
                return rejected(format!("{:?} of rows without `_time`", self.function));
            };
            let value = evaluate(of, row, index)?;
            if !value.is_null() && best.as_ref().is_none_or(|(known, _)| time.total_cmp(known) == wanted) {
                best = Some((time, value));
            }
        }
        Ok(best.map_or(Value::Null, |(_, value)| value))
    }
}

fn count(number: usize) -> Value {
    Value::Number(u32::try_from(number).map_or(f64::MAX, f64::from))
}

fn extreme(values: Vec<String>, wanted: std::cmp::Ordering) -> Value {
    let better = |best: String, text: String| if compare_texts(&text, &best) == wanted { text } else { best };
    values.into_iter().reduce(better).map_or(Value::Null, Value::Text)
}

fn average(numbers: &[f64]) -> Option<f64> {
    let count = u32::try_from(numbers.len()).ok().filter(|count| *count > 0)?;
    Some(numbers.iter().sum::<f64>() / f64::from(count))
}

/// Of a sample: divided by one less than the count.
fn variance(numbers: &[f64]) -> Option<f64> {
    let average = average(numbers)?;
    let count = u32::try_from(numbers.len()).ok().filter(|count| *count > 1)?;
    Some(numbers.iter().map(|number| (number - average).powi(2)).sum::<f64>() / f64::from(count - 1))
}
