//! SGS029: `windash` beside `all`, which converters read in two ways.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS029",
    name: "windash-with-all",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("windash_with_all.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| item.has(Modifier::All)) {
        if let Some(place) = item.modifier(Modifier::WindowsDash) {
            cx.report(place, "some converters ask for every dash at once")
                .label("beside `all`")
                .help("write one search for each value, and `all of` them in the condition");
        }
    }
}
