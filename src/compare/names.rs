//! What the columns at one point of a pipeline stand for.

use std::collections::BTreeMap;

/// Column, and the expression over the rows of the source that it stands for. A column that is not listed stands for
/// itself, so that a rename or a computed column changes nothing where it is only looked through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// What a column stands for.
    pub(super) fn value(&self, column: &str) -> String {
        self.0.get(column).cloned().unwrap_or_else(|| own(column))
    }

    pub(super) fn set(&mut self, column: &str, value: String) {
        if own(column) == value {
            self.0.remove(column);
        } else {
            self.0.insert(column.to_owned(), value);
        }
    }

    /// All that differ from themselves, in order.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(|(column, value)| format!("{column}={value}")).collect::<Vec<_>>().join(";")
    }
}

/// A column as a value. A name that could be read as an expression is quoted.
fn own(column: &str) -> String {
    let is_plain = column.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_plain { column.to_owned() } else { format!("[{column:?}]") }
}
