//! STY006: a comparison with the empty text.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ScalarType, Value};
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "STY006",
    name: "isempty-comparison",
    category: Category::Style,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("isempty_comparison.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let function = match predicate.op {
            PredicateOp::Binary(BinaryOp::Equal | BinaryOp::EqualCi) => "isempty",
            PredicateOp::Binary(BinaryOp::NotEqual | BinaryOp::NotEqualCi) => "isnotempty",
            _ => continue,
        };
        let [item] = predicate.values.as_slice() else { continue };
        let is_empty = matches!(&item.value, Value::String(text) if text.is_empty());
        if !is_empty || predicate.subject.ty != ScalarType::String || !predicate.span.contains(item.span) {
            continue;
        }
        let replacement = format!("{function}({})", cx.slice(predicate.subject.span));
        cx.report(predicate.span, format!("`{function}` says what this asks"))
            .label("compared with the empty text")
            .help(format!("write `{replacement}`"))
            .replace(predicate.span, replacement.clone(), format!("write `{function}`"), Effect::Same);
    }
}
