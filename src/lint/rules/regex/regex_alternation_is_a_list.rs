//! RGX006: a regular expression that lists whole values.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, texts_with_places};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "RGX006",
    name: "regex-alternation-is-a-list",
    category: Category::Regex,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("regex_alternation_is_a_list.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if predicate.op != PredicateOp::Binary(BinaryOp::MatchesRegex) {
            continue;
        }
        let Some((pattern, place)) = texts_with_places(predicate).next() else { continue };
        let Some((values, ignores_case)) = values_of(pattern) else { continue };
        let operator = if ignores_case { InOp::InCi } else { InOp::In }.as_str();
        let list = values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(", ");
        let replacement = format!("{operator} ({list})");
        let is_adjacent = predicate.span.contains(place)
            && cx.slice(Span { start: predicate.op_span.end, end: place.start }).trim().is_empty();
        // With `(?i)`, a pattern also takes some letters beyond ASCII for `k` and `s`.
        let effect = effect_on_rule(predicate, Effect::Narrower);
        let mut report = cx.report(place, "the regular expression is a list of whole values");
        report.label("a list").help(format!("use `{replacement}`"));
        if is_adjacent {
            report.replace(predicate.op_span.to(place), replacement, format!("write `{operator}`"), effect);
        }
    }
}

/// The values of `^(a|b)$`, perhaps with a common end such as `\.exe`, and whether letter case is left aside.
fn values_of(pattern: &str) -> Option<(Vec<String>, bool)> {
    let (pattern, ignores_case) = match pattern.strip_prefix("(?i)") {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    let inner = pattern.strip_prefix("^(")?.strip_suffix('$')?;
    let (alternatives, end) = inner.strip_prefix("?:").unwrap_or(inner).split_once(')')?;
    let end = plain(end)?;
    let values: Option<Vec<String>> = alternatives.split('|').map(|value| Some(plain(value)? + &end)).collect();
    values.filter(|values| values.len() > 1).map(|values| (values, ignores_case))
}

/// The text that a pattern without any pattern in it stands for.
fn plain(pattern: &str) -> Option<String> {
    let text = pattern.replace(r"\.", "\u{0}");
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ' | '\u{0}'));
    is_plain.then(|| text.replace('\u{0}', "."))
}
