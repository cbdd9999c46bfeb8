//! Conditions of `search`: in front of the first pipe, and in `tstats … where`.
//!
//! `NOT` binds tightest, then `OR`, then the blank between terms, which is `AND`. Values are compared without regard to
//! case, `*` being the only wildcard, which nothing escapes. A field may have several values: one that fits is enough.

use super::pattern::{Network, Wildcard};
use super::time::window;
use super::token::{Cursor, Language, Token, tokens};
use super::value::number;
use super::{Index, Outcome, Row, Value, rejected, unknown};

#[derive(Debug)]
pub(super) enum Condition {
    /// `*`
    Everything,
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Is {
        field: String,
        value: Literal,
    },
    Compares {
        field: String,
        sign: &'static str,
        value: String,
    },
    /// `earliest=` or `latest=`
    Time {
        is_earliest: bool,
        ago: f64,
    },
}

/// The right side of `=`.
#[derive(Debug)]
pub(super) struct Literal {
    text: Wildcard,
    /// A value that looks like a subnet is one.
    network: Option<Network>,
    /// One that is written like a number is equal to every spelling of it.
    number: Option<f64>,
}

impl Literal {
    fn new(text: &str, is_case_sensitive: bool) -> Outcome<Self> {
        let number = if text.contains('*') { None } else { number(text) };
        Ok(Self { text: Wildcard::new(text, is_case_sensitive)?, network: Network::read(text), number })
    }

    fn is(&self, value: &str) -> bool {
        self.text.fits(value)
            || self.network.is_some_and(|network| network.holds(value))
            || self.number.is_some_and(|wanted| number(value) == Some(wanted))
    }
}

pub(super) fn read(text: &str) -> Outcome<Condition> {
    let mut cursor = Cursor::new(tokens(text, Language::Search)?);
    let condition = all(&mut cursor)?;
    match cursor.peek() {
        None => Ok(condition),
        Some(token) => rejected(format!("{token:?} behind a search condition")),
    }
}

fn all(cursor: &mut Cursor) -> Outcome<Condition> {
    let mut parts = Vec::new();
    while cursor.peek().is_some_and(|token| !token.is(")")) {
        parts.push(any(cursor)?);
        if cursor.takes_word("AND") && cursor.peek().is_none() {
            return rejected("an `AND` at the end");
        }
    }
    Ok(if parts.is_empty() { Condition::Everything } else { Condition::All(parts) })
}

fn any(cursor: &mut Cursor) -> Outcome<Condition> {
    let mut parts = vec![not(cursor)?];
    while cursor.takes_word("OR") {
        parts.push(not(cursor)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
}

fn not(cursor: &mut Cursor) -> Outcome<Condition> {
    if cursor.takes_word("NOT") {
        return Ok(Condition::Not(Box::new(not(cursor)?)));
    }
    if cursor.takes("(") {
        let inner = all(cursor)?;
        cursor.expect(")")?;
        return Ok(inner);
    }
    term(cursor)
}

fn term(cursor: &mut Cursor) -> Outcome<Condition> {
    let is_compared = matches!(cursor.peek_second(), Some(Token::Sign("=" | "!=" | "<" | ">" | "<=" | ">=")));
    let is_listed = cursor.peek_second().is_some_and(|token| token.says("IN"));
    if !is_compared && !is_listed {
        return match cursor.next() {
            Some(Token::Word(word)) if word == "*" => Ok(Condition::Everything),
            _ => unknown("a search for words of the raw text"),
        };
    }
    let field = cursor.name()?;
    if cursor.takes_word("IN") {
        cursor.expect("(")?;
        let mut values = Vec::new();
        loop {
            values.push(Condition::Is { field: field.clone(), value: literal(cursor)? });
            if !cursor.takes(",") {
                break;
            }
        }
        cursor.expect(")")?;
        return Ok(Condition::Any(values));
    }
    match cursor.next() {
        Some(Token::Sign("=")) if matches!(field.as_str(), "earliest" | "latest") => {
            Ok(Condition::Time { is_earliest: field == "earliest", ago: window(&cursor.name()?)? })
        }
        Some(Token::Sign("=")) => Ok(Condition::Is { field, value: literal(cursor)? }),
        // Holds only where the field is there.
        Some(Token::Sign("!=")) => {
            let value = literal(cursor)?;
            let is_there = Condition::Is { field: field.clone(), value: Literal::new("*", false)? };
            Ok(Condition::All(vec![is_there, Condition::Not(Box::new(Condition::Is { field, value }))]))
        }
        Some(Token::Sign(sign)) => Ok(Condition::Compares { field, sign, value: cursor.name()? }),
        other => rejected(format!("{other:?} behind the field `{field}`")),
    }
}

fn literal(cursor: &mut Cursor) -> Outcome<Literal> {
    let is_called = cursor.peek_second().is_some_and(|token| token.is("("));
    if is_called && cursor.peek().is_some_and(|token| token.says("TERM") || token.says("PREFIX")) {
        return unknown("a search for words of the raw text");
    }
    if is_called && cursor.takes_word("CASE") {
        cursor.expect("(")?;
        let text = cursor.name()?;
        cursor.expect(")")?;
        return Literal::new(&text, true);
    }
    Literal::new(&cursor.name()?, false)
}

impl Condition {
    pub(super) fn holds(&self, row: &Row, index: &Index) -> bool {
        match self {
            Self::Everything => true,
            Self::All(parts) => parts.iter().all(|part| part.holds(row, index)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(row, index)),
            Self::Not(inner) => !inner.holds(row, index),
            Self::Is { field, value } => match row.get(field) {
                Value::Text(text) => value.is(text),
                other => other.texts().iter().any(|text| value.is(text)),
            },
            Self::Compares { field, sign, value } => {
                row.get(field).texts().iter().any(|text| is_ordered(text, sign, value))
            }
            Self::Time { is_earliest, ago } => row.get("_time").number().is_none_or(|time| {
                let edge = index.now - ago;
                if *is_earliest { time >= edge } else { time < edge }
            }),
        }
    }
}

/// Numbers are compared as such, other texts by their characters.
fn is_ordered(left: &str, sign: &str, right: &str) -> bool {
    let order = match (number(left), number(right)) {
        (Some(left), Some(right)) => left.partial_cmp(&right),
        _ => Some(left.cmp(right)),
    };
    order.is_some_and(|order| match sign {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}
