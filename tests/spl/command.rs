//! Commands: rows in, rows out.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::{self, Condition};
use super::evaluate::{condition as holds, evaluate};
use super::expression::{self, Expression};
use super::model::{self, Model};
use super::order::{self, Key};
use super::pipeline::subsearches;
use super::statistic::{self, Statistic};
use super::token::{Cursor, Language, Token, tokens};
use super::value::number;
use super::{Index, Outcome, Row, Search, Value, rejected, unknown};

#[derive(Debug)]
pub(super) enum Command {
    /// Events of the index, or rows so far.
    Search {
        condition: Condition,
        is_first: bool,
    },
    Where(Expression),
    Eval(Vec<(String, Expression)>),
    Fill {
        value: String,
        fields: Vec<String>,
    },
    Table(Vec<String>),
    Remove(Vec<String>),
    Rename(Vec<(String, String)>),
    Statistics {
        functions: Vec<Statistic>,
        by: Vec<String>,
    },
    Sort {
        most: usize,
        keys: Vec<Key>,
    },
    Head(usize),
    Distinct {
        fields: Vec<String>,
        keeps_empty: bool,
        keys: Vec<Key>,
    },
    Expand(String),
    Join {
        is_left: bool,
        most: usize,
        fields: Vec<String>,
        search: Search,
    },
    /// `tstats`
    Model(Model),
    /// `append`, and the searches of `multisearch`.
    Append(Vec<Search>),
}

/// Reads one command.
pub(super) fn read(text: &str) -> Outcome<Command> {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (around, inside) = subsearches(rest);
    if inside.is_empty() || matches!(name, "where" | "eval") {
        return plain(name, rest);
    }
    let searches = inside.iter().map(|text| Search::read(text)).collect::<Outcome<Vec<_>>>()?;
    match name {
        "append" | "multisearch" => {
            let streams = |search: &Search| {
                search.commands.iter().all(|command| {
                    matches!(
                        command,
                        Command::Search { .. } | Command::Where(_) | Command::Eval(_) | Command::Rename(_)
                    )
                })
            };
            if name == "multisearch" && !searches.iter().all(streams) {
                return rejected("a command in a subsearch of `multisearch` that does not stream");
            }
            Ok(Command::Append(searches))
        }
        "join" => join(&around, searches),
        other => unknown(format!("a subsearch of `{other}`")),
    }
}

fn plain(name: &str, rest: &str) -> Outcome<Command> {
    let mut cursor = Cursor::new(match name {
        "where" | "eval" | "stats" | "search" | "tstats" => Vec::new(),
        _ => tokens(rest, Language::Search)?,
    });
    match name {
        "search" => Ok(Command::Search { condition: condition::read(rest)?, is_first: false }),
        "where" => Ok(Command::Where(expression::read(rest)?)),
        "eval" => Ok(Command::Eval(expression::assignments(rest)?)),
        "stats" => {
            let (functions, by) = statistic::read(rest)?;
            Ok(Command::Statistics { functions, by })
        }
        "tstats" => model::read(rest),
        "fillnull" => {
            let value = if cursor.takes_word("value") {
                cursor.expect("=")?;
                cursor.name()?
            } else {
                "0".to_owned()
            };
            Ok(Command::Fill { value, fields: names(&mut cursor)? })
        }
        "table" => Ok(Command::Table(names(&mut cursor)?)),
        "fields" if cursor.takes_word("-") => Ok(Command::Remove(names(&mut cursor)?)),
        "rename" => {
            let mut pairs = Vec::new();
            while cursor.peek().is_some() {
                let old = cursor.name()?;
                if !cursor.takes_word("as") {
                    return rejected("`rename` without `as`");
                }
                pairs.push((old, cursor.name()?));
                cursor.takes(",");
            }
            Ok(Command::Rename(pairs))
        }
        "sort" => {
            let most = count(&mut cursor).unwrap_or(10_000);
            Ok(Command::Sort { most: if most == 0 { usize::MAX } else { most }, keys: order::keys(&mut cursor)? })
        }
        "head" => Ok(Command::Head(count(&mut cursor).unwrap_or(10))),
        "dedup" => {
            let keeps_empty = cursor.takes_word("keepempty");
            if keeps_empty {
                cursor.expect("=")?;
                if !cursor.takes_word("true") {
                    return unknown("`keepempty` other than true");
                }
            }
            let mut fields = Vec::new();
            while cursor.peek().is_some_and(|token| !token.says("sortby")) {
                fields.push(cursor.name()?);
            }
            let keys = if cursor.takes_word("sortby") { order::keys(&mut cursor)? } else { Vec::new() };
            Ok(Command::Distinct { fields, keeps_empty, keys })
        }
        "mvexpand" => Ok(Command::Expand(cursor.name()?)),
        other => unknown(format!("the command `{other}`")),
    }
}

