//! Literals as written → values.

use crate::schema::Value;
use crate::syntax::{DynamicKind, DynamicValue, Literal, TypedKeyword};

/// The value of a literal; `None` if its text is not one of its type, which Kusto's parser does not check.
pub(super) fn value(literal: &Literal<'_>) -> Option<Value> {
    Some(match literal {
        Literal::String(string) => Value::String(string.value.clone().into_owned()),
        Literal::Long(text) => Value::Integer(integer(text)?),
        Literal::Real(text) => Value::Real(text.parse().ok()?),
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Timespan(_) => return None,
        Literal::Typed { text, .. } if text.eq_ignore_ascii_case("null") => Value::Null,
        Literal::Typed { keyword, text } => typed(*keyword, text)?,
    })
}

fn typed(keyword: TypedKeyword, text: &str) -> Option<Value> {
    Some(match keyword {
        TypedKeyword::Bool => Value::Bool(match text.to_ascii_lowercase().as_str() {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return None,
        }),
        TypedKeyword::Datetime => Value::Datetime(text.to_owned()),
        TypedKeyword::Timespan => return None,
        TypedKeyword::Int | TypedKeyword::Long => Value::Integer(integer(text)?),
        TypedKeyword::Real | TypedKeyword::Decimal => Value::Real(text.parse().ok()?),
        TypedKeyword::Guid => Value::Guid(text.to_owned()),
    })
}

fn integer(text: &str) -> Option<i64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The JSON of a value inside `dynamic(…)`.
pub(super) fn json(value: &DynamicValue<'_>) -> serde_json::Value {
    match &value.kind {
        DynamicKind::Null => serde_json::Value::Null,
        DynamicKind::Literal(literal) => scalar_json(literal),
        DynamicKind::Array(items) => items.iter().map(json).collect(),
        DynamicKind::Bag(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.value.clone().into_owned(), json(value)));
            serde_json::Value::Object(entries.collect())
        }
    }
}

fn scalar_json(literal: &Literal<'_>) -> serde_json::Value {
    match literal {
        Literal::String(string) => serde_json::Value::from(string.value.as_ref()),
        Literal::Long(text) => integer(text).map_or_else(|| (*text).into(), serde_json::Value::from),
        Literal::Real(text) => text.parse::<f64>().map_or_else(|_| (*text).into(), serde_json::Value::from),
        Literal::Bool(value) => (*value).into(),
        Literal::Timespan(text) | Literal::Typed { text, .. } => (*text).into(),
    }
}

/// The scalars of a dynamic list, nested lists flattened, as list operators read them.
pub(super) fn flatten(value: Value, into: &mut Vec<Value>) {
    match value {
        Value::Dynamic(serde_json::Value::Array(items)) => {
            for item in items {
                flatten(from_json(item), into);
            }
        }
        Value::String(_)
        | Value::Integer(_)
        | Value::Real(_)
        | Value::Bool(_)
        | Value::Timespan(_)
        | Value::Datetime(_)
        | Value::Guid(_)
        | Value::Dynamic(_)
        | Value::Null => into.push(value),
    }
}

fn from_json(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Value::Integer(integer),
            (None, Some(real)) => Value::Real(real),
            (None, None) => Value::Null,
        },
        nested @ (serde_json::Value::Array(_) | serde_json::Value::Object(_)) => Value::Dynamic(nested),
    }
}
