//! What the values of a column look like, for rules that only make sense for some.

use crate::schema::{Column, ColumnShape, Origin, Schema};

/// The shape of a column's values, if every place that they come from agrees.
pub(super) fn shape_of(schema: &Schema, column: &Column) -> Option<ColumnShape> {
    shape_of_origin(schema, &column.origin)
}

fn shape_of_origin(schema: &Schema, origin: &Origin) -> Option<ColumnShape> {
    match origin {
        Origin::Table { table, column, through_join: _ } => schema.shape(table, column),
        Origin::Several(origins) => {
            let (first, others) = origins.split_first()?;
            let shape = shape_of_origin(schema, first)?;
            others.iter().all(|other| shape_of_origin(schema, other) == Some(shape)).then_some(shape)
        }
        Origin::Event { .. } | Origin::Computed { .. } | Origin::Made(_) | Origin::Unknown => None,
    }
}

/// Whether the column comes from a table that only Linux fills: names and accounts are case-sensitive there.
pub(super) fn is_from_linux(column: &Column) -> bool {
    matches!(&column.origin, Origin::Table { table, .. } if matches!(table.as_str(), "Syslog" | "LinuxAuditLog"))
}

/// The table and the name there, of a column that is a table's, perhaps renamed.
pub(super) fn table_column(column: &Column) -> Option<(&str, &str)> {
    match &column.origin {
        Origin::Table { table, column, through_join: _ } => Some((table, column)),
        Origin::Event { .. } | Origin::Several(_) | Origin::Computed { .. } | Origin::Made(_) | Origin::Unknown => None,
    }
}
