//! `join` and `lookup`.

use std::sync::Arc;

use super::super::projection::make_names_unique;
use super::super::{Analyzer, Context, JoinUse, exclusion};
use super::word;
use crate::schema::{Column, Columns, Origin};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, Join, JoinCondition, Operator, Pipeline};

/// Which sides' columns a join gives, and whether the other side only takes rows away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sides {
    Both,
    Left { is_anti: bool },
    Right { is_anti: bool },
}

impl Sides {
    fn of(kind: Option<&str>) -> Self {
        match kind {
            Some("leftsemi") => Self::Left { is_anti: false },
            Some("leftanti" | "anti" | "leftantisemi") => Self::Left { is_anti: true },
            Some("rightsemi") => Self::Right { is_anti: false },
            Some("rightanti" | "rightantisemi") => Self::Right { is_anti: true },
            _ => Self::Both,
        }
    }
}

impl<'a, 'q> Analyzer<'a, 'q> {
    pub(super) fn join(
        &mut self,
        operator: &'a Operator<'q>,
        join: &'a Join<'q>,
        input: &Arc<Columns>,
        pipeline: Option<&'a Pipeline<'q>>,
    ) -> Columns {
        let sides = Sides::of(operator.parameter("kind").and_then(|parameter| word(&parameter.value)));
        if self.is_recording() {
            let (span, is_in_exclusion) = (operator.span, self.is_excluding);
            self.facts.joins.push(JoinUse { span, is_in_exclusion, is_unclear: false });
        }
        let was_excluding = self.is_excluding;
        self.is_excluding ^= sides == Sides::Left { is_anti: true };
        let right = self.source(&join.right, true).into_columns();
        self.is_excluding = was_excluding;
        if let (Sides::Right { is_anti: true }, Some(pipeline), true) = (sides, pipeline, self.is_recording()) {
            let left = Span { start: pipeline.span.start, end: operator.span.start };
            exclusion::mark(&mut self.facts, left);
        }
        self.join_condition(join, input, &right);
        match sides {
            Sides::Left { .. } => Columns::clone(input),
            Sides::Right { .. } => Columns { columns: through_join(&right), is_open: right.is_open },
            Sides::Both => both(input, through_join(&right), right.is_open),
        }
    }

    /// The key columns of the right side are not repeated.
    pub(super) fn lookup(&mut self, join: &'a Join<'q>, input: &Arc<Columns>) -> Columns {
        let right = self.source(&join.right, true).into_columns();
        self.join_condition(join, input, &right);
        let mut keys = Vec::new();
        if let JoinCondition::On(conditions) = &join.condition {
            for condition in conditions {
                right_keys(condition, &mut keys);
            }
        }
        let mut columns = through_join(&right);
        columns.retain(|column| !keys.contains(&column.name.as_str()));
        both(input, columns, right.is_open)
    }

    /// Names in the condition mean the left side first, except behind `$right`; a bare name must be on both sides.
    fn join_condition(&mut self, join: &'a Join<'q>, left: &Columns, right: &Columns) {
        let context = Context { right: Some(right), ..Context::value(left) };
        let conditions = match &join.condition {
            JoinCondition::On(conditions) => conditions.as_slice(),
            JoinCondition::Where(condition) => std::slice::from_ref(condition),
        };
        let predicates = self.facts.predicates.len();
        for condition in conditions {
            self.expression(condition, context);
        }
        // How rows are matched is no test of a value.
        self.facts.predicates.truncate(predicates);
    }
}

fn both(left: &Columns, right: Vec<Column>, right_is_open: bool) -> Columns {
    let mut columns = left.columns.clone();
    columns.extend(right);
    make_names_unique(&mut columns);
    Columns { columns, is_open: left.is_open || right_is_open }
}

fn through_join(columns: &Columns) -> Vec<Column> {
    let column = |column: &Column| Column { origin: joined(&column.origin), ..column.clone() };
    columns.columns.iter().map(column).collect()
}

fn joined(origin: &Origin) -> Origin {
    match origin {
        Origin::Table { table, column, .. } => {
            Origin::Table { table: table.clone(), column: column.clone(), through_join: true }
        }
        Origin::Several(origins) => Origin::Several(origins.iter().map(joined).collect()),
        Origin::Event { .. } | Origin::Computed { .. } | Origin::Made(_) | Origin::Unknown => origin.clone(),
    }
}

/// The names of the right side's keys: `a`, `$left.a == $right.b`, and conjunctions of them.
fn right_keys<'e>(condition: &'e Expr<'_>, keys: &mut Vec<&'e str>) {
    let mut pending = vec![condition];
    while let Some(condition) = pending.pop() {
        match &condition.kind {
            ExprKind::Name(name) => keys.push(&name.text),
            ExprKind::Parenthesized(inner) => pending.push(inner),
            ExprKind::Binary { op: BinaryOp::And | BinaryOp::Equal, left, right, .. } => {
                pending.extend([&**left, right]);
            }
            ExprKind::Path { base, member } => {
                if let (ExprKind::Name(side), ExprKind::Name(name)) = (&base.kind, &member.kind)
                    && side.text == "$right"
                {
                    keys.push(&name.text);
                }
            }
            _ => {}
        }
    }
}