fn join(around: &str, mut searches: Vec<Search>) -> Outcome<Command> {
    let mut cursor = Cursor::new(tokens(around, Language::Search)?);
    let (mut is_left, mut most) = (false, 1);
    while cursor.peek_second().is_some_and(|token| token.is("=")) {
        let option = cursor.name()?;
        cursor.expect("=")?;
        match (option.as_str(), cursor.name()?.as_str()) {
            ("type", "left" | "outer") => is_left = true,
            ("type", "inner") => is_left = false,
            ("max", number) => most = number.parse().or_else(|_| rejected("the option `max` of `join`"))?,
            (option, _) => return unknown(format!("the option `{option}` of `join`")),
        }
    }
    let fields = names(&mut cursor)?;
    if fields.is_empty() {
        return unknown("`join` on every common field");
    }
    let most = if most == 0 { usize::MAX } else { most };
    Ok(Command::Join { is_left, most, fields, search: searches.remove(0) })
}

fn count(cursor: &mut Cursor) -> Option<usize> {
    let Some(Token::Word(word)) = cursor.peek() else { return None };
    let count = word.parse().ok()?;
    cursor.next();
    Some(count)
}

/// Names up to the end, with or without commas.
fn names(cursor: &mut Cursor) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    while cursor.peek().is_some() {
        found.push(cursor.name()?);
        cursor.takes(",");
    }
    if found.iter().any(|name| name.contains('*')) {
        return unknown("a wildcard in a list of fields");
    }
    Ok(found)
}

impl Command {
    /// Makes a search the first one, which finds events.
    pub(super) fn begin(&mut self) {
        if let Self::Search { is_first, .. } = self {
            *is_first = true;
        }
    }

    pub(super) fn run(&self, mut rows: Vec<Row>, index: &Index) -> Outcome<Vec<Row>> {
        match self {
            Self::Search { condition, is_first: true } => {
                Ok(index.events.iter().filter(|row| condition.holds(row, index)).cloned().collect())
            }
            Self::Search { condition, .. } => Ok(kept(rows, |row| condition.holds(row, index))),
            Self::Where(expression) => {
                let mut kept = Vec::new();
                for row in rows {
                    if holds(expression, &row, index)? == Some(true) {
                        kept.push(row);
                    }
                }
                Ok(kept)
            }
            Self::Eval(assignments) => {
                for row in &mut rows {
                    for (name, expression) in assignments {
                        match evaluate(expression, row, index)? {
                            Value::Bool(_) => return rejected(format!("`eval` gives `{name}` a truth value")),
                            value => row.set(name, value),
                        }
                    }
                }
                Ok(rows)
            }
            Self::Fill { value, fields } => {
                for row in &mut rows {
                    for field in fields {
                        if row.get(field).is_null() {
                            row.set(field, Value::Text(value.clone()));
                        }
                    }
                }
                Ok(rows)
            }
            Self::Table(fields) => {
                let kept: BTreeSet<&str> = fields.iter().map(String::as_str).collect();
                for row in &mut rows {
                    row.retain(|name| kept.contains(name));
                }
                Ok(rows)
            }
            Self::Remove(fields) => {
                for row in &mut rows {
                    row.retain(|name| !fields.iter().any(|field| field == name));
                }
                Ok(rows)
            }
            Self::Rename(pairs) => {
                for row in &mut rows {
                    for (old, new) in pairs {
                        if let (Some(prefix), "*") = (old.strip_suffix('*'), new.as_str()) {
                            row.strip(prefix);
                            continue;
                        }
                        let value = row.get(old).clone();
                        row.set(old, Value::Null);
                        row.set(new, value);
                    }
                }
                Ok(rows)
            }
            Self::Statistics { functions, by } => statistic::run(functions, by, &rows, index),
            Self::Sort { most, keys } => {
                order::sort(&mut rows, keys);
                rows.truncate(*most);
                Ok(rows)
            }
            Self::Head(most) => {
                rows.truncate(*most);
                Ok(rows)
            }
            Self::Distinct { fields, keeps_empty, keys } => {
                order::sort(&mut rows, keys);
                Ok(distinct(rows, fields, *keeps_empty))
            }
            Self::Expand(field) => Ok(rows.into_iter().flat_map(|row| expanded(row, field)).collect()),
            Self::Join { is_left, most, fields, search } => {
                let others = search.run(index)?;
                joined(rows, &others, fields, *is_left, *most)
            }
            Self::Model(model) => model.run(index),
            Self::Append(searches) => {
                for search in searches {
                    rows.extend(search.run(index)?);
                }
                Ok(rows)
            }
        }
    }
}

