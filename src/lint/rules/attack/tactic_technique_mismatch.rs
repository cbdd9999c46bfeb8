//! ATK002: a technique that serves none of the tactics of the rule.

use crate::diagnostic::Severity;
use crate::lint::attack::{TACTICS, tactics_of};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ATK002",
    name: "tactic-technique-mismatch",
    category: Category::Attack,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("tactic_technique_mismatch.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    let tactics: Vec<String> = metadata.tactics.iter().map(|tactic| normal(&tactic.value)).collect();
    if tactics.is_empty() || tactics.iter().any(|tactic| !TACTICS.iter().any(|known| normal(known) == *tactic)) {
        return;
    }
    let fits = |technique: &str| {
        tactics_of(technique).is_some_and(|serves| serves.iter().any(|tactic| tactics.contains(&normal(tactic))))
    };
    // A custom detection has one category, and may have techniques of others beside one that fits.
    let has_one_category = cx.kind() == RuleKind::CustomDetection;
    if has_one_category && metadata.techniques.iter().any(|technique| fits(&technique.value)) {
        return;
    }
    for technique in &metadata.techniques {
        let Some(serves) = tactics_of(&technique.value) else { continue };
        if serves.iter().any(|tactic| tactics.contains(&normal(tactic))) {
            continue;
        }
        let names = serves.iter().map(|tactic| format!("`{}`", spelled(tactic))).collect::<Vec<_>>().join(" or ");
        cx.report(technique.place, format!("`{}` serves {names}, which is not among the tactics", technique.value))
            .label("serves another tactic")
            .help(if has_one_category {
                format!("set the category to {names}, or choose another technique")
            } else {
                format!("add {names}, or choose another technique")
            });
    }
}

/// Letters alone, in lower case: `CredentialAccess` and `credential-access` are the same.
fn normal(tactic: &str) -> String {
    tactic.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

/// As Sentinel spells it.
fn spelled(tactic: &str) -> &str {
    TACTICS.iter().find(|known| normal(known) == normal(tactic)).copied().unwrap_or(tactic)
}
