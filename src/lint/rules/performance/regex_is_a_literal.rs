//! PRF006: a regular expression that is a plain text.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::texts_with_places;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF006",
    name: "regex-is-a-literal",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("regex_is_a_literal.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if predicate.op != PredicateOp::Binary(BinaryOp::MatchesRegex) {
            continue;
        }
        let Some((pattern, place)) = texts_with_places(predicate).next() else { continue };
        let Some((literal, ignores_case)) = literal_of(pattern) else { continue };
        let operator = if ignores_case { BinaryOp::Contains } else { BinaryOp::ContainsCs }.as_str();
        let is_adjacent = predicate.span.contains(place)
            && cx.slice(Span { start: predicate.op_span.end, end: place.start }).trim().is_empty();
        let mut report = cx.report(place, "the regular expression is a plain text");
        report.label("no pattern").help(format!("use `{operator} \"{literal}\"`, which is faster"));
        if is_adjacent {
            let replacement = format!("{operator} \"{literal}\"");
            report.replace(predicate.op_span.to(place), replacement, format!("write `{operator}`"), Effect::Same);
        }
    }
}

/// The text that a pattern stands for, and whether its letter case is left aside.
fn literal_of(pattern: &str) -> Option<(&str, bool)> {
    let (pattern, ignores_case) = match pattern.strip_prefix("(?i)") {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    let inner = pattern.trim_start_matches(".*").trim_end_matches(".*");
    let is_plain = !inner.is_empty()
        && inner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '/' | ':'));
    // With `(?i)`, `k` and `s` also match letters beyond ASCII.
    let is_same = !ignores_case || !inner.contains(['k', 'K', 's', 'S']);
    (is_plain && is_same).then_some((inner, ignores_case))
}
