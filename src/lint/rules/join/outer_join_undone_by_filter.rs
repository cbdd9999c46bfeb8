//! JON006: an outer join whose rows without a partner a filter drops.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Columns, Origin, Value};
use crate::syntax::{BinaryOp, Expr, ExprKind, InOp, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "JON006",
    name: "outer-join-undone-by-filter",
    category: Category::Join,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("outer_join_undone_by_filter.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for pipeline in cx.pipelines() {
        for (index, operator) in pipeline.operators.iter().enumerate() {
            let OperatorKind::Join(_) = &operator.kind else { continue };
            let Some(kind) = operator.parameter("kind").filter(|kind| cx.slice(kind.value.span) == "leftouter") else {
                continue;
            };
            let Some(filter) = pipeline.operators.get(index + 1) else { continue };
            let OperatorKind::Where(condition) = &filter.kind else { continue };
            let left = cx.columns_before(pipeline, index);
            if left.is_open {
                continue;
            }
            let test = cx
                .predicates()
                .iter()
                .find(|test| condition.span.contains(test.span) && rejects_missing(cx, condition, test, &left));
            let Some(test) = test else { continue };
            let column = cx.slice(test.subject.span);
            cx.report(
                kind.span,
                format!("`leftouter` keeps rows without a partner, and a test of `{column}` drops them"),
            )
            .label("the same as `inner`")
            .related(test.span, "false where there is no partner")
            .help("write `kind=inner`, or let the test pass rows without a partner")
            .replace(kind.value.span, "inner", "write `kind=inner`", Effect::Same);
        }
    }
}

/// Whether no row without a partner passes: the test must hold, it is of a column that only the right side has, and it is
/// false for the empty text and for null.
fn rejects_missing(cx: &Context<'_>, condition: &Expr<'_>, test: &Predicate, left: &Columns) -> bool {
    let Some(column) = test.subject.plain_column() else { return false };
    let is_of_right =
        left.find(&column.name).is_none() && matches!(column.origin, Origin::Table { through_join: true, .. });
    let must_hold = test.is_filter && !test.is_negated && !test.is_in_exclusion && is_conjunct(condition, test);
    let is_false_without_value = match test.op {
        PredicateOp::Binary(op) => {
            matches!(
                op,
                BinaryOp::Equal
                    | BinaryOp::EqualCi
                    | BinaryOp::Has
                    | BinaryOp::StartsWith
                    | BinaryOp::EndsWith
                    | BinaryOp::Contains
                    | BinaryOp::Greater
                    | BinaryOp::GreaterOrEqual
            ) && test.is_complete
                && test.values.iter().all(|item| is_certain_value(&item.value))
        }
        PredicateOp::In(op) => {
            matches!(op, InOp::In | InOp::InCi | InOp::HasAny)
                && test.is_complete
                && test.values.iter().all(|item| is_certain_value(&item.value))
        }
        PredicateOp::Function => cx.slice(test.op_span) == "isnotempty",
        PredicateOp::Between | PredicateOp::NotBetween => false,
    };
    is_of_right && must_hold && is_false_without_value
}

fn is_certain_value(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(char::is_alphanumeric),
        Value::Integer(_) | Value::Bool(_) => true,
        Value::Real(_) | Value::Timespan(_) | Value::Datetime(_) | Value::Guid(_) | Value::Dynamic(_) | Value::Null => {
            false
        }
    }
}

/// Whether the test is the condition, or joined with the rest of it by `and`.
fn is_conjunct(condition: &Expr<'_>, test: &Predicate) -> bool {
    let mut stack = vec![condition];
    while let Some(expr) = stack.pop() {
        if expr.id == test.expr {
            return true;
        }
        match &expr.kind {
            ExprKind::Binary { op: BinaryOp::And, left, right, op_span: _ } => stack.extend([&**left, right]),
            ExprKind::Parenthesized(inner) => stack.push(inner),
            _ => {}
        }
    }
    false
}
