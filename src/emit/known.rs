//! Calls, arithmetic and tests of constants, whose value is known before the rule runs.

use crate::ir::{ArithmeticOp, ExprKind, Test, TestOp};
use crate::schema::Value;

/// The value, if every part is constant.
pub(super) fn known(kind: &ExprKind) -> Option<Value> {
    match kind {
        ExprKind::Arithmetic { op, left, right } => arithmetic(*op, value(&left.kind)?, value(&right.kind)?),
        ExprKind::Call { name, arguments } => {
            let values: Option<Vec<&Value>> = arguments.iter().map(|argument| value(&argument.kind)).collect();
            call(name, &values?)
        }
        ExprKind::Test(found) => test(found).map(Value::Bool),
        _ => None,
    }
}

/// What a test of a constant text comes to, where that needs no knowledge of terms: what is equal has the term, and what
/// does not hold the letters has it not.
fn test(found: &Test) -> Option<bool> {
    let Value::String(subject) = value(&found.subject.kind)? else { return None };
    let operands: Option<Vec<&Value>> = found.operands.iter().map(|operand| value(&operand.kind)).collect();
    let mut wanted: Vec<&str> = Vec::new();
    for operand in operands? {
        match operand {
            Value::String(one) => wanted.push(one),
            Value::Dynamic(serde_json::Value::Array(items)) => {
                wanted.extend(items.iter().map(serde_json::Value::as_str).collect::<Option<Vec<_>>>()?);
            }
            _ => return None,
        }
    }
    let (lower, is_equal) = (subject.to_lowercase(), |text: &&str| *text == subject.as_str());
    let is_equal_ci = |text: &&str| text.to_lowercase() == lower;
    match found.op {
        TestOp::Equal | TestOp::In => Some(wanted.iter().any(is_equal)),
        TestOp::EqualCi | TestOp::InCi => Some(wanted.iter().any(is_equal_ci)),
        TestOp::Has | TestOp::HasAny => {
            let is_out = |text: &&str| !text.is_empty() && !lower.contains(&text.to_lowercase());
            let is_whole =
                |text: &&str| is_equal_ci(text) && text.chars().all(char::is_alphanumeric) && !text.is_empty();
            if wanted.iter().any(is_whole) { Some(true) } else { wanted.iter().all(is_out).then_some(false) }
        }
        _ => None,
    }
}

fn value(kind: &ExprKind) -> Option<&Value> {
    if let ExprKind::Value(value) = kind { Some(value) } else { None }
}

/// Whole numbers and lengths of time; what overflows is left to the target.
fn arithmetic(op: ArithmeticOp, left: &Value, right: &Value) -> Option<Value> {
    Some(match (op, left, right) {
        (ArithmeticOp::Add, Value::Integer(left), Value::Integer(right)) => Value::Integer(left.checked_add(*right)?),
        (ArithmeticOp::Subtract, Value::Integer(left), Value::Integer(right)) => {
            Value::Integer(left.checked_sub(*right)?)
        }
        (ArithmeticOp::Multiply, Value::Integer(left), Value::Integer(right)) => {
            Value::Integer(left.checked_mul(*right)?)
        }
        (ArithmeticOp::Add, Value::Timespan(left), Value::Timespan(right)) => {
            Value::Timespan(left.checked_add(*right)?)
        }
        (ArithmeticOp::Subtract, Value::Timespan(left), Value::Timespan(right)) => {
            Value::Timespan(left.checked_sub(*right)?)
        }
        (ArithmeticOp::Multiply, Value::Timespan(ticks), Value::Integer(number))
        | (ArithmeticOp::Multiply, Value::Integer(number), Value::Timespan(ticks)) => {
            Value::Timespan(ticks.checked_mul(*number)?)
        }
        (ArithmeticOp::Divide, Value::Timespan(ticks), Value::Integer(number)) => {
            Value::Timespan(ticks.checked_div(*number)?)
        }
        _ => return None,
    })
}

fn call(name: &str, arguments: &[&Value]) -> Option<Value> {
    let text = |value: &&Value| if let Value::String(text) = value { Some(text.clone()) } else { None };
    let list = |value: &&Value| match value {
        Value::Dynamic(serde_json::Value::Array(items)) => Some(items.clone()),
        _ => None,
    };
    Some(match (name, arguments) {
        ("strcat", [_, ..]) => Value::String(arguments.iter().map(text).collect::<Option<String>>()?),
        ("tolower", [one]) => Value::String(text(one)?.to_lowercase()),
        ("toupper", [one]) => Value::String(text(one)?.to_uppercase()),
        ("tostring", [one]) => Value::String(text(one)?),
        ("array_concat", [_, ..]) => {
            let lists: Option<Vec<Vec<serde_json::Value>>> = arguments.iter().map(list).collect();
            Value::Dynamic(serde_json::Value::Array(lists?.concat()))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{arithmetic, call};
    use crate::ir::ArithmeticOp;
    use crate::schema::Value;

    #[test]
    fn lengths_of_time_multiply_and_add() {
        let hour = Value::Timespan(36_000_000_000);
        let twice = arithmetic(ArithmeticOp::Multiply, &Value::Integer(2), &hour);
        assert_eq!(twice, Some(Value::Timespan(72_000_000_000)));
        assert_eq!(arithmetic(ArithmeticOp::Subtract, &hour, &hour), Some(Value::Timespan(0)));
        assert_eq!(arithmetic(ArithmeticOp::Multiply, &hour, &Value::Integer(i64::MAX)), None);
    }

    #[test]
    fn texts_and_lists_join() {
        let (a, b) = (Value::String("a".to_owned()), Value::String("B".to_owned()));
        assert_eq!(call("strcat", &[&a, &b]), Some(Value::String("aB".to_owned())));
        let list = Value::Dynamic(serde_json::json!(["x"]));
        assert_eq!(call("array_concat", &[&list, &list]), Some(Value::Dynamic(serde_json::json!(["x", "x"]))));
        assert_eq!(call("strcat", &[&a, &Value::Integer(1)]), None);
    }
}
