//! Values that are chosen: constants, `case`, `coalesce`.

use super::super::constant::{Scalar, all_scalars};
use super::Built;
use crate::ir::{Expr, ExprKind, TestOp};
use crate::schema::{ScalarType, Value};

/// The result of a test of a constant.
pub(super) fn constant(built: &Built<'_>, value: &Value) -> Option<Expr> {
    let result = match value {
        Value::String(text) => of_text(built, text)?,
        Value::Integer(number) => of_number(built, *number)?,
        Value::Bool(value) => match (built.test.op, all_scalars(&built.test.operands)?.as_slice()) {
            (TestOp::Equal, [Scalar::Bool(wanted)]) => value == wanted,
            _ => return None,
        },
        Value::Real(_) | Value::Timespan(_) | Value::Datetime(_) | Value::Guid(_) | Value::Dynamic(_) | Value::Null => {
            return None;
        }
    };
    Some(built.constant(result))
}

fn of_text(built: &Built<'_>, text: &str) -> Option<bool> {
    if built.test.op == TestOp::IsEmpty {
        return Some(text.is_empty());
    }
    let needles = built.needles()?;
    let fold = |text: &str| if built.ignores_case() { text.to_lowercase() } else { text.to_owned() };
    let folded = fold(text);
    let holds = |test: fn(&str, &str) -> bool| Some(needles.iter().any(|needle| test(&folded, &fold(needle))));
    match built.test.op {
        TestOp::Equal | TestOp::EqualCi | TestOp::In | TestOp::InCi => holds(|text, needle| text == needle),
        TestOp::Contains | TestOp::ContainsCs => holds(|text, needle| text.contains(needle)),
        TestOp::StartsWith | TestOp::StartsWithCs => holds(|text, needle| text.starts_with(needle)),
        TestOp::EndsWith | TestOp::EndsWithCs => holds(|text, needle| text.ends_with(needle)),
        _ => None,
    }
}

fn of_number(built: &Built<'_>, number: i64) -> Option<bool> {
    let wanted = built.number()?;
    Some(match built.test.op {
        TestOp::Equal => number == wanted,
        TestOp::Less => number < wanted,
        TestOp::LessOrEqual => number <= wanted,
        TestOp::Greater => number > wanted,
        TestOp::GreaterOrEqual => number >= wanted,
        _ => return None,
    })
}

/// A predicate that is compared with a truth value. A null predicate equals neither.
pub(super) fn predicate(built: &Built<'_>, predicate: &Expr) -> Option<Expr> {
    match (built.test.op, all_scalars(&built.test.operands)?.as_slice()) {
        (TestOp::Equal, [Scalar::Bool(true)]) => Some(predicate.clone()),
        (TestOp::Equal, [Scalar::Bool(false)]) => Some(built.not(predicate.clone())),
        _ => None,
    }
}

/// A test of `case` is the `case` of the tests.
pub(super) fn branches(built: &Built<'_>, branches: &[(Expr, Expr)], otherwise: &Expr) -> Expr {
    let branches = branches.iter().map(|(when, then)| (when.clone(), of_value(built, then))).collect();
    super::super::fold::fold(&built.expr(ExprKind::Case { branches, otherwise: Box::new(of_value(built, otherwise)) }))
}

fn of_value(built: &Built<'_>, value: &Expr) -> Expr {
    let known = match &value.kind {
        ExprKind::Value(known) => constant(built, known),
        _ => None,
    };
    known.unwrap_or_else(|| built.of(value))
}

/// The first value that is not empty: each is tested where those in front of it are empty.
pub(super) fn coalesced(built: &Built<'_>, values: &[Expr]) -> Option<Expr> {
    if built.test.op == TestOp::IsEmpty {
        return Some(built.all(values.iter().map(|value| built.is_empty(value)).collect()));
    }
    // A test that holds for an empty value would have to be kept away from the values in front of the last.
    let is_false_for_empty = built.needles()?.iter().all(|needle| !needle.is_empty());
    let is_text = |value: &Expr| matches!(value.ty, ScalarType::String | ScalarType::Dynamic | ScalarType::Unknown);
    if !is_false_for_empty || built.test.op == TestOp::Regex || !values.iter().all(is_text) {
        return None;
    }
    let tested = |(index, value): (usize, &Expr)| {
        let mut parts: Vec<Expr> = values[..index].iter().map(|before| built.is_empty(before)).collect();
        parts.push(of_value(built, value));
        built.all(parts)
    };
    Some(built.any(values.iter().enumerate().map(tested).collect()))
}
