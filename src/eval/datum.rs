//! Values at run time, and how one type is read as another.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value as Json;

use super::time::{Timestamp, parse_timespan, timespan_text};
use crate::schema::{ScalarType, Value};

/// A value at run time. A GUID is a text in lower case; a scalar inside a dynamic value is the scalar itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// Null of any type but `string`.
    Null,
    /// `bool`
    Bool(bool),
    /// `int`, `long`
    Long(i64),
    /// `real`, `decimal`
    Real(f64),
    /// `string`, `guid`
    Text(Arc<str>),
    /// `datetime`
    Time(Timestamp),
    /// `timespan`, in ticks.
    Span(i64),
    /// An array or bag.
    Dynamic(Arc<Json>),
}

impl Datum {
    /// A text.
    pub(super) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// What a JSON value is by itself.
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::String(text) => Self::text(text.as_str()),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => Self::Long(integer),
                (None, Some(real)) => Self::Real(real),
                (None, None) => Self::Null,
            },
            Json::Array(_) | Json::Object(_) => Self::Dynamic(Arc::new(json.clone())),
        }
    }

    /// As JSON, times as text.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Long(number) => Json::from(*number),
            Self::Real(number) => Json::from(*number),
            Self::Text(text) => Json::from(&**text),
            Self::Time(_) | Self::Span(_) => Json::from(self.to_text()),
            Self::Dynamic(json) => (**json).clone(),
        }
    }

    /// A constant of the query; nothing for a time that cannot be read.
    pub(super) fn of_value(value: &Value) -> Option<Self> {
        Some(match value {
            Value::String(text) => Self::text(text.as_str()),
            Value::Integer(number) => Self::Long(*number),
            Value::Real(number) => Self::Real(*number),
            Value::Bool(value) => Self::Bool(*value),
            Value::Timespan(ticks) => Self::Span(*ticks),
            Value::Datetime(text) if matches!(text.trim(), "" | "null") => Self::Null,
            Value::Datetime(text) => Self::Time(Timestamp::parse(text)?),
            Value::Guid(text) => Self::text(text.trim().to_lowercase()),
            Value::Dynamic(json) => Self::from_json(json),
            Value::Null => Self::Null,
        })
    }

    /// `tostring`
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Long(number) => number.to_string(),
            Self::Real(number) => real_text(*number),
            Self::Text(text) => text.to_string(),
            Self::Time(time) => time.to_string(),
            Self::Span(ticks) => timespan_text(*ticks),
            Self::Dynamic(json) => json.to_string(),
        }
    }

    /// The value as a column of that type holds it.
    pub(super) fn cast(self, ty: ScalarType) -> Self {
        match ty {
            ScalarType::Unknown => self,
            ScalarType::String => match self {
                Self::Text(_) => self,
                other => Self::text(other.to_text()),
            },
            ScalarType::Guid => match self {
                Self::Text(text) => Self::text(text.to_lowercase()),
                other => other,
            },
            ScalarType::Int | ScalarType::Long => self.to_long().map_or(Self::Null, Self::Long),
            ScalarType::Real | ScalarType::Decimal => self.to_real().map_or(Self::Null, Self::Real),
            ScalarType::Bool => self.to_bool().map_or(Self::Null, Self::Bool),
            ScalarType::Datetime => self.to_time().map_or(Self::Null, Self::Time),
            ScalarType::Timespan => match self {
                Self::Text(text) => parse_timespan(&text).map_or(Self::Null, Self::Span),
                Self::Span(_) => self,
                _ => Self::Null,
            },
            ScalarType::Dynamic => self.into_dynamic(),
        }
    }

    /// `tolong`: blanks, a sign and hexadecimal digits are accepted.
    pub(super) fn to_long(&self) -> Option<i64> {
        match self {
            Self::Long(number) => Some(*number),
            Self::Real(number) => truncated(*number),
            Self::Bool(value) => Some(i64::from(*value)),
            Self::Text(text) => parse_long(text),
            Self::Time(time) => Some(time.0),
            Self::Span(ticks) => Some(*ticks),
            Self::Null | Self::Dynamic(_) => None,
        }
    }

    /// `todouble`
    #[expect(clippy::cast_precision_loss, reason = "Kusto's conversion loses the same digits")]
    pub(super) fn to_real(&self) -> Option<f64> {
        match self {
            Self::Long(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            Self::Text(text) => parse_real(text),
            Self::Null | Self::Bool(_) | Self::Time(_) | Self::Span(_) | Self::Dynamic(_) => None,
        }
    }

    /// `tobool`
    pub(super) fn to_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Long(number) => Some(*number != 0),
            Self::Real(number) => Some(*number != 0.0),
            Self::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            Self::Null | Self::Time(_) | Self::Span(_) | Self::Dynamic(_) => None,
        }
    }

    /// `todatetime`
    pub(super) fn to_time(&self) -> Option<Timestamp> {
        match self {
            Self::Time(time) => Some(*time),
            Self::Text(text) => Timestamp::parse(text),
            Self::Null | Self::Bool(_) | Self::Long(_) | Self::Real(_) | Self::Span(_) | Self::Dynamic(_) => None,
        }
    }

    /// A text that holds an array or a bag becomes it; other texts stay texts.
    pub(super) fn into_dynamic(self) -> Self {
        match &self {
            Self::Text(text) if text.trim_start().starts_with(['{', '[']) => {
                serde_json::from_str::<Json>(text).map_or(self.clone(), |json| Self::from_json(&json))
            }
            _ => self,
        }
    }

    /// `==` of values that are not null; nothing for types that Kusto does not compare.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => Some(left == right),
            (Self::Bool(left), Self::Bool(right)) => Some(left == right),
            // Only fields without a type and dynamic values meet here.
            (Self::Bool(flag), Self::Text(text)) | (Self::Text(text), Self::Bool(flag)) => {
                Some(text.eq_ignore_ascii_case(if *flag { "true" } else { "false" }))
            }
            (Self::Text(text), number @ (Self::Long(_) | Self::Real(_)))
            | (number @ (Self::Long(_) | Self::Real(_)), Self::Text(text)) => {
                Some(number_of_text(text).is_some_and(|read| read.order(number) == Some(Ordering::Equal)))
            }
            (Self::Dynamic(left), Self::Dynamic(right)) => Some(left == right),
            // A text is compared with the text of what is dynamic: rules ask whether an array is `"[]"`.
            (Self::Dynamic(json), Self::Text(text)) | (Self::Text(text), Self::Dynamic(json)) => {
                Some(json.to_string() == **text)
            }
            (Self::Dynamic(_), _) | (_, Self::Dynamic(_)) => Some(false),
            _ => Some(self.order(other)? == Ordering::Equal),
        }
    }

    /// The order of two numbers, times or lengths of time; nothing for anything else.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Long(left), Self::Long(right)) | (Self::Span(left), Self::Span(right)) => Some(left.cmp(right)),
            (Self::Time(left), Self::Time(right)) => Some(left.cmp(right)),
            (Self::Long(_) | Self::Real(_), Self::Long(_) | Self::Real(_)) => {
                self.to_real()?.partial_cmp(&other.to_real()?)
            }
            _ => None,
        }
    }

    /// The order in which `sort` and `min` put values of one column, null last.
    pub(super) fn rank(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Null, Self::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Greater,
            (_, Self::Null) => Ordering::Less,
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            _ => self.order(other).unwrap_or(Ordering::Equal),
        }
    }

    /// A text that is the same for equal values of one column and for no others.
    pub(super) fn key(&self, into: &mut String) {
        let kind = match self {
            Self::Null => 'n',
            Self::Bool(_) => 'b',
            Self::Long(_) | Self::Real(_) => '#',
            Self::Text(_) => 't',
            Self::Time(_) => 'd',
            Self::Span(_) => 's',
            Self::Dynamic(_) => 'j',
        };
        let text = self.to_text();
        let _ = write!(into, "{kind}{}:{text};", text.len());
    }
}

fn real_text(number: f64) -> String {
    if number.is_nan() { "NaN".to_owned() } else { number.to_string() }
}

/// The number that a text is, whole if it can be.
pub(super) fn number_of_text(text: &str) -> Option<Datum> {
    parse_long(text).map(Datum::Long).or_else(|| parse_real(text).map(Datum::Real))
}

fn parse_long(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn parse_real(text: &str) -> Option<f64> {
    let text = text.trim();
    // Rust also reads words such as `inf`.
    text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)).then(|| text.parse().ok())?
}

#[expect(clippy::cast_possible_truncation, reason = "bounded by the comparison in front")]
fn truncated(number: f64) -> Option<i64> {
    (number.abs() < 9.2e18).then(|| number.trunc() as i64)
}
