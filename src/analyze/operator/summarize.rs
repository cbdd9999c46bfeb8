//! Operators that group rows.

use std::sync::Arc;

use super::super::projection::Projection;
use super::super::{Analyzer, Context};
use super::closed;
use super::project::Style;
use crate::schema::{Column, Columns, Origin, ScalarType};
use crate::syntax::{Expr, ExprKind, MakeSeries, NamedExpr, TopNestedLevel};

impl<'a, 'q> Analyzer<'a, 'q> {
    /// Keys come first, then aggregates.
    pub(super) fn summarize(
        &mut self,
        aggregates: &'a [NamedExpr<'q>],
        by: &'a [NamedExpr<'q>],
        bin: Option<&'a Expr<'q>>,
        input: &Arc<Columns>,
    ) -> Columns {
        let mut projection = Projection::default();
        let keys = self.keys(by, input, &mut projection);
        if let Some(bin) = bin {
            self.expression(bin, Context::value(input));
        }
        for item in aggregates {
            self.aggregate(item, input, &keys, &mut projection);
        }
        let has_star = aggregates.iter().any(|item| has_star(&item.value));
        projection.finish(has_star && input.is_open)
    }

    /// Lists the keys and returns the columns that they are.
    fn keys(&mut self, by: &'a [NamedExpr<'q>], input: &Arc<Columns>, projection: &mut Projection) -> Vec<String> {
        let mut keys = Vec::new();
        for item in by {
            self.project_item(item, Context::value(input), Style::List, &[], projection);
            keys.extend(self.plain_column(&item.value, input).map(|column| column.name.clone()));
        }
        keys
    }

    fn aggregate(
        &mut self,
        item: &'a NamedExpr<'q>,
        input: &Arc<Columns>,
        keys: &[String],
        projection: &mut Projection,
    ) {
        let was_aggregating = std::mem::replace(&mut self.is_aggregating, true);
        self.project_item(item, Context::value(input), Style::Aggregate, keys, projection);
        self.is_aggregating = was_aggregating;
    }

    /// Every aggregate and the axis become arrays.
    pub(super) fn make_series(&mut self, series: &'a MakeSeries<'q>, input: &Arc<Columns>) -> Columns {
        let row = Context::value(input);
        let mut projection = Projection::default();
        let keys = self.keys(&series.by, input, &mut projection);
        let mut arrays = Projection::default();
        for (item, default) in &series.aggregates {
            self.aggregate(item, input, &keys, &mut arrays);
            if let Some(default) = default {
                self.expression(default, row);
            }
        }
        let axis = self.produce(&series.on.value, row);
        for bound in [&series.from, &series.to, &series.step].into_iter().flatten() {
            self.range_bound(bound, row);
        }
        let axis_name = series.on.name().map(|name| name.text.clone().into_owned()).or(axis.name);
        let mut columns = arrays.finish(false).columns;
        columns.push(Column {
            name: axis_name.clone().unwrap_or_default(),
            ty: ScalarType::Dynamic,
            origin: axis.origin,
        });
        let last = columns.len() - 1;
        for (index, column) in columns.into_iter().enumerate() {
            let column = Column { ty: ScalarType::Dynamic, ..column };
            if index == last && axis_name.is_none() {
                projection.add_unnamed(column, self.next_unnamed());
            } else {
                projection.add(column, None);
            }
        }
        projection.finish(false)
    }

    /// `in range(a, b, c)` looks like a call.
    fn range_bound(&mut self, bound: &'a Expr<'q>, row: Context<'_>) {
        match &bound.kind {
            ExprKind::Call { name, arguments } if name.text == "range" => {
                for argument in arguments {
                    self.expression(&argument.value, row);
                }
            }
            _ => {
                self.expression(bound, row);
            }
        }
    }

    pub(super) fn top_nested(&mut self, levels: &'a [TopNestedLevel<'q>], input: &Arc<Columns>) -> Columns {
        let row = Context::value(input);
        let mut projection = Projection::default();
        for level in levels {
            for value in [&level.count, &level.others].into_iter().flatten() {
                self.expression(value, row);
            }
            let of = self.produce(&level.of.value, row);
            let name = level.of.name().map(|name| name.text.clone().into_owned()).or(of.name).unwrap_or_default();
            projection.add(Column { name: name.clone(), ty: of.ty, origin: of.origin }, None);
            let was_aggregating = std::mem::replace(&mut self.is_aggregating, true);
            let by = self.produce(&level.by.expr.value, row);
            self.is_aggregating = was_aggregating;
            let by_name = match level.by.expr.name() {
                Some(name) => name.text.clone().into_owned(),
                None => format!("aggregated_{name}"),
            };
            projection.add(Column { name: by_name, ty: by.ty, origin: by.origin }, None);
        }
        projection.finish(false)
    }

    pub(super) fn top_hitters(
        &mut self,
        count: &'a Expr<'q>,
        of: &'a Expr<'q>,
        by: Option<&'a Expr<'q>>,
        input: &Arc<Columns>,
    ) -> Columns {
        let row = Context::value(input);
        self.expression(count, row);
        let of = self.produce(of, row);
        let name = of.name.unwrap_or_default();
        let weight = match by {
            Some(by) => format!("approximate_sum_{}", self.produce(by, row).name.unwrap_or_default()),
            None => format!("approximate_count_{name}"),
        };
        closed(vec![
            Column { name, ty: of.ty, origin: of.origin },
            Column { name: weight, ty: ScalarType::Long, origin: Origin::Made("top-hitters".to_owned()) },
        ])
    }

    pub(super) fn sample_distinct(&mut self, count: &'a Expr<'q>, of: &'a Expr<'q>, input: &Arc<Columns>) -> Columns {
        let row = Context::value(input);
        self.expression(count, row);
        let of = self.produce(of, row);
        closed(vec![Column { name: of.name.unwrap_or_default(), ty: of.ty, origin: of.origin }])
    }
}

fn has_star(expr: &Expr<'_>) -> bool {
    match &expr.kind {
        ExprKind::Call { arguments, .. } => {
            arguments.iter().any(|argument| matches!(argument.value.kind, ExprKind::Star))
        }
        _ => false,
    }
}
