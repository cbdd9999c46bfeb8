//! SGM015: two backslashes that are one.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM015",
    name: "doubled-backslash",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("doubled_backslash.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        for (value, _) in item.patterns_with("\\\\") {
            let edits: Vec<_> = doubled(value.text).map(|place| edit(value.part(place, place + 1), "")).collect();
            if let Some(first) = edits.first() {
                let start = first.place.span.start as usize;
                let mut report = cx.report(value.part(start, start + 2), "these two backslashes are one");
                report.label("Sigma unescapes them").help("write one");
                if value.is_on_one_line() {
                    report.fix("write one", Effect::Same, edits);
                }
            }
        }
    }
}

/// Places of backslashes that can be left out: the first of just two, with plain text around them or at the end.
fn doubled(text: &str) -> impl Iterator<Item = usize> + use<'_> {
    text.match_indices("\\\\").map(|(place, _)| place).filter(|place| {
        let (before, behind) = (&text[..*place], &text[place + 2..]);
        let is_plain = |c: char| {
            c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '-' | '$' | ' ' | '{' | '}' | '(' | ')' | '%')
        };
        before.ends_with(is_plain) && (behind.is_empty() || behind.starts_with(is_plain))
    })
}
