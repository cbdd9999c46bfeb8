//! TRM005: a search for a term with a text that holds none.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::texts_with_places;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM005",
    name: "has-without-alphanumeric",
    category: Category::Term,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("has_without_alphanumeric.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some(replacement) = substring_operator(predicate.op) else { continue };
        let has_no_term = |text: &str| !text.is_empty() && !text.contains(char::is_alphanumeric);
        let Some((text, place)) = texts_with_places(predicate).find(|(text, _)| has_no_term(text)) else { continue };
        let written = cx.slice(predicate.op_span);
        let mut report =
            cx.report(place, format!("`{written}` looks for a term, and `{text}` has no letter and no digit"));
        report.label("no term").help("use `contains`, which looks for the characters");
        if let Some(replacement) = replacement {
            report.replace(predicate.op_span, replacement, format!("write `{replacement}`"), Effect::Unknown);
        }
    }
}

/// For an operator that looks for terms, the one that looks for characters, if there is one.
#[expect(clippy::option_option, reason = "no term operator, or one without a counterpart")]
fn substring_operator(op: PredicateOp) -> Option<Option<&'static str>> {
    match op {
        PredicateOp::Binary(BinaryOp::Has) => Some(Some(BinaryOp::Contains.as_str())),
        PredicateOp::Binary(BinaryOp::NotHas) => Some(Some(BinaryOp::NotContains.as_str())),
        PredicateOp::Binary(BinaryOp::HasCs) => Some(Some(BinaryOp::ContainsCs.as_str())),
        PredicateOp::Binary(BinaryOp::NotHasCs) => Some(Some(BinaryOp::NotContainsCs.as_str())),
        PredicateOp::In(InOp::HasAny | InOp::HasAll) => Some(None),
        PredicateOp::Binary(_)
        | PredicateOp::In(InOp::In | InOp::NotIn | InOp::InCi | InOp::NotInCi)
        | PredicateOp::Between
        | PredicateOp::NotBetween
        | PredicateOp::Function => None,
    }
}
