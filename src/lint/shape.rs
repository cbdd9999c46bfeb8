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
        Origin::Computed { .. } | Origin::Made(_) | Origin::Unknown => None,
    }
}
