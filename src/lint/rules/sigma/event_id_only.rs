//! SGM010: rules that test the number of the event and nothing else.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Kind, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM010",
    name: "event-id-only",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("event_id_only.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let is_urgent = rule.scalar(&["level"]).is_some_and(|level| matches!(level.text, "high" | "critical"));
    let is_number = |item: &ItemOutline<'_>| item.is_about(&["EventID", "EventId", "Provider_Name", "Channel"]);
    let has_keywords = rule.searches.iter().any(|search| !search.keywords.is_empty());
    if rule.kind != Kind::Detection || !is_urgent || has_keywords || !rule.items.iter().all(is_number) {
        return;
    }
    if let Some(first) = rule.items.iter().find(|item| item.field.starts_with("Event")) {
        cx.report(first.key.place(), "the number of the event is all that the rule tests")
            .label("every such event")
            .help("test what tells the events apart, or lower the level");
    }
}
