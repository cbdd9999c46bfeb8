//! `mv-expand` and `mv-apply`.

use std::sync::Arc;

use super::super::projection::Projection;
use super::super::{Analyzer, Context};
use super::{made, word};
use crate::schema::{Column, Columns, ScalarType};
use crate::syntax::{Expr, MvItem, Operator, Pipeline};

impl<'a, 'q> Analyzer<'a, 'q> {
    pub(super) fn mv_expand(
        &mut self,
        operator: &'a Operator<'q>,
        items: &'a [MvItem<'q>],
        limit: Option<&'a Expr<'q>>,
        input: &Arc<Columns>,
    ) -> Columns {
        let mut projection = Projection::of(input);
        for item in items {
            match self.expanded(item, input) {
                (Some(_), column) => projection.replace(column),
                (None, column) => projection.add_unnamed(column, self.next_unnamed()),
            }
        }
        if let Some(limit) = limit {
            self.expression(limit, Context::value(input));
        }
        if let Some(index) = item_index(operator) {
            projection.replace(index);
        }
        projection.finish(input.is_open)
    }

    /// The column that an array becomes, and its name, if it has one.
    fn expanded(&mut self, item: &'a MvItem<'q>, input: &Arc<Columns>) -> (Option<String>, Column) {
        let produced = self.produce(&item.expr.value, Context::value(input));
        let name = item.expr.name().map(|name| name.text.clone().into_owned()).or(produced.name);
        let ty = match &item.to_type {
            Some(ty) => ScalarType::parse(ty.text).unwrap_or_default(),
            // What is no array stays what it is.
            None if produced.ty == ScalarType::Unknown => ScalarType::Dynamic,
            None => produced.ty,
        };
        let column = Column { name: name.clone().unwrap_or_default(), ty, origin: produced.origin };
        (name, column)
    }

    /// The body sees the row with the expanded columns; what it gives replaces and extends the row.
    pub(super) fn mv_apply(
        &mut self,
        operator: &'a Operator<'q>,
        items: &'a [MvItem<'q>],
        limit: Option<&'a Expr<'q>>,
        on: &'a Pipeline<'q>,
        input: &Arc<Columns>,
    ) -> Columns {
        let mut inner = Projection::of(input);
        let mut outer = Columns::clone(input);
        for item in items {
            let (_, column) = self.expanded(item, input);
            if item.expr.names.is_empty()
                && let Some(plain) = self.plain_column(&item.expr.value, input)
            {
                outer.columns.retain(|kept| kept.name != plain.name);
            }
            inner.replace(column);
        }
        if let Some(limit) = limit {
            self.expression(limit, Context::value(input));
        }
        if let Some(index) = item_index(operator) {
            inner.replace(index);
        }
        let inner = Arc::new(inner.finish(input.is_open));
        let applied = self.pipeline(on, Some(inner)).into_columns();
        let mut projection = Projection::of(&outer);
        for column in &applied.columns {
            projection.replace(column.clone());
        }
        projection.finish(input.is_open || applied.is_open)
    }
}

/// The column of `with_itemindex`.
fn item_index(operator: &Operator<'_>) -> Option<Column> {
    let name = word(&operator.parameter("with_itemindex")?.value)?;
    Some(made(name, ScalarType::Long, operator))
}
