//! SGC006: a description that says nothing.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC006",
    name: "short-description",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("short_description.md"),
    check: |cx| sigma::check(cx, check),
};

/// Shortest description, in characters.
const SHORTEST: usize = 16;

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(description) = rule.scalar(&["description"]) else { return };
    let length = description.text.trim().chars().count();
    if length < SHORTEST {
        cx.report(description.place(), format!("the description has {length} characters"))
            .label("too short to explain an alert")
            .help("say what is found and why it matters");
    }
}