pub(super) fn kept(rows: Vec<Row>, mut keeps: impl FnMut(&Row) -> bool) -> Vec<Row> {
    rows.into_iter().filter(|row| keeps(row)).collect()
}

/// The first row for each combination of values, which stands for the events of the others as well. Rows without one of
/// the fields are all kept, or none of them.
fn distinct(rows: Vec<Row>, fields: &[String], keeps_empty: bool) -> Vec<Row> {
    let (mut found, mut places): (Vec<Row>, BTreeMap<_, usize>) = (Vec::new(), BTreeMap::new());
    for row in rows {
        let values: Vec<Vec<String>> = fields.iter().map(|field| row.get(field).texts()).collect();
        if values.iter().any(Vec::is_empty) {
            found.extend(keeps_empty.then_some(row));
        } else if let Some(place) = places.get(&values) {
            found[*place].ids.extend(row.ids);
        } else {
            places.insert(values, found.len());
            found.push(row);
        }
    }
    found
}

/// A row for each value; a row without the field stays as it is.
fn expanded(row: Row, field: &str) -> Vec<Row> {
    let Value::Many(values) = row.get(field).clone() else { return vec![row] };
    let with = |value: String| {
        let mut row = row.clone();
        row.set(field, Value::Text(value));
        row
    };
    values.into_iter().map(with).collect()
}

/// Rows with the same values in the fields, of which none may be missing; the fields of the subsearch win.
fn joined(rows: Vec<Row>, others: &[Row], fields: &[String], is_left: bool, most: usize) -> Outcome<Vec<Row>> {
    let mut found = Vec::new();
    for row in rows {
        let mut partners = Vec::new();
        for other in others {
            if partners.len() < most && agree(&row, other, fields)? {
                partners.push(other);
            }
        }
        if partners.is_empty() && is_left {
            found.push(row.clone());
        }
        for partner in partners {
            let mut row = row.clone();
            partner.fields().for_each(|(name, value)| row.set(name, value.clone()));
            row.ids.extend(partner.ids.iter().cloned());
            found.push(row);
        }
    }
    Ok(found)
}

fn agree(left: &Row, right: &Row, fields: &[String]) -> Outcome<bool> {
    for field in fields {
        match (left.get(field), right.get(field)) {
            (Value::Null, _) | (_, Value::Null) => return Ok(false),
            (Value::Many(_), _) | (_, Value::Many(_)) => return unknown("`join` on a field with several values"),
            (left, right) => {
                let (left, right) = (left.texts().concat(), right.texts().concat());
                if left != right && (number(&left).is_none() || number(&left) != number(&right)) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}
