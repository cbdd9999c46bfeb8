//! Constant lists, as the operators with lists read them.

use crate::schema::Value;

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
