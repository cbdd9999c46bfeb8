//! FPX003: rows are excluded by nothing but a text that the attacker writes.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::Severity;
use crate::lint::predicate::{is_one_of_several, texts};
use crate::lint::shape::{shape_of, table_column};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Column, ColumnShape};
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FPX003",
    name: "attacker-controlled-exclusion",
    category: Category::Exclusion,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("attacker_controlled_exclusion.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if !excludes_by_part(predicate) {
            continue;
        }
        let Some(column) = predicate.subject.column.as_ref().filter(|column| is_written_by_attacker(cx, column)) else {
            continue;
        };
        let Some(text) = texts(predicate).next().filter(|text| is_free_text(text)) else { continue };
        if is_one_of_several(cx, predicate) {
            continue;
        }
        let name = &column.name;
        cx.report(predicate.span, format!("whoever writes `{text}` into `{name}` is excluded"))
            .label("decides alone")
            .related(predicate.subject.span, "written by whoever is being looked for")
            .help("bind the exclusion to what cannot be chosen: the parent, its path and signer, the account or the device")
            .note(format!("excluded today: {name}=\"malicious {text}\""));
    }
}

/// Whether it is more than a switch: what a program is told to do cannot be chosen freely.
fn is_free_text(text: &str) -> bool {
    let text = text.trim();
    let is_switch = text
        .strip_prefix(['-', '/'])
        .is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '?' | ':' | '=')));
    !text.is_empty() && !is_switch
}

/// Whether it takes away rows that hold a text.
fn excludes_by_part(predicate: &Predicate) -> bool {
    let is_part = match predicate.op {
        PredicateOp::Binary(op) => {
            !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::EqualCi | BinaryOp::NotEqualCi)
        }
        PredicateOp::In(op) => matches!(op, InOp::HasAny | InOp::HasAll),
        PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
    };
    is_part && predicate.is_filter && predicate.is_negated && !predicate.is_in_exclusion
}

fn is_written_by_attacker(cx: &Context<'_>, column: &Column) -> bool {
    let is_request = matches!(
        table_column(column),
        Some((_, "UserAgent" | "HttpUserAgent" | "Subject" | "RequestClientApplication" | "csUserAgent"))
    );
    is_request || shape_of(cx.schema(), column) == Some(ColumnShape::CommandLine)
}
