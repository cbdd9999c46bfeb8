//! Columns whose values are words of a list, tables that another one replaces, tables of other products.

use super::nearest;

/// Letters by which a word may differ from a known value to be a slip of it, where not all values are known.
const SLIP: usize = 1;

/// The known values of an enumerated column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnValues<'s> {
    /// Whether no other value occurs. If not, a value that is not here proves nothing by itself.
    pub is_complete: bool,
    values: &'s str,
}

impl<'s> ColumnValues<'s> {
    pub(super) fn new(line: &'s str) -> Self {
        let (extent, values) = line.split_once('\t').unwrap_or(("some", line));
        Self { is_complete: extent == "all", values }
    }

    /// The values, as they are written in events.
    pub fn iter(self) -> impl Iterator<Item = &'s str> {
        self.values.split('|')
    }

    /// The value that was meant by a word which is none, if one is near enough.
    pub fn meant_by(self, word: &str) -> Option<&'s str> {
        let is_slip = |value: &str| strsim::osa_distance(&value.to_lowercase(), &word.to_lowercase()) <= SLIP;
        nearest(word, self.iter()).filter(|value| self.is_complete || is_slip(value))
    }
}

/// What replaces a table that is no longer filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement<'s> {
    /// The table to read instead.
    pub table: &'s str,
    /// Whether its columns have kept their names.
    pub has_same_columns: bool,
}

impl<'s> Replacement<'s> {
    pub(super) fn new(line: &'s str) -> Self {
        let (table, columns) = line.split_once('\t').unwrap_or((line, "other"));
        Self { table, has_same_columns: columns == "same" }
    }
}

/// A table of a product that speaks KQL and is no part of Log Analytics or Defender XDR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignTable<'s> {
    /// Of Azure Resource Graph.
    ResourceGraph,
    /// Of a classic Application Insights resource.
    ApplicationInsights {
        /// The table of a workspace that has the same rows, under other column names.
        in_workspace: &'s str,
    },
}

impl<'s> ForeignTable<'s> {
    pub(super) fn new(line: &'s str) -> Self {
        match line.split_once('\t') {
            Some(("ApplicationInsights", in_workspace)) => Self::ApplicationInsights { in_workspace },
            _ => Self::ResourceGraph,
        }
    }
}
