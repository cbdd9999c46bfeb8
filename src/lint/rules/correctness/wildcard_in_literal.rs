//! COR021: a wildcard in a text that is compared literally.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, excludes, texts_with_places};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::span::Span;
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR021",
    name: "wildcard-in-literal",
    category: Category::Correctness,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("wildcard_in_literal.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some(column) = predicate.subject.plain_column().filter(|_| is_literal(predicate.op)) else { continue };
        let never_holds_one = matches!(
            shape_of(cx.schema(), column),
            Some(ColumnShape::Name | ColumnShape::Path | ColumnShape::Folder | ColumnShape::Host | ColumnShape::Upn)
        );
        let wildcard = |text: &str| text.contains('*') && text.contains(char::is_alphanumeric);
        let found = texts_with_places(predicate).find(|(text, _)| never_holds_one && wildcard(text));
        let Some((text, place)) = found else { continue };
        let (operator, name) = (cx.slice(predicate.op_span), &column.name);
        let consequence = if excludes(predicate) { "excludes nothing" } else { "matches nothing" };
        let rewritten = part(text).and_then(|(end, rest)| Some((part_operator(predicate.op, end)?, rest)));
        let whole = predicate.op_span.to(place);
        let is_adjacent = predicate.span.contains(whole)
            && cx.slice(Span { start: predicate.op_span.end, end: place.start }).trim().is_empty();
        let effect = effect_on_rule(predicate, Effect::Wider);
        let mut report = cx.report(place, format!("`{operator}` knows no wildcards: `{text}` {consequence}"));
        report
            .label("the star is a star")
            .related(predicate.subject.span, format!("`{name}` never holds one"))
            .help("use `startswith`, `endswith`, `contains` or `matches regex`");
        if let Some((replacement, rest)) = rewritten.filter(|_| is_adjacent) {
            let replacement = format!("{replacement} \"{rest}\"");
            report.replace(whole, replacement.clone(), format!("write `{replacement}`"), effect);
        }
    }
}

fn is_literal(op: PredicateOp) -> bool {
    match op {
        PredicateOp::Binary(op) => !matches!(
            op,
            BinaryOp::MatchesRegex
                | BinaryOp::Like
                | BinaryOp::LikeCs
                | BinaryOp::NotLike
                | BinaryOp::NotLikeCs
                | BinaryOp::SearchColon
        ),
        PredicateOp::In(_) => true,
        PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
    }
}

/// Which end of a value a pattern with one star describes.
enum End {
    Start,
    Finish,
}

/// `*.ps1` is an end, `tmp*` a start. What would need an escape is left alone.
fn part(text: &str) -> Option<(End, &str)> {
    let (end, rest) = match (text.strip_prefix('*'), text.strip_suffix('*')) {
        (Some(rest), None) => (End::Finish, rest),
        (None, Some(rest)) => (End::Start, rest),
        _ => return None,
    };
    (!rest.contains(['*', '?', '\\', '"'])).then_some((end, rest))
}

fn part_operator(op: PredicateOp, end: End) -> Option<&'static str> {
    let operator = match (op, end) {
        (PredicateOp::Binary(BinaryOp::EqualCi | BinaryOp::Equal), End::Finish) => BinaryOp::EndsWith,
        (PredicateOp::Binary(BinaryOp::EqualCi | BinaryOp::Equal), End::Start) => BinaryOp::StartsWith,
        (PredicateOp::Binary(BinaryOp::NotEqualCi | BinaryOp::NotEqual), End::Finish) => BinaryOp::NotEndsWith,
        (PredicateOp::Binary(BinaryOp::NotEqualCi | BinaryOp::NotEqual), End::Start) => BinaryOp::NotStartsWith,
        _ => return None,
    };
    Some(operator.as_str())
}
