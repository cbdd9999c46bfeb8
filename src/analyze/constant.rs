//! Values that are known before the query runs.

use std::sync::Arc;

use super::scope::Definition;
use super::{Analyzer, Constant, ConstantItem};
use crate::schema::{ScalarType, Value};
use crate::span::Span;
use crate::syntax::{DynamicKind, DynamicValue, Expr, ExprKind, Literal, NamedExpr, TypedKeyword, UnaryOp};

impl<'a, 'q> Analyzer<'a, 'q> {
    /// The value of an expression, if it is constant.
    pub(super) fn constant_of(&self, expr: &'a Expr<'q>) -> Option<Arc<Constant>> {
        match &expr.kind {
            ExprKind::Literal(literal) => Some(scalar(literal_value(literal), expr.span)),
            ExprKind::Dynamic(value) => Some(Arc::new(dynamic(value))),
            ExprKind::Parenthesized(inner) => self.constant_of(inner),
            ExprKind::Unary { op, operand } => {
                let constant = self.constant_of(operand)?;
                let value = match op {
                    UnaryOp::Plus => constant.value.clone(),
                    UnaryOp::Minus => negated(&constant.value)?,
                };
                Some(scalar(value, expr.span))
            }
            ExprKind::Name(name) => match self.scope.find(&name.text)? {
                Definition::Scalar { constant, .. } | Definition::ScalarParameter { constant, .. } => constant.clone(),
                Definition::Table { .. }
                | Definition::Function { .. }
                | Definition::TableParameter { .. }
                | Definition::Opaque
                | Definition::Tuple { .. } => None,
            },
            ExprKind::Call { name, arguments } if matches!(&*name.text, "pack_array" | "dynamic") => {
                self.list(arguments)
            }
            _ => None,
        }
    }

    /// `pack_array("a", "b")` is as constant as `dynamic(["a", "b"])`.
    fn list(&self, arguments: &'a [NamedExpr<'q>]) -> Option<Arc<Constant>> {
        let mut items = Vec::new();
        for argument in arguments {
            let constant = self.constant_of(&argument.value)?;
            items.extend(constant.items.iter().cloned());
        }
        let values = items.iter().map(|item| json(&item.value)).collect();
        Some(Arc::new(Constant { value: Value::Dynamic(serde_json::Value::Array(values)), items }))
    }
}

fn scalar(value: Value, span: Span) -> Arc<Constant> {
    Arc::new(Constant { items: vec![ConstantItem { value: value.clone(), span }], value })
}

/// The value of a literal.
fn literal_value(literal: &Literal<'_>) -> Value {
    match literal {
        Literal::String(text) => Value::String(text.value.clone().into_owned()),
        Literal::Long(text) => integer(text),
        Literal::Real(text) => real(text),
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Timespan(text) => timespan(text).map_or(Value::Null, Value::Timespan),
        Literal::Typed { keyword, text } => typed_value(*keyword, text),
    }
}

fn typed_value(keyword: TypedKeyword, text: &str) -> Value {
    if text == "null" || text.is_empty() {
        return Value::Null;
    }
    match keyword {
        TypedKeyword::Bool => text.parse().map_or(Value::Null, Value::Bool),
        TypedKeyword::Datetime => Value::Datetime(text.to_owned()),
        TypedKeyword::Timespan => timespan(text.trim_matches(['"', '\''])).map_or(Value::Null, Value::Timespan),
        TypedKeyword::Int | TypedKeyword::Long => integer(text),
        TypedKeyword::Real | TypedKeyword::Decimal => real(text),
        TypedKeyword::Guid => Value::Guid(text.to_owned()),
    }
}

/// The type of a literal.
pub(super) fn literal_type(literal: &Literal<'_>) -> ScalarType {
    match literal {
        Literal::String(_) => ScalarType::String,
        Literal::Long(_) => ScalarType::Long,
        Literal::Real(_) => ScalarType::Real,
        Literal::Bool(_) => ScalarType::Bool,
        Literal::Timespan(_) => ScalarType::Timespan,
        Literal::Typed { keyword, .. } => match keyword {
            TypedKeyword::Bool => ScalarType::Bool,
            TypedKeyword::Datetime => ScalarType::Datetime,
            TypedKeyword::Timespan => ScalarType::Timespan,
            TypedKeyword::Int => ScalarType::Int,
            TypedKeyword::Long => ScalarType::Long,
            TypedKeyword::Real => ScalarType::Real,
            TypedKeyword::Decimal => ScalarType::Decimal,
            TypedKeyword::Guid => ScalarType::Guid,
        },
    }
}

fn integer(text: &str) -> Value {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits.trim_start()),
        None => (false, text),
    };
    let parsed = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    parsed.map_or(Value::Null, |value: i64| Value::Integer(if is_negative { value.saturating_neg() } else { value }))
}

fn real(text: &str) -> Value {
    text.replace(' ', "").parse().map_or(Value::Null, Value::Real)
}

