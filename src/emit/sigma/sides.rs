//! Which side of a join an expression behind it looks at, and what it means there.

use std::collections::BTreeMap;

use super::super::flatten::{Split, map_children, substitute};
use crate::ir::{Expr, ExprKind, Field, TestOp};
use crate::schema::{Columns, Origin, Value};

/// What columns stand for.
pub(super) type Values = BTreeMap<String, Expr>;

/// The side or sides that an expression looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    Both,
    Unknown,
}

/// The columns of both sides of a join.
pub(super) struct Sides<'a> {
    /// The rows of the left side.
    pub(super) left: &'a Split<'a>,
    /// The columns of the right side.
    pub(super) right: &'a Columns,
    /// What they stand for.
    pub(super) right_values: &'a Values,
}

impl Sides<'_> {
    /// Which side an expression looks at.
    pub(super) fn of(&self, expr: &Expr) -> Side {
        match &expr.kind {
            ExprKind::Field(field) => return self.of_field(field),
            ExprKind::Opaque(_) | ExprKind::Subquery(_) | ExprKind::Star => return Side::Unknown,
            _ => {}
        }
        let mut side = None;
        map_children(expr, &mut |child| {
            if !matches!(child.kind, ExprKind::Value(_)) && !is_constant_time(child) {
                side = Some(match (side, self.of(child)) {
                    (None, found) => found,
                    (Some(one), other) if one == other => one,
                    (Some(Side::Unknown), _) | (_, Side::Unknown) => Side::Unknown,
                    _ => Side::Both,
                });
            }
            child.clone()
        });
        side.unwrap_or(Side::Unknown)
    }

    fn of_field(&self, field: &Field) -> Side {
        match &field.origin {
            Origin::Table { through_join: true, .. } => Side::Right,
            Origin::Table { through_join: false, .. } => Side::Left,
            Origin::Event { .. } | Origin::Computed { .. } | Origin::Made(_) | Origin::Several(_) | Origin::Unknown => {
                if self.left.has(&field.name) {
                    Side::Left
                } else if self.right_name(&field.name).is_some() {
                    Side::Right
                } else {
                    Side::Unknown
                }
            }
        }
    }

    /// The right side's own name of a column, which behind the join may end in 1.
    fn right_name<'n>(&self, name: &'n str) -> Option<&'n str> {
        let is_there = |name: &&str| self.right.find(name).is_some();
        Some(name).filter(is_there).or_else(|| name.strip_suffix('1').filter(is_there))
    }

    /// The condition in columns of the right side's own table.
    pub(super) fn of_right(&self, expr: &Expr) -> Expr {
        let ExprKind::Field(field) = &expr.kind else {
            return map_children(expr, &mut |child| self.of_right(child));
        };
        let (own, origin) = match &field.origin {
            Origin::Table { table, column, .. } => {
                let origin = Origin::Table { table: table.clone(), column: column.clone(), through_join: false };
                (column.as_str(), origin)
            }
            other => (self.right_name(&field.name).unwrap_or(&field.name), other.clone()),
        };
        let field = Field { name: own.to_owned(), origin, span: field.span };
        substitute(&Expr { kind: ExprKind::Field(field), ..expr.clone() }, self.right_values)
    }

    /// Whether the conjunct is false for every row to which the join found nothing on the right side.
    pub(super) fn needs_right(&self, conjunct: &Expr) -> bool {
        match &conjunct.kind {
            ExprKind::And(parts) => parts.iter().any(|part| self.needs_right(part)),
            ExprKind::Or(parts) => parts.iter().all(|part| self.needs_right(part)),
            ExprKind::Not(inner) => match &inner.kind {
                ExprKind::Test(test) => {
                    matches!(test.op, TestOp::IsEmpty | TestOp::IsNull) && self.of_right_column(&test.subject)
                }
                _ => false,
            },
            ExprKind::Test(test) => {
                let is_about_missing = matches!(test.op, TestOp::IsEmpty | TestOp::IsNull);
                // What is missing on the right may equal what is empty on the left, but no text that is written.
                let is_written =
                    |operand: &Expr| matches!(&operand.kind, ExprKind::Value(value) if !is_empty_value(value));
                !is_about_missing && self.of_right_column(&test.subject) && test.operands.iter().all(is_written)
            }
            _ => false,
        }
    }

    fn of_right_column(&self, subject: &Expr) -> bool {
        matches!(subject.kind, ExprKind::Field(_)) && self.of(subject) == Side::Right
    }
}

/// Whether a missing column could equal or hold the value.
fn is_empty_value(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Dynamic(serde_json::Value::Array(items)) => items.iter().any(|item| item.as_str() == Some("")),
        Value::Dynamic(_) | Value::Null => true,
        _ => false,
    }
}

fn is_constant_time(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { name, .. } if matches!(name.as_str(), "ago" | "now"))
}
