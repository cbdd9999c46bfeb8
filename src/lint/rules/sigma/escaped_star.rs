//! SGM013: a backslash that takes a star its meaning.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, PATHS, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM013",
    name: "escaped-star",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("escaped_star.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let takes_paths = |item: &&ItemOutline<'_>| {
        item.is_about(PATHS) || item.is_about(&["CurrentDirectory", "TargetObject", "PipeName"])
    };
    for item in rule.items.iter().filter(takes_paths) {
        for (value, _) in item.patterns_with("\\*") {
            if let Some(star) = escaped_star(value.text) {
                let place = value.part(star - 1, star + 1);
                cx.report(place, "this looks for a star").label("the backslash escapes it").help("write `\\\\*`").fix(
                    "write `\\\\*`",
                    Effect::Unknown,
                    vec![edit(value.part(star, star), "\\")],
                );
            }
        }
    }
}

/// The place of the first star that is escaped although a folder is meant.
fn escaped_star(text: &str) -> Option<usize> {
    text.match_indices('*').map(|(place, _)| place).find(|place| {
        let before = &text[..*place];
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        let is_behind_name = before.trim_end_matches('\\').ends_with(|c: char| c.is_alphanumeric() || c == ':');
        let rest = &text[place + 1..];
        backslashes == 1 && is_behind_name && (rest.is_empty() || rest.starts_with('\\'))
    })
}
