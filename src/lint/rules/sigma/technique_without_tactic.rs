//! SGC032: a technique none of whose tactics is named.

use crate::diagnostic::Severity;
use crate::lint::attack::tactics_of;
use crate::lint::sigma::{self, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC032",
    name: "technique-without-tactic",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("technique_without_tactic.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let tags = tags(rule);
    for tag in tags.iter().filter(|tag| tag.namespace == "attack") {
        let wanted = tactics_of(tag.name).unwrap_or_default();
        let is_there =
            |tactic: &&str| tags.iter().any(|other| other.namespace == "attack" && is_same(tactic, other.name));
        if let Some(first) = wanted.first()
            && !wanted.iter().any(is_there)
        {
            cx.report(tag.word.place(), format!("no tactic of `{}` is named", tag.word.text))
                .label("not in views by tactic")
                .help(format!("add `attack.{first}`"));
        }
    }
}

/// Whether two names mean one tactic, before or after the split of version 19.
fn is_same(left: &str, right: &str) -> bool {
    const PARTS: &[&str] = &["defense-evasion", "defense_evasion", "stealth", "defense-impairment"];
    left == right.replace('_', "-") || (PARTS.contains(&left) && PARTS.contains(&right))
}
