//! `split`: the components of a text between delimiters of one character.

use super::super::term::{alternatives, literal};
use super::{Built, times};
use crate::ir::{Expr, ExprKind, TestOp};
use crate::schema::Value;

/// Components further in are not counted.
const MAX_INDEX: i64 = 50;

/// A delimiter of one character.
pub(super) struct Delimiter {
    text: String,
    /// It, and any other character, as patterns.
    pattern: String,
    other: String,
}

/// The delimiter, if it is one constant character.
pub(super) fn delimiter(expr: &Expr) -> Option<Delimiter> {
    let ExprKind::Value(Value::String(text)) = &expr.kind else { return None };
    let mut chars = text.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
    let escape = if matches!(c, '\\' | ']' | '[' | '^' | '-' | '&' | '~') { "\\" } else { "" };
    Some(Delimiter { text: text.clone(), pattern: literal(text), other: format!("[^{escape}{c}]") })
}

impl Delimiter {
    /// One component and the delimiter behind it.
    pub(super) fn passed(&self) -> String {
        format!("{}*{}", self.other, self.pattern)
    }
}

/// A test of one component, counted from the front or, if the index is negative, from the end.
pub(super) fn component(built: &Built<'_>, text: &Expr, delimiter: &Delimiter, index: i64) -> Option<Expr> {
    if !(-MAX_INDEX..=MAX_INDEX).contains(&index) {
        return None;
    }
    let (before, after) = surroundings(delimiter, index);
    let other = &delimiter.other;
    if built.test.op == TestOp::IsEmpty {
        return Some(built.not(built.matches(text, &format!("{before}{other}+{after}"))));
    }
    let needles: Vec<String> =
        built.needles()?.into_iter().filter(|needle| !needle.contains(&delimiter.text)).collect();
    if needles.iter().any(String::is_empty) {
        return None;
    }
    if needles.is_empty() {
        return Some(built.constant(false));
    }
    let values = alternatives(&needles);
    let found = match built.test.op {
        TestOp::Equal | TestOp::EqualCi | TestOp::In | TestOp::InCi => {
            return Some(match index {
                0 => first(built, text, &needles, delimiter),
                -1 => last(built, text, &needles, delimiter),
                _ => built.matches(text, &format!("{before}{values}{after}")),
            });
        }
        TestOp::StartsWith | TestOp::StartsWithCs if index >= 0 => format!("{before}{values}"),
        TestOp::StartsWith | TestOp::StartsWithCs => format!("{before}{values}{other}*{after}"),
        TestOp::EndsWith | TestOp::EndsWithCs => format!("{before}{other}*{values}{after}"),
        TestOp::Contains | TestOp::ContainsCs if index >= 0 => format!("{before}{other}*{values}"),
        TestOp::Contains | TestOp::ContainsCs => format!("{before}{other}*{values}{other}*{after}"),
        _ => return None,
    };
    Some(built.matches(text, &found))
}

/// What stands in front of a component and behind it.
fn surroundings(delimiter: &Delimiter, index: i64) -> (String, String) {
    let Delimiter { pattern, other, .. } = delimiter;
    match index {
        0 => ("^".to_owned(), format!("({pattern}|$)")),
        1.. => (format!("^{}", times(&delimiter.passed(), index)), format!("({pattern}|$)")),
        -1 => (format!("(^|{pattern})"), "$".to_owned()),
        _ => (format!("(^|{pattern})"), format!("{}$", times(&format!("{pattern}{other}*"), -index - 1))),
    }
}

/// The first component is the text itself, or what a delimiter follows.
fn first(built: &Built<'_>, text: &Expr, needles: &[String], delimiter: &Delimiter) -> Expr {
    let followed = needles.iter().map(|needle| format!("{needle}{}", delimiter.text)).collect();
    built.any(vec![
        built.text(text, built.cased(TestOp::EqualCi, TestOp::Equal), needles.to_vec()),
        built.text(text, built.cased(TestOp::StartsWith, TestOp::StartsWithCs), followed),
    ])
}

/// The last component is the text itself, or what follows a delimiter.
fn last(built: &Built<'_>, text: &Expr, needles: &[String], delimiter: &Delimiter) -> Expr {
    let preceded = needles.iter().map(|needle| format!("{}{needle}", delimiter.text)).collect();
    built.any(vec![
        built.text(text, built.cased(TestOp::EqualCi, TestOp::Equal), needles.to_vec()),
        built.text(text, built.cased(TestOp::EndsWith, TestOp::EndsWithCs), preceded),
    ])
}
