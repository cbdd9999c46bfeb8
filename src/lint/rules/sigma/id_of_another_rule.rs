//! SGS003: an id that another rule of the folder has.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::CalledBy;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS003",
    name: "id-of-another-rule",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("id_of_another_rule.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(id) = rule.scalar(&["id"]) else { return };
    let setting = rule.setting;
    if let Some(other) = setting.neighbours.other(CalledBy::Id, id.text, setting.path) {
        let place = if other == setting.path { "in this file".to_owned() } else { format!("in `{other}`") };
        cx.report(id.place(), "another rule has the same id")
            .label("not the only one")
            .note(format!("the other one is {place}"))
            .help("give the newer rule an id of its own");
    }
}
