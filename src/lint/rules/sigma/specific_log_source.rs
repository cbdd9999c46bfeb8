//! SGS056: event numbers for which there is a category.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;
use crate::sigma::taxonomy;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS056",
    name: "specific-log-source",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("specific_log_source.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(service) = rule.log_source.service.filter(|_| rule.log_source.is_of("windows")) else { return };
    for item in rule.items.iter().filter(|item| item.field == "EventID" && item.modifiers.is_empty()) {
        for value in &item.values {
            if let Some(category) = taxonomy::category_of_event(service.text, value.text) {
                cx.report(value.place(), format!("the category `{category}` is this event of any sensor"))
                    .label(format!("of `{}` only", service.text))
                    .help(format!("write `category: {category}` instead of the service, and leave the number out"));
            }
        }
    }
}
