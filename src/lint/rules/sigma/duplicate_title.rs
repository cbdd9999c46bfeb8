//! SGC020: a title that another rule of the folder has.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::CalledBy;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC020",
    name: "duplicate-title",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("duplicate_title.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(title) = rule.scalar(&["title"]) else { return };
    let setting = rule.setting;
    if let Some(other) = setting.neighbours.other(CalledBy::Title, title.text, setting.path) {
        let place = if other == setting.path { "in this file".to_owned() } else { format!("in `{other}`") };
        cx.report(title.place(), "another rule has the same title")
            .label("not the only one")
            .note(format!("the other one is {place}"))
            .help("say in the title what tells the two apart");
    }
}
