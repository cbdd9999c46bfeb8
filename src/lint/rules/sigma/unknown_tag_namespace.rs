//! SGS011: tags of a namespace that Sigma does not have.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS011",
    name: "unknown-tag-namespace",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_tag_namespace.md"),
    check: |cx| sigma::check(cx, check),
};

const KNOWN: &[&str] = &["attack", "car", "cve", "d3fend", "detection", "stp", "tlp"];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for tag in tags(rule) {
        let lower = tag.namespace.to_ascii_lowercase();
        if lower.is_empty() || KNOWN.contains(&lower.as_str()) {
            continue;
        }
        let place = tag.word.part(0, tag.namespace.len());
        let mut report = cx.report(place, format!("Sigma has no tags `{}.…`", tag.namespace));
        report.label("a namespace of your own?").help(format!("use one of {}", KNOWN.join(", ")));
        if let Some(meant) = nearest(tag.namespace, KNOWN.iter().copied()) {
            report.fix(format!("write `{meant}`"), Effect::Same, vec![edit(place, meant)]);
        }
    }
}
