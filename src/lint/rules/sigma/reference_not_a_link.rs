//! SGC011: references that nobody can follow.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC011",
    name: "reference-not-a-link",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("reference_not_a_link.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    if let Some(single) = rule.scalar(&["references"]) {
        cx.report(single.place(), "`references` is a single text").label("not a list").help("write a list");
    }
    for reference in rule.list(&["references"]) {
        let text = reference.text.trim();
        let is_link = text.contains("://") || text.eq_ignore_ascii_case("internal research");
        if !is_link && !text.is_empty() {
            cx.report(reference.place(), "this reference is no link")
                .label("can't be followed")
                .help("give the address, or `Internal Research`");
        }
    }
}
