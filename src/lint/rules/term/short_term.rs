//! TRM004: a search for terms that are too short for the index.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::predicate::texts_with_places;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM004",
    name: "short-term",
    category: Category::Term,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("short_term.md"),
    check,
};

/// Terms of this length and above are in the index.
const INDEXED: usize = 3;

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates().iter().filter(|predicate| looks_for_terms(predicate.op)) {
        let is_short = |text: &str| {
            let terms: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|term| !term.is_empty()).collect();
            !terms.is_empty() && terms.iter().all(|term| term.chars().count() < INDEXED)
        };
        let Some((text, place)) = texts_with_places(predicate).find(|(text, _)| is_short(text)) else { continue };
        // One long term is enough for the index if all must be there.
        let needs_all = predicate.op == PredicateOp::In(InOp::HasAll);
        if needs_all && texts_with_places(predicate).any(|(text, _)| !is_short(text)) {
            continue;
        }
        let operator = cx.slice(predicate.op_span);
        cx.report(place, format!("`{operator} \"{text}\"` has no term of three letters: the index cannot be used"))
            .label("too short for the index")
            .help("add a longer term that must be there too, with `has_all`");
    }
}

fn looks_for_terms(op: PredicateOp) -> bool {
    match op {
        PredicateOp::Binary(op) => {
            matches!(op, BinaryOp::Has | BinaryOp::NotHas | BinaryOp::HasCs | BinaryOp::NotHasCs)
        }
        PredicateOp::In(op) => matches!(op, InOp::HasAny | InOp::HasAll),
        PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
    }
}