fn negated(value: &Value) -> Option<Value> {
    match value {
        Value::Integer(number) => number.checked_neg().map(Value::Integer),
        Value::Real(number) => Some(Value::Real(-number)),
        Value::Timespan(ticks) => ticks.checked_neg().map(Value::Timespan),
        Value::String(_) | Value::Bool(_) | Value::Datetime(_) | Value::Guid(_) | Value::Dynamic(_) | Value::Null => {
            None
        }
    }
}

const TICKS_PER_SECOND: i64 = 10_000_000;

/// Units of timespan literals in ticks.
const UNITS: &[(&str, f64)] = &[
    ("d day days", 864_000_000_000.0),
    ("h hr hrs hour hours", 36_000_000_000.0),
    ("m min minute minutes", 600_000_000.0),
    ("s sec second seconds", 10_000_000.0),
    ("ms milli millis millisec millisecond milliseconds", 10_000.0),
    ("micro micros microsec microsecond microseconds", 10.0),
    ("nano nanos nanosec nanosecond nanoseconds", 0.01),
    ("tick ticks", 1.0),
];

/// Reads `1.5h` and `[-][d.]hh:mm:ss[.fraction]`, in ticks.
pub(super) fn timespan(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.contains(':') {
        return clock(text);
    }
    let split = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.trim().parse().ok()?;
    let days = UNITS[0].1;
    let factor = match unit {
        "" => days,
        unit => UNITS.iter().find(|(names, _)| names.split(' ').any(|name| name == unit))?.1,
    };
    rounded(number * factor)
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn rounded(ticks: f64) -> Option<i64> {
    (ticks.abs() < 9e18).then_some(ticks.round() as i64)
}

fn clock(text: &str) -> Option<i64> {
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut parts = text.split(':');
    let (days, hours) = match parts.next()?.split_once('.') {
        Some((days, hours)) => (days.parse::<i64>().ok()?, hours.parse::<i64>().ok()?),
        None => (0, text.split(':').next()?.parse().ok()?),
    };
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next().unwrap_or("0").parse().ok()?;
    let whole =
        days.checked_mul(86_400)?.checked_add(hours.checked_mul(3600)?)?.checked_add(minutes.checked_mul(60)?)?;
    let ticks = whole.checked_mul(TICKS_PER_SECOND)?.checked_add(rounded(seconds * 1e7)?)?;
    Some(if is_negative { -ticks } else { ticks })
}

/// A timespan in whole seconds, rounded up.
pub(super) fn seconds(ticks: i64) -> i64 {
    ticks / TICKS_PER_SECOND + i64::from(ticks % TICKS_PER_SECOND > 0)
}

fn dynamic(value: &DynamicValue<'_>) -> Constant {
    let mut items = Vec::new();
    collect_items(value, &mut items);
    Constant { value: Value::Dynamic(dynamic_json(value)), items }
}

/// Nested arrays are flattened, as the operators with lists do; bags have no items.
fn collect_items(value: &DynamicValue<'_>, items: &mut Vec<ConstantItem>) {
    match &value.kind {
        DynamicKind::Null => items.push(ConstantItem { value: Value::Null, span: value.span }),
        DynamicKind::Literal(literal) => {
            items.push(ConstantItem { value: literal_value(literal), span: value.span });
        }
        DynamicKind::Array(elements) => elements.iter().for_each(|element| collect_items(element, items)),
        DynamicKind::Bag(_) => {}
    }
}

fn dynamic_json(value: &DynamicValue<'_>) -> serde_json::Value {
    match &value.kind {
        DynamicKind::Null => serde_json::Value::Null,
        DynamicKind::Literal(literal) => json(&literal_value(literal)),
        DynamicKind::Array(elements) => elements.iter().map(dynamic_json).collect(),
        DynamicKind::Bag(members) => {
            members.iter().map(|(key, value)| (key.value.clone().into_owned(), dynamic_json(value))).collect()
        }
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::String(text) | Value::Datetime(text) | Value::Guid(text) => text.clone().into(),
        Value::Integer(number) | Value::Timespan(number) => (*number).into(),
        Value::Real(number) => (*number).into(),
        Value::Bool(value) => (*value).into(),
        Value::Dynamic(value) => value.clone(),
        Value::Null => serde_json::Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timespans_are_read_in_every_form() {
        let hours = |text| timespan(text).map(|ticks| seconds(ticks) * 1000 / 3600);
        assert_eq!(hours("14d"), Some(336_000));
        assert_eq!(hours("1.5h"), Some(1500));
        assert_eq!(hours("90min"), Some(1500));
        assert_eq!(hours("1.12:30:00"), Some(36_500));
        assert_eq!(hours("00:30"), Some(500));
        assert_eq!(hours("7"), Some(168_000));
        assert_eq!(timespan("1w"), None);
        assert_eq!(timespan(""), None);
        assert_eq!(seconds(1), 1);
    }

    #[test]
    fn numbers_keep_their_sign() {
        assert_eq!(integer("0x1F"), Value::Integer(31));
        assert_eq!(integer("-5"), Value::Integer(-5));
        assert_eq!(integer("99999999999999999999"), Value::Null);
    }
}
