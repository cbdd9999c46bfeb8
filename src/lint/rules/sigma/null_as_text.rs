//! SGS032: the word `null` in quotes.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Quoting;
use crate::sigma::outline::{Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS032",
    name: "null-as-text",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("null_as_text.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| item.shape() == Some(Shape::Whole) && !item.field.is_empty()) {
        for value in &item.values {
            let is_word = matches!(value.text, "null" | "NULL" | "Null" | "None");
            if is_word && value.is_text() && value.scalar.quoting != Quoting::Plain {
                cx.report(value.place(), format!("this looks for the word `{}`", value.text))
                    .label("in quotes, it is text")
                    .help("write `null` without quotes, or test with `exists`");
            }
        }
    }
}
