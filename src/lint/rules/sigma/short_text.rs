//! SGM008: texts that are in almost everything.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::{ItemOutline, Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM008",
    name: "short-text",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("short_text.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let is_part = |item: &&ItemOutline<'_>| matches!(item.shape(), Some(Shape::Inside)) && !item.has(Modifier::All);
    for item in rule.items.iter().filter(is_part) {
        for (value, text) in item.literals() {
            let mut characters = text.chars();
            let is_single = characters.next().is_some_and(|c| c.is_ascii_alphanumeric()) && characters.next().is_none();
            if is_single {
                cx.report(value.place(), format!("almost every `{}` has `{text}` in it", what(item)))
                    .label("a single character")
                    .help("write more of the text");
            }
        }
    }
}

fn what<'i>(item: &ItemOutline<'i>) -> &'i str {
    if item.field.is_empty() { "event" } else { item.field }
}
