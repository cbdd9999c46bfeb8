//! SGS013: tags of techniques that ATT&CK has replaced or dropped.

use crate::diagnostic::{Effect, Severity};
use crate::lint::attack::{Standing, standing};
use crate::lint::sigma::{self, edit, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS013",
    name: "revoked-attack-tag",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("revoked_attack_tag.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for tag in tags(rule).iter().filter(|tag| tag.namespace == "attack" && sigma::is_technique(tag.name)) {
        let id = tag.name.to_ascii_uppercase();
        match standing(tag.name) {
            Standing::Replaced(successor) => {
                let new = successor.to_ascii_lowercase();
                cx.report(tag.name_place(), format!("ATT&CK has replaced `{id}` by `{successor}`"))
                    .label("no longer in use")
                    .help(format!("write `attack.{new}`"))
                    .fix(format!("write `attack.{new}`"), Effect::Same, vec![edit(tag.name_place(), new)]);
            }
            Standing::Dropped => {
                cx.report(tag.name_place(), format!("ATT&CK has dropped `{id}`"))
                    .label("no longer in use")
                    .help("choose the technique that describes the behaviour now");
            }
            Standing::Current | Standing::Unknown | Standing::Elsewhere => {}
        }
    }
}
