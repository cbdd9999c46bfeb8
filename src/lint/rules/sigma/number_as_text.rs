//! SGS059: numbers in quotes.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS059",
    name: "number-as-text",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("number_as_text.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| item.shape() == Some(Shape::Whole) && !item.field.is_empty()) {
        for (value, text) in item.literals() {
            if text.parse::<i64>().is_ok() {
                cx.report(value.place(), format!("`{text}` stands in quotes"))
                    .label("text, not a number")
                    .help("delete the quotes");
            }
        }
    }
}
