//! ATK003: a technique that ATT&CK has replaced or dropped.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::attack::{Standing, standing};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ATK003",
    name: "revoked-technique",
    category: Category::Attack,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("revoked_technique.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for technique in &cx.metadata().techniques {
        let id = &technique.value;
        match standing(id) {
            Standing::Replaced(successor) => {
                let edit = Edit { place: technique.place, replacement: successor.to_owned() };
                cx.report(technique.place, format!("ATT&CK has replaced `{id}` by `{successor}`"))
                    .label("no longer in use")
                    .help(format!("write `{successor}`"))
                    .fix(format!("write `{successor}`"), Effect::Same, vec![edit]);
            }
            Standing::Dropped => {
                cx.report(technique.place, format!("ATT&CK has dropped `{id}`"))
                    .label("no longer in use")
                    .help("choose the technique that describes the behaviour now");
            }
            Standing::Current | Standing::Unknown | Standing::Elsewhere => {}
        }
    }
}
