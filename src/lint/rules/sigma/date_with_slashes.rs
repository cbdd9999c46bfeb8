//! SGC009: dates in the form before Sigma 2.

use crate::date::Date;
use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC009",
    name: "date-with-slashes",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("date_with_slashes.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for key in ["date", "modified"] {
        let Some(date) = rule.scalar(&[key]) else { continue };
        let hyphens = date.text.replace('/', "-");
        if date.text.contains('/') && Date::parse(&hyphens).is_some() {
            cx.report(date.place(), format!("`{key}` is written with slashes"))
                .label("the form before Sigma 2")
                .help(format!("write `{hyphens}`"))
                .fix(format!("write `{hyphens}`"), Effect::Same, vec![edit(date.place(), hyphens.clone())]);
        }
    }
}
