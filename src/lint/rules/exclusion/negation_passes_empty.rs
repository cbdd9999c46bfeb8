//! FPX010: a negative test that rows without a value pass.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::predicate::texts;
use crate::lint::shape::table_column;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FPX010",
    name: "negation-passes-empty",
    category: Category::Exclusion,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("negation_passes_empty.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let is_negative = match predicate.op {
            PredicateOp::Binary(op) => matches!(op, BinaryOp::NotEqual | BinaryOp::NotEqualCi),
            PredicateOp::In(op) => matches!(op, InOp::NotIn | InOp::NotInCi),
            PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
        };
        let Some(column) =
            predicate.subject.plain_column().filter(|_| is_negative && predicate.is_filter && predicate.is_negated)
        else {
            continue;
        };
        let is_often_empty = matches!(
            table_column(column),
            Some((_, "InitiatingProcessParentFileName" | "AccountUpn" | "RemoteUrl" | "InitiatingProcessAccountUpn"))
        );
        let is_asked_for = cx
            .predicates()
            .iter()
            .any(|test| test.op == PredicateOp::Function && test.subject.column.as_ref() == Some(column));
        if !is_often_empty || is_asked_for || texts(predicate).any(str::is_empty) || texts(predicate).next().is_none() {
            continue;
        }
        let name = &column.name;
        cx.report(predicate.span, format!("rows without a `{name}` pass this test"))
            .label("true for an empty text")
            .help(format!("add `isnotempty({name})` if rows without one are not meant"))
            .note(format!("passes today: {name}=\"\""));
    }
}
