//! SGS008: a status that Sigma does not have.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS008",
    name: "unknown-status",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_status.md"),
    check: |cx| sigma::check(cx, check),
};

const KNOWN: &[&str] = &["stable", "test", "experimental", "deprecated", "unsupported"];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(status) = rule.scalar(&["status"]).filter(|status| !KNOWN.contains(&status.text)) else { return };
    let meant = match status.text.to_ascii_lowercase().as_str() {
        "testing" | "tested" => Some("test"),
        lower => {
            KNOWN.iter().copied().find(|known| *known == lower).or_else(|| nearest(status.text, KNOWN.iter().copied()))
        }
    };
    let mut report = cx.report(status.place(), format!("there is no status `{}`", status.text));
    report.label("not one of five").help(format!("write one of {}", KNOWN.join(", ")));
    if let Some(meant) = meant {
        report.fix(format!("write `{meant}`"), Effect::Same, vec![edit(status.place(), meant)]);
    }
}
