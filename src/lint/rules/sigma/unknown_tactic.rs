//! SGS014: tags of tactics that ATT&CK does not have.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS014",
    name: "unknown-tactic",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_tactic.md"),
    check: |cx| sigma::check(cx, check),
};

/// The tactics of all matrices, those that version 19 has made of `defense-evasion` too.
const TACTICS: &[&str] = &[
    "collection",
    "command-and-control",
    "credential-access",
    "defense-evasion",
    "defense-impairment",
    "discovery",
    "evasion",
    "execution",
    "exfiltration",
    "impact",
    "impair-process-control",
    "inhibit-response-function",
    "initial-access",
    "lateral-movement",
    "network-effects",
    "persistence",
    "privilege-escalation",
    "reconnaissance",
    "remote-service-effects",
    "resource-development",
    "stealth",
];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for tag in tags(rule).iter().filter(|tag| tag.namespace == "attack") {
        // Capital letters are a matter of another rule.
        if tag.name.chars().any(char::is_uppercase) {
            continue;
        }
        if TACTICS.contains(&tag.name) || sigma::is_technique(tag.name) || is_other_id(tag.name) {
            continue;
        }
        let hyphens = tag.name.replace('_', "-").to_ascii_lowercase();
        let meant = TACTICS.iter().copied().find(|tactic| *tactic == hyphens);
        let meant = meant.or_else(|| nearest(&hyphens, TACTICS.iter().copied()));
        let mut report = cx.report(tag.name_place(), format!("ATT&CK has no tactic `{}`", tag.name));
        report.label("no such tactic");
        match meant {
            Some(meant) => {
                report.help(format!("write `attack.{meant}`")).fix(
                    format!("write `attack.{meant}`"),
                    Effect::Same,
                    vec![edit(tag.name_place(), meant)],
                );
            }
            None => {
                report.help("write a tactic such as `attack.initial-access`");
            }
        }
    }
}

fn is_other_id(name: &str) -> bool {
    let is_number = |digits: &str| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    ["g", "s", "ds", "m", "c", "ta", "da"].iter().any(|prefix| name.strip_prefix(prefix).is_some_and(is_number))
}
