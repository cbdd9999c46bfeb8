//! EVD002: a whole command line is compared.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::Severity;
use crate::lint::predicate::{selects, texts_with_places};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "EVD002",
    name: "exact-command-line",
    category: Category::Evasion,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("exact_command_line.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if !compares_command_line(cx, predicate) {
            continue;
        }
        let has_arguments = |text: &str| text.split_whitespace().count() > 1;
        let Some((text, _)) = texts_with_places(predicate).find(|(text, _)| has_arguments(text)) else { continue };
        let column = predicate.subject.column.as_ref().map_or("value", |column| column.name.as_str());
        let spread = text.split_whitespace().collect::<Vec<_>>().join("  ");
        cx.report(predicate.op_span, "one more blank, quote or argument makes another command line that does the same")
            .label("compares the whole command line")
            .help("look for the arguments that matter with `has_all`")
            .note(format!("missed today: {column}=\"{spread}\""));
    }
}

/// Whether it keeps rows for a whole command line.
fn compares_command_line(cx: &Context<'_>, predicate: &Predicate) -> bool {
    let is_whole = matches!(
        predicate.op,
        PredicateOp::Binary(BinaryOp::Equal | BinaryOp::EqualCi) | PredicateOp::In(InOp::In | InOp::InCi)
    );
    let column = predicate.subject.column.as_ref();
    is_whole
        && selects(predicate)
        && column.is_some_and(|column| shape_of(cx.schema(), column) == Some(ColumnShape::CommandLine))
}
