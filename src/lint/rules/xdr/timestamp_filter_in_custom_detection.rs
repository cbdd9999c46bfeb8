//! XDR002: a custom detection that filters by the time of events loses those that arrive late.

use crate::analyze::Predicate;
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::predicate::selects;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::span::Span;
use crate::syntax::{Head, OperatorKind};

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
            report.fix("delete the filter", Effect::Wider, vec![edit]);
        }
    }
}

/// Whether it compares `Timestamp` with a time that depends on when the query runs.
fn is_time_filter(cx: &Context<'_>, predicate: &Predicate) -> bool {
    let is_timestamp = predicate.subject.plain_column().is_some_and(|column| column.name == "Timestamp");
    let is_relative = cx.facts().lookbacks.iter().any(|lookback| predicate.span.contains(lookback.span));
    is_timestamp && is_relative && selects(predicate)
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
