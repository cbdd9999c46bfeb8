//! Constants in the shapes that tests compare with.

use super::condition::Number;
use crate::ir::{Expr, ExprKind};
use crate::schema::Value;

/// A scalar constant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Text(String),
    Number(Number),
    Bool(bool),
}

impl Scalar {
    /// The text that a text column would hold.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Bool(value) => value.to_string(),
        }
    }
}

/// The constants of an operand, lists flattened; `None` if it is not constant.
pub(super) fn scalars(operand: &Expr) -> Option<Vec<Scalar>> {
    let ExprKind::Value(value) = &operand.kind else { return None };
    Some(match value {
        Value::String(text) | Value::Guid(text) => vec![Scalar::Text(text.clone())],
        Value::Integer(number) => vec![Scalar::Number(Number::Integer(*number))],
        Value::Real(number) => vec![Scalar::Number(Number::Real(*number))],
        Value::Bool(value) => vec![Scalar::Bool(*value)],
        Value::Dynamic(json) => return json_scalars(json),
        Value::Timespan(_) | Value::Datetime(_) | Value::Null => return None,
    })
}

fn json_scalars(json: &serde_json::Value) -> Option<Vec<Scalar>> {
    Some(match json {
        serde_json::Value::String(text) => vec![Scalar::Text(text.clone())],
        serde_json::Value::Bool(value) => vec![Scalar::Bool(*value)],
        serde_json::Value::Number(number) => vec![Scalar::Number(match number.as_i64() {
            Some(integer) => Number::Integer(integer),
            None => Number::Real(number.as_f64()?),
        })],
        serde_json::Value::Array(items) => {
            let lists: Option<Vec<_>> = items.iter().map(json_scalars).collect();
            lists?.into_iter().flatten().collect()
        }
        serde_json::Value::Null | serde_json::Value::Object(_) => return None,
    })
}

/// The constants of all operands.
pub(super) fn all_scalars(operands: &[Expr]) -> Option<Vec<Scalar>> {
    let lists: Option<Vec<_>> = operands.iter().map(scalars).collect();
    Some(lists?.into_iter().flatten().collect())
}
