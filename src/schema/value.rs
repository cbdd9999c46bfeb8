//! Constants of KQL's scalar types.

/// A constant.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub enum Value {
    /// Text.
    String(String),
    /// `int`, `long`.
    Integer(i64),
    /// `real`, `decimal`.
    Real(f64),
    /// `bool`.
    Bool(bool),
    /// `timespan`, in ticks of 100 nanoseconds.
    Timespan(i64),
    /// `datetime` as written between the parentheses.
    Datetime(String),
    /// `guid` as written between the parentheses.
    Guid(String),
    /// An array or bag.
    Dynamic(serde_json::Value),
    /// Null of any type but `string`.
    Null,
}
