//! ASM006: a bare name compared with a whole path.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, excludes, texts_with_places};
use crate::lint::shape::{is_from_linux, shape_of, table_column};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::span::Span;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ASM006",
    name: "process-name-is-a-path",
    category: Category::Asim,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("process_name_is_a_path.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some(column) = predicate.subject.plain_column().filter(|column| !is_from_linux(column)) else { continue };
        let replacement = match predicate.op {
            PredicateOp::Binary(BinaryOp::EqualCi) => Some(BinaryOp::EndsWith),
            PredicateOp::Binary(BinaryOp::NotEqualCi) => Some(BinaryOp::NotEndsWith),
            PredicateOp::In(InOp::InCi | InOp::NotInCi) => None,
            _ => continue,
        };
        // Appliances write what they like into the columns of their log formats.
        let is_appliance = matches!(table_column(column), Some(("CommonSecurityLog", _)));
        if is_appliance || shape_of(cx.schema(), column) != Some(ColumnShape::Path) {
            continue;
        }
        let Some((text, place)) = texts_with_places(predicate).find(|(text, _)| is_bare_program(text)) else {
            continue;
        };
        let name = &column.name;
        let consequence = if excludes(predicate) { "excludes nothing" } else { "matches nothing" };
        let whole = predicate.op_span.to(place);
        let is_adjacent = predicate.span.contains(whole)
            && cx.slice(Span { start: predicate.op_span.end, end: place.start }).trim().is_empty();
        let effect = effect_on_rule(predicate, Effect::Wider);
        let mut report = cx.report(place, format!("`{name}` holds the whole path, so `{text}` {consequence}"));
        report
            .label("no folder")
            .related(predicate.subject.span, "begins with a drive")
            .help(format!(r#"use `endswith @"\{text}"`"#));
        if let Some(operator) = replacement.filter(|_| is_adjacent) {
            report.replace(
                whole,
                format!(r#"{} @"\{text}""#, operator.as_str()),
                "look for the end of the path",
                effect,
            );
        }
    }
}

fn is_bare_program(text: &str) -> bool {
    let is_name = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let extension = text.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    is_name && matches!(extension.as_deref(), Some("exe" | "dll" | "com" | "sys" | "cpl" | "scr"))
}
