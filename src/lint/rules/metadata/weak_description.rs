//! MET014: a description that says nothing.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET014",
    name: "weak-description",
    category: Category::Metadata,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("weak_description.md"),
    check,
};

/// Shorter texts do not say what was found and why it matters.
const SHORT: usize = 40;

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    let Some(description) = &metadata.description else { return };
    let text = description.value.trim().trim_matches(['\'', '"']).trim();
    let is_name = metadata.name.as_ref().is_some_and(|name| name.value.trim().eq_ignore_ascii_case(text));
    let message = if is_name {
        "the description is the name again".to_owned()
    } else if text.chars().count() < SHORT {
        format!("the description has {} characters", text.chars().count())
    } else {
        return;
    };
    let place = description.place;
    cx.report(place, message)
        .label("shown to whoever gets the alert")
        .help("say what is found, why it matters and what to look at first");
}
