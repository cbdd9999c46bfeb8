//! `summarize`: which result columns each aggregate makes.

use crate::ir::{Aggregate, StageKind};
use crate::schema::Columns;
use crate::syntax::{Expr, ExprKind, NamedExpr};

use super::Lowering;
use super::expression::Position;

impl<'a, 'q> Lowering<'a, 'q> {
    pub(super) fn summarize(
        &mut self,
        aggregates: &'a [NamedExpr<'q>],
        by: &'a [NamedExpr<'q>],
        output: &Columns,
    ) -> StageKind {
        let keys = self.assignments(by, output);
        let mut names = result_names(aggregates, by.len(), output);
        let mut lowered = Vec::with_capacity(aggregates.len());
        for (index, aggregate) in aggregates.iter().enumerate() {
            let value = self.expression(&aggregate.value, Position::Value);
            let written = || aggregate.names.iter().map(|name| name.text.to_string()).collect();
            let names = names.get_mut(index).map_or_else(written, std::mem::take);
            lowered.push(Aggregate { names, value, span: aggregate.span });
        }
        StageKind::Summarize { aggregates: lowered, by: keys }
    }
}

/// Result columns by aggregate: the keys come first, then the aggregates in order. Empty if the two do not add up.
fn result_names(aggregates: &[NamedExpr<'_>], keys: usize, output: &Columns) -> Vec<Vec<String>> {
    let Some(results) = output.columns.get(keys..) else { return Vec::new() };
    let counts: Vec<Option<usize>> = aggregates.iter().map(|aggregate| column_count(aggregate)).collect();
    let known: usize = counts.iter().flatten().sum();
    let open = counts.iter().filter(|count| count.is_none()).count();
    // One star may take what the others leave.
    let left = match results.len().checked_sub(known) {
        Some(left) if open == 1 || (open == 0 && left == 0) => left,
        _ => return Vec::new(),
    };
    let mut rest = results.iter();
    counts
        .into_iter()
        .map(|count| rest.by_ref().take(count.unwrap_or(left)).map(|column| column.name.clone()).collect())
        .collect()
}

/// How many columns an aggregate makes; `None` for `arg_max(x, *)`.
fn column_count(aggregate: &NamedExpr<'_>) -> Option<usize> {
    if aggregate.names.len() > 1 {
        return Some(aggregate.names.len());
    }
    let ExprKind::Call { name, arguments } = &aggregate.value.kind else { return Some(1) };
    let is_star = |expr: &Expr<'_>| matches!(expr.kind, ExprKind::Star);
    match &*name.text {
        "arg_max" | "arg_min" | "argmax" | "argmin" | "take_any" | "any" => {
            (!arguments.iter().any(|argument| is_star(&argument.value))).then_some(arguments.len())
        }
        "percentiles" => Some(arguments.len().saturating_sub(1)),
        _ => Some(1),
    }
}
