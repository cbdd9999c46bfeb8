//! MET001: a rule without a field that its kind needs.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET001",
    name: "missing-field",
    category: Category::Metadata,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("missing_field.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    // Fragments without an identity and a version are no rules yet.
    let Some(id) = metadata.id.as_ref().filter(|_| metadata.version.is_some()) else { return };
    let is_scheduled = cx.kind() == RuleKind::Scheduled;
    let fields = [
        ("name", metadata.name.is_some(), true),
        ("description", metadata.description.is_some(), true),
        ("severity", metadata.severity.is_some(), true),
        ("queryFrequency", metadata.query_frequency.is_some(), is_scheduled),
        ("queryPeriod", metadata.query_period.is_some(), is_scheduled),
        ("triggerOperator", metadata.trigger_operator.is_some(), is_scheduled),
        ("triggerThreshold", metadata.trigger_threshold.is_some(), is_scheduled),
    ];
    let missing: Vec<String> = fields
        .iter()
        .filter(|(_, is_there, is_needed)| *is_needed && !is_there)
        .map(|(name, _, _)| format!("`{name}`"))
        .collect();
    if missing.is_empty() {
        return;
    }
    let place = id.place;
    cx.report(place, format!("the rule has no {}", missing.join(", no ")))
        .label("this rule")
        .help(format!("add {}", missing.join(", ")));
}
