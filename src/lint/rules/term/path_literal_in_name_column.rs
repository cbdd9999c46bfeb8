//! TRM013: a path is looked for in a column that holds names without one.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, excludes, texts_with_places};
use crate::lint::shape::{shape_of, table_column};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM013",
    name: "path-literal-in-name-column",
    category: Category::Term,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("path_literal_in_name_column.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some(column) = predicate.subject.plain_column() else { continue };
        // Appliances write what they like into the columns of their log formats.
        let is_certain = table_column(column).is_some_and(|(table, _)| table.starts_with("Device"));
        if !is_certain || shape_of(cx.schema(), column) != Some(ColumnShape::Name) || is_regex(predicate.op) {
            continue;
        }
        let Some((text, place)) = texts_with_places(predicate).find(|(text, _)| text.contains('\\')) else { continue };
        let name = &column.name;
        let consequence = if excludes(predicate) { "excludes nothing" } else { "matches nothing" };
        let replacement =
            name_alone(text).and_then(|alone| Some(format!("{} \"{alone}\"", exact_operator(predicate.op)?)));
        let effect = effect_on_rule(predicate, Effect::Wider);
        let whole = predicate.op_span.to(place);
        let is_adjacent = predicate.span.contains(whole)
            && cx.slice(crate::span::Span { start: predicate.op_span.end, end: place.start }).trim().is_empty();
        let mut report = cx.report(place, format!("`{name}` holds a name without its folder, so this {consequence}"));
        report
            .label("has a backslash")
            .related(predicate.subject.span, "never has one")
            .help("compare the name alone, or test the column with the folder");
        if let Some(replacement) = replacement.filter(|_| is_adjacent) {
            report.replace(whole, replacement, "compare the name alone", effect);
        }
    }
}

fn is_regex(op: PredicateOp) -> bool {
    op == PredicateOp::Binary(BinaryOp::MatchesRegex)
}

/// `x.exe` of `\x.exe`; `None` if there is a folder, which belongs into another column.
fn name_alone(text: &str) -> Option<&str> {
    text.strip_prefix('\\').filter(|name| !name.is_empty() && !name.contains(['\\', '"']))
}

/// The operator that compares the name as a whole, for one that looks for its end.
fn exact_operator(op: PredicateOp) -> Option<&'static str> {
    match op {
        PredicateOp::Binary(BinaryOp::EndsWith | BinaryOp::EqualCi) => Some(BinaryOp::EqualCi.as_str()),
        PredicateOp::Binary(BinaryOp::NotEndsWith | BinaryOp::NotEqualCi) => Some(BinaryOp::NotEqualCi.as_str()),
        PredicateOp::Binary(_)
        | PredicateOp::In(_)
        | PredicateOp::Between
        | PredicateOp::NotBetween
        | PredicateOp::Function => None,
    }
}
