//! The keys of joins with the columns on both sides.

use super::Context;
use crate::analyze::Binding;
use crate::schema::{Column, Columns};
use crate::span::Span;
use crate::syntax::{
    BinaryOp, Expr, ExprKind, Join, JoinCondition, LetValue, Node, Operator, OperatorKind, StatementKind,
};

/// A `join` or `lookup` with its keys.
pub(super) struct KeyedJoin<'a> {
    /// The operator.
    pub(super) operator: &'a Operator<'a>,
    /// Every key that could be read. Fewer than there are if `is_complete` is false.
    pub(super) keys: Vec<Key>,
    /// Whether every key is in `keys`.
    pub(super) is_complete: bool,
}

/// A pair of columns that must be equal.
pub(super) struct Key {
    /// Where it stands.
    pub(super) span: Span,
    /// The column of the left side, if known.
    pub(super) left: Option<Column>,
    /// The column of the right side, if known.
    pub(super) right: Option<Column>,
}

impl KeyedJoin<'_> {
    /// The kind as written.
    pub(super) fn kind(&self) -> Option<&str> {
        match &self.operator.parameter("kind")?.value.kind {
            ExprKind::Name(name) => Some(&name.text),
            _ => None,
        }
    }

    /// Whether it keeps left or right rows without a partner and no others.
    pub(super) fn is_anti(&self) -> bool {
        self.kind().is_some_and(|kind| kind.contains("anti"))
    }
}

/// Every join and lookup that has keys.
pub(super) fn keyed_joins<'a>(cx: &Context<'a>) -> Vec<KeyedJoin<'a>> {
    let mut joins = Vec::new();
    for pipeline in cx.pipelines() {
        for (index, operator) in pipeline.operators.iter().enumerate() {
            let (OperatorKind::Join(join) | OperatorKind::Lookup(join)) = &operator.kind else { continue };
            let left = cx.columns_before(pipeline, index);
            let right = columns_of(cx, &join.right);
            joins.extend(keyed_join(operator, join, &left, &right));
        }
    }
    joins
}

fn keyed_join<'a>(
    operator: &'a Operator<'a>,
    join: &Join<'_>,
    left: &Columns,
    right: &Columns,
) -> Option<KeyedJoin<'a>> {
    let JoinCondition::On(conditions) = &join.condition else { return None };
    let mut pairs = Vec::new();
    let mut is_complete = true;
    for condition in conditions.iter().flat_map(conjuncts) {
        match names(condition) {
            Some((left_name, right_name)) => pairs.push(Key {
                span: condition.span,
                left: left.find(left_name).cloned(),
                right: right.find(right_name).cloned(),
            }),
            None => is_complete = false,
        }
    }
    (!pairs.is_empty()).then_some(KeyedJoin { operator, keys: pairs, is_complete })
}

/// `a and b` in a condition is two.
fn conjuncts<'e, 'q>(condition: &'e Expr<'q>) -> Vec<&'e Expr<'q>> {
    let mut parts = Vec::new();
    let mut stack = vec![condition];
    while let Some(expr) = stack.pop() {
        match &expr.kind {
            ExprKind::Binary { op: BinaryOp::And, left, right, op_span: _ } => stack.extend([&**right, left]),
            ExprKind::Parenthesized(inner) => stack.push(inner),
            _ => parts.push(expr),
        }
    }
    parts
}

/// The names that a condition compares: `k`, or `$left.a == $right.b` in either order.
fn names<'e>(condition: &'e Expr<'_>) -> Option<(&'e str, &'e str)> {
    match &condition.kind {
        ExprKind::Name(name) => Some((&name.text, &name.text)),
        ExprKind::Binary { op: BinaryOp::Equal, left, right, op_span: _ } => match (side(left)?, side(right)?) {
            (("$left", left), ("$right", right)) | (("$right", right), ("$left", left)) => Some((left, right)),
            _ => None,
        },
        _ => None,
    }
}

/// `$left.a` as side and name.
fn side<'e>(expr: &'e Expr<'_>) -> Option<(&'e str, &'e str)> {
    let ExprKind::Path { base, member } = &expr.kind else { return None };
    match (&base.kind, &member.kind) {
        (ExprKind::Name(side), ExprKind::Name(name)) => Some((&side.text, &name.text)),
        _ => None,
    }
}

/// The columns of the right side of a join: a table, a `let` or a sub-query.
fn columns_of(cx: &Context<'_>, expr: &Expr<'_>) -> Columns {
    let mut current = expr;
    loop {
        match &current.kind {
            ExprKind::Parenthesized(inner) => current = inner,
            ExprKind::Pipeline(pipeline) | ExprKind::Materialize(pipeline) | ExprKind::ToTable(pipeline) => {
                match pipeline.as_expression() {
                    Some(inner) => current = inner,
                    None => return cx.facts().columns_of(pipeline),
                }
            }
            ExprKind::Name(_) => match cx.facts().binding(current) {
                Some(Binding::Table(table)) => return columns_of_table(cx, table),
                Some(Binding::LetTable(declaration)) => match value_of_let(cx, *declaration) {
                    Some(value) => return value,
                    None => return Columns::open(),
                },
                _ => return Columns::open(),
            },
            _ => return Columns::open(),
        }
    }
}

fn columns_of_table(cx: &Context<'_>, table: &str) -> Columns {
    let Some(found) = cx.schema().table(table) else { return Columns::open() };
    let column = |definition: crate::schema::ColumnDefinition<'_>| Column {
        name: definition.name.to_owned(),
        ty: definition.ty,
        origin: crate::schema::Origin::Table {
            table: table.to_owned(),
            column: definition.name.to_owned(),
            through_join: false,
        },
    };
    Columns { columns: found.columns().map(column).collect(), is_open: false }
}

/// The columns of a tabular `let` that is declared at a place.
fn value_of_let(cx: &Context<'_>, declaration: Span) -> Option<Columns> {
    cx.query().walk().find_map(|node| match node {
        Node::Statement(statement) => match &statement.kind {
            StatementKind::Let { name, value: LetValue::Pipeline(pipeline) } if name.span == declaration => {
                match pipeline.as_expression().map(|value| &value.kind) {
                    // The value of a chain of names is looked at one step deep: a circle would be an error of its own.
                    Some(ExprKind::Materialize(inner) | ExprKind::Pipeline(inner) | ExprKind::ToTable(inner)) => {
                        Some(cx.facts().columns_of(inner))
                    }
                    Some(_) => None,
                    None => Some(cx.facts().columns_of(pipeline)),
                }
            }
            _ => None,
        },
        Node::Pipeline(_) | Node::Operator(_) | Node::Expr(_) => None,
    })
}
