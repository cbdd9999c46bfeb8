//! SCH006: a truth value compared with its text.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ScalarType, Value};
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH006",
    name: "bool-as-string",
    category: Category::Schema,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("bool_as_string.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let PredicateOp::Binary(BinaryOp::Equal | BinaryOp::NotEqual) = predicate.op else { continue };
        let [item] = predicate.values.as_slice() else { continue };
        let Value::String(text) = &item.value else { continue };
        let Some(truth) = ["true", "false"].into_iter().find(|word| text.eq_ignore_ascii_case(word)) else { continue };
        let subject = cx.slice(predicate.subject.span);
        match predicate.subject.ty {
            ScalarType::Bool => {
                let mut report = cx.report(item.span, format!("`{subject}` is a bool and is compared with text"));
                report.label("text").help(format!("write {truth} without quotes"));
                if predicate.span.contains(item.span) {
                    report.replace(item.span, truth, format!("write `{truth}`"), Effect::Same);
                }
            }
            ScalarType::Dynamic => {
                cx.report(item.span, format!("`{subject}` may hold a bool and is compared with one spelling of it"))
                    .label("the letter case is easy to get wrong")
                    .help(format!("compare `tobool({subject})` with {truth}"));
            }
            _ => {}
        }
    }
}
