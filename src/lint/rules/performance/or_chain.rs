//! PRF014: tests of one column joined by `or` that one list can say.

use std::collections::HashSet;

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ScalarType, Value};
use crate::syntax::{BinaryOp, Expr, ExprId, ExprKind, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF014",
    name: "or-chain",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("or_chain.md"),
    check,
};

/// From this many on, a list is easier to read.
const MANY: usize = 3;

fn check(cx: &mut Context<'_>) {
    let mut seen: HashSet<ExprId> = HashSet::new();
    for expr in cx.expressions() {
        if seen.contains(&expr.id) {
            continue;
        }
        let Some(tests) = chain(cx, expr, &mut seen).filter(|tests| tests.len() >= MANY) else { continue };
        let Some(first) = tests.first() else { continue };
        let Some(operator) = list_form(first.op) else { continue };
        let is_uniform =
            tests.iter().all(|test| test.op == first.op && test.subject.plain_column() == first.subject.plain_column());
        let values: Vec<&str> = tests.iter().filter_map(|test| value(cx, test)).collect();
        let is_text = first.subject.plain_column().is_some_and(|column| column.ty == ScalarType::String);
        if !is_uniform || !is_text || values.len() != tests.len() {
            continue;
        }
        let (subject, count) = (cx.slice(first.subject.span), tests.len());
        let replacement = format!("{subject} {operator} ({})", values.join(", "));
        let has_comment = cx.query().comments.iter().any(|comment| expr.span.contains(*comment));
        let mut report = cx.report(expr.span, format!("{count} tests of `{subject}` are one list"));
        report.label("one column, one operator").help(format!("use `{operator}`"));
        if !has_comment {
            report.replace(expr.span, replacement, format!("write `{operator}`"), Effect::Same);
        }
    }
}

/// The tests that an expression joins by `or`, if it joins nothing else.
fn chain<'a>(cx: &Context<'a>, expr: &'a Expr<'a>, seen: &mut HashSet<ExprId>) -> Option<Vec<&'a Predicate>> {
    let mut tests = Vec::new();
    let mut stack = vec![expr];
    let is_or = |expr: &Expr<'_>| matches!(expr.kind, ExprKind::Binary { op: BinaryOp::Or, .. });
    if !is_or(expr) {
        return None;
    }
    let mut is_complete = true;
    while let Some(part) = stack.pop() {
        match &part.kind {
            ExprKind::Binary { op: BinaryOp::Or, left, right, op_span: _ } => {
                seen.insert(part.id);
                stack.extend([&**right, left]);
            }
            _ => match cx.predicates().iter().find(|test| test.expr == part.id) {
                Some(test) => tests.push(test),
                None => is_complete = false,
            },
        }
    }
    is_complete.then_some(tests)
}

/// The value as written, if it is one text behind the operator.
fn value<'a>(cx: &Context<'a>, test: &Predicate) -> Option<&'a str> {
    let [item] = test.values.as_slice() else { return None };
    let is_text = matches!(&item.value, Value::String(value) if !value.is_empty());
    (is_text && test.span.contains(item.span) && item.span.start >= test.op_span.end).then(|| cx.slice(item.span))
}

fn list_form(op: PredicateOp) -> Option<&'static str> {
    match op {
        PredicateOp::Binary(BinaryOp::Equal) => Some(InOp::In.as_str()),
        PredicateOp::Binary(BinaryOp::EqualCi) => Some(InOp::InCi.as_str()),
        PredicateOp::Binary(BinaryOp::Has) => Some(InOp::HasAny.as_str()),
        _ => None,
    }
}
