//! SGS038: stars beside stars.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Segment;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS038",
    name: "double-wildcard",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("double_wildcard.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        for (value, pattern) in item.patterns_with("**") {
            let both = |pair: &[Segment]| matches!(pair, [Segment::AnyText, Segment::AnyText]);
            let Some(start) = value.text.find("**") else { continue };
            // An escaped star in front is a star of its own.
            if !pattern.segments.windows(2).any(both) || value.text[..start].ends_with('\\') {
                continue;
            }
            let length = value.text[start..].bytes().take_while(|byte| *byte == b'*').count();
            let place = value.part(start, start + length);
            cx.report(place, "one star means the same")
                .label("any text beside any text")
                .help("delete all but one")
                .fix("delete all but one", Effect::Same, vec![edit(place, "*")]);
        }
    }
}
