//! Functions of `eval` and `where`.

use super::evaluate::{compare, condition, evaluate, text};
use super::expression::Expression;
use super::pattern::{Network, regex};
use super::{Index, Outcome, Row, Value, json, rejected, time, unknown};

macro_rules! functions {
    ($($variant:ident $name:literal $least:literal ..= $most:literal,)*) => {
        /// Every function that is known.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Function { $($variant,)* }

        impl Function {
            pub(super) fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Whether it has as many arguments.
            pub(super) fn takes(self, count: usize) -> bool {
                match self { $(Self::$variant => ($least..=$most).contains(&count),)* }
            }
        }
    };
}

functions! {
    If "if" 3..=3,
    Case "case" 2..=999,
    Coalesce "coalesce" 1..=999,
    IsNull "isnull" 1..=1,
    IsNotNull "isnotnull" 1..=1,
    Null "null" 0..=0,
    True "true" 0..=0,
    False "false" 0..=0,
    In "in" 2..=9999,
    Match "match" 2..=2,
    CidrMatch "cidrmatch" 2..=2,
    Lower "lower" 1..=1,
    Upper "upper" 1..=1,
    Length "len" 1..=1,
    Replace "replace" 3..=3,
    Substring "substr" 2..=3,
    Split "split" 2..=2,
    Index "mvindex" 2..=3,
    Count "mvcount" 1..=1,
    Join "mvjoin" 2..=2,
    Find "mvfind" 2..=2,
    ToNumber "tonumber" 1..=1,
    ToText "tostring" 1..=1,
    Floor "floor" 1..=1,
    Ceiling "ceiling" 1..=1,
    Round "round" 1..=2,
    Absolute "abs" 1..=1,
    Root "sqrt" 1..=1,
    Exponential "exp" 1..=1,
    Power "pow" 2..=2,
    NaturalLogarithm "ln" 1..=1,
    Logarithm "log" 1..=2,
    Least "min" 1..=999,
    Greatest "max" 1..=999,
    Now "now" 0..=0,
    RelativeTime "relative_time" 2..=2,
    FormatTime "strftime" 2..=2,
    ParseTime "strptime" 2..=2,
    JsonExtract "json_extract" 2..=2,
    JsonElements "json_array_to_mv" 1..=1,
}

