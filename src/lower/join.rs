//! `join` and `lookup`.

use crate::ir::{self, JoinKey, JoinKind, Pipeline, SourceKind, StageKind};
use crate::schema::{Column, Origin};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, Join, JoinCondition, Operator};

use super::Lowering;

impl<'a, 'q> Lowering<'a, 'q> {
    pub(super) fn join(&mut self, operator: &'a Operator<'q>, join: &'a Join<'q>, is_lookup: bool) -> StageKind {
        let written = operator.parameter("kind").map(|parameter| self.words(&parameter.value));
        let default = if is_lookup { JoinKind::LeftOuter } else { JoinKind::InnerUnique };
        let kind = match &written {
            None => default,
            Some(word) => match JoinKind::parse(word) {
                Some(kind) => kind,
                None => return StageKind::Opaque(format!("{} kind `{word}`", operator.keyword)),
            },
        };
        let right = self.rows(&join.right);
        let keys = match &join.condition {
            JoinCondition::On(conditions) => self.join_keys(conditions, &right),
            JoinCondition::Where(_) => None,
        };
        StageKind::Join(Box::new(ir::Join { kind, is_kind_written: written.is_some(), is_lookup, right, keys }))
    }

    fn join_keys(&self, conditions: &[Expr<'q>], right: &Pipeline) -> Option<Vec<JoinKey>> {
        let mut keys = Vec::new();
        let mut rest: Vec<&Expr<'q>> = conditions.iter().rev().collect();
        while let Some(condition) = rest.pop() {
            let (left_name, right_name) = match &condition.kind {
                ExprKind::Parenthesized(inner) => {
                    rest.push(inner);
                    continue;
                }
                ExprKind::Binary { op: BinaryOp::And, left, right, .. } => {
                    rest.extend([right.as_ref(), left.as_ref()]);
                    continue;
                }
                ExprKind::Name(name) => ((&*name.text, condition.span), (&*name.text, condition.span)),
                ExprKind::Binary { op: BinaryOp::Equal, left, right, .. } => sides(left, right)?,
                _ => return None,
            };
            keys.push(JoinKey {
                left: field(left_name, self.row.find(left_name.0)),
                right: right_field(right_name, right),
                span: condition.span,
            });
        }
        Some(keys)
    }
}

type NamePlace<'t> = (&'t str, Span);

/// `$left.a == $right.b`, in either order.
fn sides<'t>(one: &'t Expr<'_>, other: &'t Expr<'_>) -> Option<(NamePlace<'t>, NamePlace<'t>)> {
    match (side(one)?, side(other)?) {
        (("$left", left), ("$right", right)) | (("$right", right), ("$left", left)) => Some((left, right)),
        _ => None,
    }
}

/// `$left` and the column behind it.
fn side<'t>(expr: &'t Expr<'_>) -> Option<(&'t str, NamePlace<'t>)> {
    let (base, column) = match &expr.kind {
        ExprKind::Path { base, member } => match &member.kind {
            ExprKind::Name(name) => (base, &*name.text),
            _ => return None,
        },
        // `$left.['a b']` reads as an element.
        ExprKind::Element { base, index } => match &index.kind {
            ExprKind::Name(name) => (base, &*name.text),
            _ => return None,
        },
        _ => return None,
    };
    match &base.kind {
        ExprKind::Name(name) => Some((&*name.text, (column, expr.span))),
        _ => None,
    }
}

fn field((name, span): NamePlace<'_>, column: Option<&Column>) -> ir::Field {
    let origin = column.map_or(Origin::Unknown, |column| column.origin.clone());
    ir::Field { name: name.to_owned(), origin, span }
}

/// The facts have no columns for a right side that is only the name of a table; but a key is one of them.
fn right_field((name, span): NamePlace<'_>, right: &Pipeline) -> ir::Field {
    match &right.source.kind {
        SourceKind::Table { name: table, is_known: true } if right.stages.is_empty() => {
            let origin = Origin::Table { table: table.clone(), column: name.to_owned(), through_join: false };
            ir::Field { name: name.to_owned(), origin, span }
        }
        _ => field((name, span), right.output.find(name)),
    }
}
