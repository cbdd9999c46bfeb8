//! SGS036: wildcards that the modifier has already.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Segment;
use crate::sigma::outline::{Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS036",
    name: "redundant-wildcard",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("redundant_wildcard.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        let (in_front, behind) = match item.shape() {
            Some(Shape::Inside) => (true, true),
            Some(Shape::Start) => (false, true),
            Some(Shape::End) => (true, false),
            Some(Shape::Whole) | None => continue,
        };
        for (value, pattern) in item.patterns_with("*") {
            let stars = |is_any: &dyn Fn() -> Option<usize>| is_any().unwrap_or(0);
            let any = |segment: &&Segment| **segment == Segment::AnyText;
            let first = stars(&|| in_front.then(|| pattern.segments.iter().take_while(any).count()));
            let last = stars(&|| behind.then(|| pattern.segments.iter().rev().take_while(any).count()));
            let length = value.text.len();
            if first + last == 0 || pattern.segments.len() == first || first + last >= length {
                continue;
            }
            // A backslash in front of the last star is an escaped one: without the star it must not become another.
            if last > 0 && value.text[..length - last].ends_with('\\') {
                continue;
            }
            let mut edits = Vec::new();
            if first > 0 {
                edits.push(edit(value.part(0, first), ""));
            }
            if last > 0 {
                edits.push(edit(value.part(length - last, length), ""));
            }
            cx.report(value.place(), "the modifier says what the star says")
                .label("a star at the end")
                .help("delete the star")
                .fix("delete the star", Effect::Same, edits);
        }
    }
}
