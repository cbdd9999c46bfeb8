//! SGS005: dates that no calendar has.

use crate::date::Date;
use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS005",
    name: "invalid-date",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("invalid_date.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for key in ["date", "modified"] {
        let Some(date) = rule.scalar(&[key]) else { continue };
        if Date::parse(&date.text.replace('/', "-")).is_none() {
            cx.report(date.place(), format!("`{}` is no day", date.text))
                .label("not in the calendar")
                .help("write year, month and day: `2026-02-03`");
        }
    }
}
