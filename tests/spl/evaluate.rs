//! Expressions on a row.
//!
//! A missing field is null, and so is what is computed of it: comparisons, arithmetic, texts put together. Conditions
//! have three values; `where` keeps rows whose condition is true.

use std::cmp::Ordering;

use super::expression::Expression;
use super::value::shown;
use super::{Index, Outcome, Row, Value, rejected, unknown};

pub(super) fn evaluate(expression: &Expression, row: &Row, index: &Index) -> Outcome<Value> {
    let value = |expression: &Expression| evaluate(expression, row, index);
    match expression {
        Expression::Field(name) => Ok(row.get(name).clone()),
        Expression::Text(text) => Ok(Value::Text(text.clone())),
        Expression::Number(number) => Ok(Value::Number(*number)),
        Expression::Call { function, arguments } => function.call(arguments, row, index),
        Expression::Not(inner) => Ok(truth(condition(inner, row, index)?.map(|holds| !holds))),
        Expression::All(parts) => connected(parts, false, row, index),
        Expression::Any(parts) => connected(parts, true, row, index),
        Expression::Compare { sign, left, right } => Ok(truth(compare(sign, &value(left)?, &value(right)?)?)),
        Expression::Arithmetic { sign, left, right } => arithmetic(sign, &value(left)?, &value(right)?),
        Expression::Negate(inner) => Ok(value(inner)?.number().map_or(Value::Null, |number| Value::Number(-number))),
    }
}

/// A condition; `None` for null.
pub(super) fn condition(expression: &Expression, row: &Row, index: &Index) -> Outcome<Option<bool>> {
    match evaluate(expression, row, index)? {
        Value::Bool(value) => Ok(Some(value)),
        Value::Null => Ok(None),
        other => rejected(format!("the value {other:?} as a condition")),
    }
}

fn truth(value: Option<bool>) -> Value {
    value.map_or(Value::Null, Value::Bool)
}

/// `AND` or `OR`: one part that decides is enough, whatever the others are.
fn connected(parts: &[Expression], deciding: bool, row: &Row, index: &Index) -> Outcome<Value> {
    let mut is_unknown = false;
    for part in parts {
        match condition(part, row, index)? {
            Some(value) if value == deciding => return Ok(Value::Bool(deciding)),
            Some(_) => {}
            None => is_unknown = true,
        }
    }
    Ok(if is_unknown { Value::Null } else { Value::Bool(!deciding) })
}

/// Of several values of a field, one that is equal is enough; nothing else is documented of them.
pub(super) fn compare(sign: &str, left: &Value, right: &Value) -> Outcome<Option<bool>> {
    if left.is_null() || right.is_null() {
        return Ok(None);
    }
    let pairs: Vec<(Value, Value)> =
        ones(left).into_iter().flat_map(|l| ones(right).into_iter().map(move |r| (l.clone(), r))).collect();
    let mut found = Vec::new();
    for (left, right) in &pairs {
        found.push(compare_one(sign, left, right)?);
    }
    let is_clear = found.windows(2).all(|pair| pair[0] == pair[1]);
    if !is_clear && sign != "=" {
        return unknown(format!("`{sign}` of a field with several values"));
    }
    Ok(Some(found.contains(&true)))
}

fn ones(value: &Value) -> Vec<Value> {
    match value {
        Value::Many(values) => values.iter().cloned().map(Value::Text).collect(),
        one => vec![one.clone()],
    }
}

/// Letter case counts. A number is compared with a text that looks like one as a number.
fn compare_one(sign: &str, left: &Value, right: &Value) -> Outcome<bool> {
    let order = match (left, right) {
        (Value::Bool(_), _) | (_, Value::Bool(_)) => return rejected("a condition compared with a value"),
        (Value::Text(left), Value::Text(right)) if matches!(sign, "=" | "!=") => left.cmp(right),
        _ => match (left.number(), right.number()) {
            (Some(left), Some(right)) => left.partial_cmp(&right).unwrap_or(Ordering::Less),
            _ if matches!(sign, "=" | "!=") => return Ok(sign == "!="),
            _ => match (left, right) {
                (Value::Text(left), Value::Text(right)) => left.cmp(right),
                _ => return unknown(format!("`{sign}` of a number and a text")),
            },
        },
    };
    Ok(match sign {
        "=" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}

/// `.` puts texts together; `+` does where one side is no number.
fn arithmetic(sign: &str, left: &Value, right: &Value) -> Outcome<Value> {
    if left.is_null() || right.is_null() {
        return Ok(Value::Null);
    }
    if matches!(left, Value::Many(_)) || matches!(right, Value::Many(_)) {
        return unknown(format!("`{sign}` of a field with several values"));
    }
    let numbers = left.number().zip(right.number());
    Ok(match (sign, numbers) {
        ("+", Some((left, right))) => Value::Number(left + right),
        ("-", Some((left, right))) => Value::Number(left - right),
        ("*", Some((left, right))) => Value::Number(left * right),
        ("/" | "%", Some((_, 0.0))) => Value::Null,
        ("/", Some((left, right))) => Value::Number(left / right),
        ("%", Some((left, right))) => Value::Number(left % right),
        ("." | "+", _) => Value::Text(left.texts().concat() + &right.texts().concat()),
        _ => Value::Null,
    })
}

/// The value as one text; null if there is none.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(shown(*number)),
        Value::Null | Value::Bool(_) | Value::Many(_) => None,
    }
}
