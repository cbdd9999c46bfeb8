//! COR006: a point in time compared with a length of time.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ScalarType, Value};
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR006",
    name: "missing-ago",
    category: Category::Correctness,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("missing_ago.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let PredicateOp::Binary(op) = predicate.op else { continue };
        let [item] = predicate.values.as_slice() else { continue };
        if !is_order(op) || !is_time(cx, predicate) || !matches!(item.value, Value::Timespan(_)) {
            continue;
        }
        // A constant from a `let` is wrapped where it is used, which is not where it is written.
        let Some(operand) = operand(predicate) else { continue };
        let (subject, length) = (cx.slice(predicate.subject.span), cx.slice(operand));
        cx.report(operand, format!("`{subject}` is a point in time and is compared with a length of time"))
            .label("a length of time")
            .help(format!("write `ago({length})`"))
            .replace(operand, format!("ago({length})"), format!("write `ago({length})`"), Effect::Unknown);
    }
}

/// What stands behind the operator.
fn operand(predicate: &Predicate) -> Option<crate::span::Span> {
    let [item] = predicate.values.as_slice() else { return None };
    (predicate.span.contains(item.span) && item.span.start >= predicate.op_span.end).then_some(item.span)
}

fn is_order(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual)
}

/// Some columns are points in time in every table.
fn is_time(cx: &Context<'_>, predicate: &Predicate) -> bool {
    match predicate.subject.ty {
        ScalarType::Datetime => true,
        ScalarType::Unknown => cx.schema().is_time_column(cx.slice(predicate.subject.span)),
        _ => false,
    }
}
