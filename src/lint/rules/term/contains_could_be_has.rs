//! TRM003: a search for a whole word that cannot use the index.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, excludes, texts};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM003",
    name: "contains-could-be-has",
    category: Category::Term,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::Low,
    fixable: Fixable::Always,
    document: include_str!("contains_could_be_has.md"),
    check,
};

/// Letters that a term has at least to be in the index.
const INDEXED: usize = 3;

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let replacement = match predicate.op {
            PredicateOp::Binary(BinaryOp::Contains) => BinaryOp::Has,
            PredicateOp::Binary(BinaryOp::NotContains) => BinaryOp::NotHas,
            PredicateOp::Binary(BinaryOp::ContainsCs) => BinaryOp::HasCs,
            PredicateOp::Binary(BinaryOp::NotContainsCs) => BinaryOp::NotHasCs,
            _ => continue,
        };
        let is_word = |text: &&str| text.len() >= INDEXED && text.chars().all(|c| c.is_ascii_alphanumeric());
        let Some(word) = texts(predicate).find(is_word) else { continue };
        let (written, column) = (cx.slice(predicate.op_span), cx.slice(predicate.subject.span));
        let replacement = replacement.as_str();
        let (also, after) = if excludes(predicate) { ("also excluded", "kept") } else { ("also matched", "lost") };
        cx.report(
            predicate.op_span,
            format!("`{written}` reads every value, where `{replacement}` would use the index"),
        )
        .label("cannot use the index")
        .help(format!("use `{replacement}` if the whole word is meant"))
        .note(format!("{also} today, {after} after the fix: {column}=\"x{word}x\""))
        .replace(
            predicate.op_span,
            replacement,
            format!("write `{replacement}`"),
            effect_on_rule(predicate, Effect::Narrower),
        );
    }
}
