//! SGS009: a level that Sigma does not have.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS009",
    name: "unknown-level",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_level.md"),
    check: |cx| sigma::check(cx, check),
};

const KNOWN: &[&str] = &["informational", "low", "medium", "high", "critical"];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(level) = rule.scalar(&["level"]).filter(|level| !KNOWN.contains(&level.text)) else { return };
    let meant = match level.text.to_ascii_lowercase().as_str() {
        "info" | "information" => Some("informational"),
        lower => {
            KNOWN.iter().copied().find(|known| *known == lower).or_else(|| nearest(level.text, KNOWN.iter().copied()))
        }
    };
    let mut report = cx.report(level.place(), format!("there is no level `{}`", level.text));
    report.label("not one of five").help(format!("write one of {}", KNOWN.join(", ")));
    if let Some(meant) = meant.filter(|_| level.is_text()) {
        report.fix(format!("write `{meant}`"), Effect::Same, vec![edit(level.place(), meant)]);
    }
}
