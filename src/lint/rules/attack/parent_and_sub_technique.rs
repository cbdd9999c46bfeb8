//! ATK004: a technique next to one of its own sub-techniques.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ATK004",
    name: "parent-and-sub-technique",
    category: Category::Attack,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("parent_and_sub_technique.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let techniques = &cx.metadata().techniques;
    for parent in techniques.iter().filter(|technique| !technique.value.contains('.')) {
        let is_child = |id: &str| id.split_once('.').is_some_and(|(before, _)| before == parent.value);
        let Some(child) = techniques.iter().find(|technique| is_child(&technique.value)) else { continue };
        cx.report(parent.place, format!("`{}` says that of `{}` already", child.value, parent.value))
            .label("the parent adds nothing")
            .related(child.place, "one of its sub-techniques")
            .help(format!("drop `{}`", parent.value));
    }
}
