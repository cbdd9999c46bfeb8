//! SGS047: correlations over all events at once.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS047",
    name: "correlation-without-group",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("correlation_without_group.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(kind) = rule.scalar(&["correlation", "type"]) else { return };
    if rule.list(&["correlation", "group-by"]).is_empty() {
        cx.report(kind.place(), "the correlation counts over all events at once")
            .label("no `group-by`")
            .help("add `group-by` with the fields that belong together");
    }
}
