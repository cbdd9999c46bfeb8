//! Values of fields, and rows.

use std::collections::{BTreeMap, BTreeSet};

/// A value of a field or of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// The field is missing.
    Null,
    /// A text; everything that is read from an event is one.
    Text(String),
    Number(f64),
    /// Only inside of expressions: no field can hold it.
    Bool(bool),
    /// Two or more values of one field.
    Many(Vec<String>),
}

impl Value {
    /// Several values; one is the value itself, none is null.
    pub(crate) fn many(mut values: Vec<String>) -> Self {
        match values.len() {
            0 => Self::Null,
            1 => Self::Text(values.remove(0)),
            _ => Self::Many(values),
        }
    }

    /// The value as a number: one, or a text that looks like one.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => number(text),
            Self::Null | Self::Bool(_) | Self::Many(_) => None,
        }
    }

    /// Each of its values as a text.
    pub(crate) fn texts(&self) -> Vec<String> {
        match self {
            Self::Null => Vec::new(),
            Self::Text(text) => vec![text.clone()],
            Self::Number(number) => vec![shown(*number)],
            Self::Bool(value) => vec![if *value { "True" } else { "False" }.to_owned()],
            Self::Many(values) => values.clone(),
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// A text as a number.
pub(crate) fn number(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    if is_plain { text.parse().ok() } else { None }
}

/// A number as a text: whole ones without a fraction.
pub(crate) fn shown(number: f64) -> String {
    format!("{number}")
}

/// A row: fields by name, and the events that it is made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Row {
    fields: BTreeMap<String, Value>,
    /// The `_id` of each.
    pub(crate) ids: BTreeSet<String>,
}

impl Row {
    /// The row of one event.
    pub(crate) fn new(id: impl Into<String>, fields: impl IntoIterator<Item = (String, Value)>) -> Self {
        let fields = fields.into_iter().filter(|(_, value)| !value.is_null()).collect();
        Self { fields, ids: BTreeSet::from([id.into()]) }
    }

    /// A row of several events.
    pub(crate) fn of_many(ids: BTreeSet<String>) -> Self {
        Self { fields: BTreeMap::new(), ids }
    }

    pub(crate) fn get(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    pub(crate) fn set(&mut self, name: &str, value: Value) {
        if value.is_null() {
            self.fields.remove(name);
        } else {
            self.fields.insert(name.to_owned(), value);
        }
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.fields.iter()
    }

    /// Takes a prefix from the names that have it.
    pub(crate) fn strip(&mut self, prefix: &str) {
        let fields = std::mem::take(&mut self.fields).into_iter();
        let name = |name: String| name.strip_prefix(prefix).map(str::to_owned).unwrap_or(name);
        self.fields = fields.map(|(old, value)| (name(old), value)).collect();
    }

    /// Keeps the fields whose name passes.
    pub(crate) fn retain(&mut self, keeps: impl Fn(&str) -> bool) {
        self.fields.retain(|name, _| keeps(name));
    }
}
