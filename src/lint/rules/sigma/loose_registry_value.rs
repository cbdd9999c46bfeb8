//! SGM029: values of the registry that other keys have too.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM029",
    name: "loose-registry-value",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("loose_registry_value.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let is_loose = |item: &&ItemOutline<'_>| {
        item.field == "TargetObject" && matches!(item.shape(), Some(Shape::End)) && rule.selects(item)
    };
    for item in rule.items.iter().filter(is_loose) {
        for (value, text) in item.literals() {
            let has_sibling =
                rule.items.iter().any(|other| other.field == item.field && other.key.text != item.key.text);
            if !text.contains('\\') && !has_sibling {
                cx.report(value.place(), "every key can have a value of this name")
                    .label("no part of the path")
                    .help("write more of the path in front");
            }
        }
    }
}