impl Function {
    pub(super) fn call(self, arguments: &[Expression], row: &Row, index: &Index) -> Outcome<Value> {
        let value = |at: usize| evaluate(&arguments[at], row, index);
        let holds = |at: usize| condition(&arguments[at], row, index);
        let numeric =
            |compute: &dyn Fn(f64) -> f64| Ok(value(0)?.number().map_or(Value::Null, |n| Value::Number(compute(n))));
        match self {
            Self::If => value(if holds(0)? == Some(true) { 1 } else { 2 }),
            Self::Case => {
                for at in (0..arguments.len()).step_by(2) {
                    if holds(at)? == Some(true) {
                        return value(at + 1);
                    }
                }
                Ok(Value::Null)
            }
            Self::Coalesce => {
                for at in 0..arguments.len() {
                    let found = value(at)?;
                    if !found.is_null() {
                        return Ok(found);
                    }
                }
                Ok(Value::Null)
            }
            Self::IsNull => Ok(Value::Bool(value(0)?.is_null())),
            Self::IsNotNull => Ok(Value::Bool(!value(0)?.is_null())),
            Self::Null => Ok(Value::Null),
            Self::True => Ok(Value::Bool(true)),
            Self::False => Ok(Value::Bool(false)),
            Self::In => {
                let subject = value(0)?;
                let mut found = None;
                for at in 1..arguments.len() {
                    match compare("=", &subject, &value(at)?)? {
                        Some(true) => return Ok(Value::Bool(true)),
                        other => found = found.or(other),
                    }
                }
                Ok(found.map_or(Value::Null, Value::Bool))
            }
            Self::Match => {
                let (subject, pattern) = (value(0)?, regex(&constant(&arguments[1])?)?);
                // Of several values of a field, one that fits is enough.
                let fits = subject.texts().iter().any(|text| pattern.is_match(text));
                Ok(if subject.is_null() { Value::Null } else { Value::Bool(fits) })
            }
            Self::CidrMatch => {
                let (network, subject) = (constant(&arguments[0])?, value(1)?);
                let Some(network) = Network::read(&network) else { return rejected(format!("the subnet `{network}`")) };
                let fits = subject.texts().iter().any(|text| network.holds(text));
                Ok(if subject.is_null() { Value::Null } else { Value::Bool(fits) })
            }
            Self::Lower => Ok(each(&value(0)?, str::to_lowercase)),
            Self::Upper => Ok(each(&value(0)?, str::to_uppercase)),
            Self::Length => self.of_one(&value(0)?, |text| count(text.chars().count())),
            Self::Replace => {
                let (pattern, to) = (regex(&constant(&arguments[1])?)?, constant(&arguments[2])?);
                let to = replacement(&to)?;
                Ok(each(&value(0)?, |text| pattern.replace_all(text, to.as_str()).into_owned()))
            }
            Self::Substring => {
                let start = value(1)?.number();
                let length = if arguments.len() > 2 { value(2)?.number() } else { Some(f64::MAX) };
                let Some((start, length)) = start.zip(length) else { return Ok(Value::Null) };
                self.of_one(&value(0)?, |text| Value::Text(substring(text, start, length)))
            }
            Self::Split => {
                let Some(delimiter) = text(&value(1)?) else { return Ok(Value::Null) };
                if delimiter.is_empty() {
                    return unknown("`split` by nothing");
                }
                self.of_one(&value(0)?, |text| Value::many(text.split(&delimiter).map(str::to_owned).collect()))
            }
            Self::Index => {
                let values = value(0)?.texts();
                let first = value(1)?.number();
                let last = if arguments.len() > 2 { value(2)?.number() } else { first };
                let place = |number: f64| position(number, values.len());
                let range = first.and_then(place).zip(last.and_then(place));
                let found = range.and_then(|(first, last)| values.get(first..=last));
                Ok(Value::many(found.map(<[String]>::to_vec).unwrap_or_default()))
            }
            Self::Count => {
                let values = value(0)?.texts();
                Ok(if values.is_empty() { Value::Null } else { count(values.len()) })
            }
            Self::Join => {
                let (values, delimiter) = (value(0)?.texts(), constant(&arguments[1])?);
                Ok(if values.is_empty() { Value::Null } else { Value::Text(values.join(&delimiter)) })
            }
            Self::Find => {
                let pattern = regex(&constant(&arguments[1])?)?;
                Ok(value(0)?.texts().iter().position(|text| pattern.is_match(text)).map_or(Value::Null, count))
            }
            Self::ToNumber => Ok(value(0)?.number().map_or(Value::Null, Value::Number)),
            Self::ToText => Ok(match value(0)? {
                many @ Value::Many(_) => many,
                one => Value::many(one.texts()),
            }),
            Self::Floor => numeric(&f64::floor),
            Self::Ceiling => numeric(&f64::ceil),
            Self::Round => {
                let digits = if arguments.len() > 1 { value(1)?.number().unwrap_or(0.0) } else { 0.0 };
                numeric(&|number| (number * 10f64.powf(digits)).round() / 10f64.powf(digits))
            }
            Self::Absolute => numeric(&f64::abs),
            Self::Root => numeric(&f64::sqrt),
            Self::Exponential => numeric(&f64::exp),
            Self::Power => {
                let exponent = value(1)?.number();
                numeric(&|number| exponent.map_or(f64::NAN, |exponent| number.powf(exponent)))
            }
            Self::NaturalLogarithm => numeric(&f64::ln),
            Self::Logarithm => {
                let base = if arguments.len() > 1 { value(1)?.number().unwrap_or(10.0) } else { 10.0 };
                numeric(&|number| number.log(base))
            }
            Self::Least | Self::Greatest => {
                let better = if self == Self::Least { f64::min } else { f64::max };
                let mut found: Option<f64> = None;
                for at in 0..arguments.len() {
                    let value = value(at)?;
                    match value.number() {
                        Some(number) => found = Some(found.map_or(number, |best| better(best, number))),
                        None if value.is_null() => {}
                        None => return unknown(format!("`{}` of texts", self.name())),
                    }
                }
                Ok(found.map_or(Value::Null, Value::Number))
            }
            Self::Now => Ok(Value::Number(index.now)),
            Self::RelativeTime => {
                let offset = constant(&arguments[1])?;
                value(0)?.number().map_or(Ok(Value::Null), |time| time::snapped(time, &offset).map(Value::Number))
            }
            Self::FormatTime => {
                let format = constant(&arguments[1])?;
                value(0)?.number().map_or(Ok(Value::Null), |time| time::format(time, &format).map(Value::Text))
            }
            Self::ParseTime => {
                let format = constant(&arguments[1])?;
                let Some(text) = text(&value(0)?) else { return Ok(Value::Null) };
                Ok(time::parse(&text, &format)?.map_or(Value::Null, Value::Number))
            }
            Self::JsonExtract => json::extract(&value(0)?, &constant(&arguments[1])?),
            Self::JsonElements => json::elements(&value(0)?),
        }
    }

    /// A function of one text: nothing is documented of fields with several values.
    fn of_one(self, value: &Value, compute: impl Fn(&str) -> Value) -> Outcome<Value> {
        match value {
            Value::Many(_) => unknown(format!("`{}` of a field with several values", self.name())),
            other => Ok(text(other).map_or(Value::Null, |text| compute(&text))),
        }
    }
}

/// Each value of a field is changed.
fn each(value: &Value, change: impl Fn(&str) -> String) -> Value {
    Value::many(value.texts().iter().map(|text| change(text)).collect())
}

fn count(number: usize) -> Value {
    Value::Number(u32::try_from(number).map_or(f64::MAX, f64::from))
}

fn constant(expression: &Expression) -> Outcome<String> {
    match expression {
        Expression::Text(text) => Ok(text.clone()),
        other => unknown(format!("{other:?} where a constant text is usual")),
    }
}

/// `\1` to `\9` are what groups caught.
fn replacement(text: &str) -> Outcome<String> {
    let mut written = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '$' => written.push_str("$$"),
            '\\' => match characters.next() {
                Some(digit @ '1'..='9') => written.extend(['$', '{', digit, '}']),
                other => return unknown(format!("`\\{}` in a replacement", other.unwrap_or_default())),
            },
            _ => written.push(c),
        }
    }
    Ok(written)
}

/// Positions count from 1, negative ones from the end.
fn substring(text: &str, start: f64, length: f64) -> String {
    let characters: Vec<char> = text.chars().collect();
    let skipped = if start < 0.0 {
        (f64::from(u32::try_from(characters.len()).unwrap_or(0)) + start).max(0.0)
    } else {
        (start - 1.0).max(0.0)
    };
    characters.into_iter().skip(whole(skipped)).take(whole(length.max(0.0))).collect()
}

/// Positions of values count from 0, negative ones from the end.
fn position(number: f64, count: usize) -> Option<usize> {
    if number < 0.0 { count.checked_sub(whole(-number)) } else { Some(whole(number)) }
}

fn whole(number: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let whole = number as usize;
    whole
}
