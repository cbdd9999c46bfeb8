//! COR002: `x != a or x != b`, which is always true.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::effect_on_rule;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ScalarType, Value};
use crate::syntax::{BinaryOp, Expr, ExprKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR002",
    name: "tautological-negation",
    category: Category::Correctness,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("tautological_negation.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::Binary { op: BinaryOp::Or, op_span, left, right } = &expr.kind else { continue };
        let (Some(first), Some(second)) = (unequal(cx, left), unequal(cx, right)) else { continue };
        let is_same_column = first.subject.plain_column() == second.subject.plain_column();
        if !is_same_column || is_equal(first, second) {
            continue;
        }
        let column = cx.slice(first.subject.span);
        // The test is negative itself: what is about the `or` around it is the other way round.
        let effect = effect_on_rule(first, Effect::Narrower.negated());
        cx.report(first.span.to(second.span), format!("every `{column}` differs from one of two values"))
            .label("always true")
            .help("join the tests with `and`, or use `!in`")
            .replace(*op_span, "and", "write `and`", effect);
    }
}

/// The test of a plain scalar column against one value that it must not have.
fn unequal<'a>(cx: &Context<'a>, expr: &Expr<'_>) -> Option<&'a Predicate> {
    let predicate = cx.predicates().iter().find(|predicate| predicate.expr == expr.id)?;
    let is_unequal = matches!(predicate.op, PredicateOp::Binary(BinaryOp::NotEqual | BinaryOp::NotEqualCi));
    let column = predicate.subject.plain_column()?;
    let is_scalar = !matches!(column.ty, ScalarType::Dynamic | ScalarType::Unknown);
    (is_unequal && is_scalar && predicate.is_complete && predicate.values.len() == 1).then_some(predicate)
}

fn is_equal(first: &Predicate, second: &Predicate) -> bool {
    match (first.values.first().map(|item| &item.value), second.values.first().map(|item| &item.value)) {
        (Some(Value::String(one)), Some(Value::String(other))) => one.eq_ignore_ascii_case(other),
        (one, other) => one == other,
    }
}
