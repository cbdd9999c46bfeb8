//! SGS053: event numbers that the category stands for.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;
use crate::sigma::taxonomy;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS053",
    name: "event-id-of-category",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("event_id_of_category.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(category) = rule.log_source.category.filter(|_| rule.log_source.is_of("windows")) else { return };
    for item in
        rule.items.iter().filter(|item| item.field == "EventID" && taxonomy::is_category_of_events(category.text))
    {
        cx.report(item.key.place(), format!("`{}` says which event is meant", category.text))
            .label("of one sensor only")
            .related(category.place(), "the category")
            .help("leave the number out");
    }
}
