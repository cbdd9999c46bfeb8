//! Columns at a point of a pipeline, and where their values come from.

use super::ScalarType;
use crate::span::Span;

/// A list of columns.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Columns {
    /// The known columns in order.
    pub columns: Vec<Column>,
    /// Whether there may be others: an unknown table, `bag_unpack`, an operator that was not understood.
    pub is_open: bool,
}

impl Columns {
    /// No known column, and maybe others.
    pub fn open() -> Self {
        Self { columns: Vec::new(), is_open: true }
    }

    /// The column of that name. KQL's names are case-sensitive.
    pub fn find(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// A column at some point of a pipeline.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Column {
    /// Its name here.
    pub name: String,
    /// Its type, if known.
    pub ty: ScalarType,
    /// Where its value comes from.
    pub origin: Origin,
}

/// Where the value of a column comes from.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub enum Origin {
    /// It is a table's column, perhaps renamed.
    Table {
        /// The table or function.
        table: String,
        /// Its name there.
        column: String,
        /// Whether it came through the right side of a join.
        through_join: bool,
    },
    /// It is computed.
    Computed {
        /// The expression that makes it.
        span: Span,
        /// The table columns that the expression reads, as `(table, column)`, in order of first use.
        inputs: Vec<(String, String)>,
    },
    /// It is a field of a log source's events, as Sigma names it.
    Event {
        /// Its name.
        field: String,
    },
    /// It is a constant or is made by an operator (`count`, `serialize`, `externaldata`).
    Made(String),
    /// Several branches of a union give it.
    Several(Vec<Origin>),
    /// Not known.
    Unknown,
}
