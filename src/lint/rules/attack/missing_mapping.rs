//! ATK005: a rule without ATT&CK tactics or techniques.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ATK005",
    name: "missing-mapping",
    category: Category::Attack,
    severity: Severity::Warning,
    default_on: true,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt, RuleKind::Hunting],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("missing_mapping.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    // Fragments without an identity are no rules yet.
    let Some(name) = metadata.name.as_ref().filter(|_| metadata.id.is_some()) else { return };
    let place = name.place;
    let missing = match (metadata.tactics.is_empty(), metadata.techniques.is_empty()) {
        (true, true) => "tactics and no techniques",
        (true, false) => "tactics",
        (false, true) => "techniques",
        (false, false) => return,
    };
    cx.report(place, format!("the rule names no {missing} of MITRE ATT&CK"))
        .label("not in any coverage view")
        .help("add `tactics` and `relevantTechniques`");
}
