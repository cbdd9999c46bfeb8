//! SGS012: tags of techniques that ATT&CK does not have.

use crate::diagnostic::Severity;
use crate::lint::attack::{Standing, standing};
use crate::lint::sigma::{self, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS012",
    name: "unknown-attack-tag",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("unknown_attack_tag.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for tag in tags(rule).iter().filter(|tag| tag.namespace == "attack" && sigma::is_technique(tag.name)) {
        if standing(tag.name) == Standing::Unknown {
            cx.report(tag.name_place(), format!("ATT&CK has no technique `{}`", tag.name.to_ascii_uppercase()))
                .label("no such technique")
                .help("write an id such as `attack.t1059.001`");
        }
    }
}
