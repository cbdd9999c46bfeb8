//! FPX004: a process excluded by its file name alone.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::predicate::{is_one_of_several, texts};
use crate::lint::shape::{shape_of, table_column};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FPX004",
    name: "name-only-exclusion",
    category: Category::Exclusion,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("name_only_exclusion.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let is_exclusion = predicate.is_filter && predicate.is_negated && !predicate.is_in_exclusion;
        let is_equality = match predicate.op {
            PredicateOp::Binary(op) => {
                matches!(op, BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::EqualCi | BinaryOp::NotEqualCi)
            }
            PredicateOp::In(op) => !matches!(op, InOp::HasAny | InOp::HasAll),
            PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
        };
        let Some(column) = predicate.subject.plain_column().filter(|_| is_exclusion && is_equality) else { continue };
        let is_process =
            matches!(table_column(column), Some((table, "InitiatingProcessFileName")) if table.starts_with("Device"));
        if !is_process || shape_of(cx.schema(), column) != Some(ColumnShape::Name) || is_one_of_several(cx, predicate) {
            continue;
        }
        let Some(name) = texts(predicate).find(|text| text.to_ascii_lowercase().ends_with(".exe")) else { continue };
        let tested = &column.name;
        cx.report(predicate.span, format!("every program that is called `{name}` is excluded"))
            .label("decides alone")
            .help("bind the exclusion to the folder, the signer or the parent too")
            .note(format!("excluded today: {tested}=\"{name}\", wherever it lies"));
    }
}
