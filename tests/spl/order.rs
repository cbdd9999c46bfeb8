//! The order of rows.

use std::cmp::Ordering;

use super::token::{Cursor, Token};
use super::value::number;
use super::{Outcome, Row, Value, rejected};

/// A field that rows are sorted by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    field: String,
    is_descending: bool,
}

/// `+a -b`, the sign being next to the name or in front of a quoted one.
pub(super) fn keys(cursor: &mut Cursor) -> Outcome<Vec<Key>> {
    let mut keys = Vec::new();
    while let Some(token) = cursor.next() {
        let (sign, name) = match token {
            Token::Quoted(name) => ('+', name),
            Token::Word(word) => match word.strip_prefix(['-', '+']) {
                Some("") => (word.chars().next().unwrap_or('+'), cursor.name()?),
                Some(name) => (word.chars().next().unwrap_or('+'), name.to_owned()),
                None => ('+', word),
            },
            Token::Sign(",") => continue,
            other => return rejected(format!("{other:?} among the keys of an order")),
        };
        keys.push(Key { field: name, is_descending: sign == '-' });
    }
    Ok(keys)
}

/// Sorts rows; equal ones keep their order, and rows without the field stand last.
pub(super) fn sort(rows: &mut [Row], keys: &[Key]) {
    rows.sort_by(|left, right| {
        let orders = keys.iter().map(|key| {
            let (left, right) = (left.get(&key.field), right.get(&key.field));
            match (left.is_null(), right.is_null()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) if key.is_descending => compare(right, left),
                (false, false) => compare(left, right),
            }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    });
}

/// Numbers by their size, in front of other texts.
pub(super) fn compare(left: &Value, right: &Value) -> Ordering {
    let (left, right) = (left.texts().concat(), right.texts().concat());
    compare_texts(&left, &right)
}

pub(super) fn compare_texts(left: &str, right: &str) -> Ordering {
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.cmp(right),
    }
}
