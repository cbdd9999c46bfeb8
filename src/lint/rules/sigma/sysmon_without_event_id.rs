//! SGS055: rules for all events of Sysmon at once.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Kind, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS055",
    name: "sysmon-without-event-id",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("sysmon_without_event_id.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(service) = rule.log_source.service.filter(|service| service.text == "sysmon") else { return };
    if rule.kind == Kind::Detection && !rule.items.iter().any(|item| item.field == "EventID") {
        cx.report(service.place(), "the rule looks at every event of Sysmon")
            .label("no test of `EventID`")
            .help("name the event, or use its category");
    }
}
