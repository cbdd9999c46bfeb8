//! XDR002: a custom detection that filters by the time of events loses those that arrive late.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::predicate::{effect_on_rule, selects};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::schema::Column;
use crate::span::Span;
use crate::syntax::{BinaryOp, Head, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "XDR002",
    name: "timestamp-filter-in-custom-detection",
    category: Category::Xdr,
    severity: Severity::Warning,
    default_on: true,
    kinds: &[RuleKind::CustomDetection],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("timestamp_filter_in_custom_detection.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if !is_time_filter(cx, predicate) {
            continue;
        }
        // Windows of several lengths belong together: removing one of them changes what the query compares.
        let removal = removal(cx, predicate).filter(|_| has_one_window(cx));
        let mut report = cx.report(
            predicate.span,
            "the service gives a custom detection its rows by arrival; this filter drops those that arrive late",
        );
        report.label("compares the time of the event").help("delete the filter, or compare `ingestion_time()`");
        if let Some(place) = removal {
            let edit = Edit { place: place.into(), replacement: String::new() };
            report.fix("delete the filter", effect_on_rule(predicate, Effect::Wider), vec![edit]);
        }
    }
}

/// Whether it compares the time of the event with a time that depends on when the query runs, as a lower bound that is
/// not also the upper bound of other rows (then it divides new rows from known ones).
fn is_time_filter(cx: &Context<'_>, predicate: &Predicate) -> bool {
    let is_time = |column: &Column| matches!(column.name.as_str(), "Timestamp" | "TimeGenerated");
    let is_about_time = predicate.subject.plain_column().is_some_and(is_time);
    let bound = cx.facts().lookbacks.iter().find(|lookback| predicate.span.contains(lookback.span));
    let divides = |seconds: i64| cx.predicates().iter().any(|other| is_upper_bound(cx, other, seconds));
    is_about_time && selects(predicate) && bound.is_some_and(|bound| !divides(bound.seconds))
}

/// Whether a test keeps rows that are older than so many seconds.
fn is_upper_bound(cx: &Context<'_>, predicate: &Predicate, seconds: i64) -> bool {
    let mut bounds = cx.facts().lookbacks.iter().filter(|lookback| predicate.span.contains(lookback.span));
    match predicate.op {
        PredicateOp::Binary(BinaryOp::Less | BinaryOp::LessOrEqual) => bounds.any(|bound| bound.seconds == seconds),
        PredicateOp::Between => bounds.nth(1).is_some_and(|bound| bound.seconds == seconds),
        PredicateOp::Binary(_) | PredicateOp::In(_) | PredicateOp::NotBetween | PredicateOp::Function => false,
    }
}

fn has_one_window(cx: &Context<'_>) -> bool {
    let lookbacks = &cx.facts().lookbacks;
    lookbacks.windows(2).all(|pair| pair[0].seconds == pair[1].seconds)
}

/// The whole operator with the pipe in front of it, if it tests nothing else and no comment would be lost.
fn removal(cx: &Context<'_>, predicate: &Predicate) -> Option<Span> {
    let (pipeline, index) = cx.operator_around(predicate.span)?;
    let operator = pipeline.operators.get(index)?;
    let OperatorKind::Where(condition) = &operator.kind else { return None };
    let before = match (index.checked_sub(1), &pipeline.head) {
        (Some(before), _) => pipeline.operators.get(before)?.span.end,
        (None, Head::Expr(expr)) => expr.span.end,
        (None, Head::Operator(operator)) => operator.span.end,
    };
    let place = Span { start: before, end: operator.span.end };
    let between = cx.slice(Span { start: before, end: operator.span.start });
    (condition.span == predicate.span && between.trim() == "|").then_some(place)
}
