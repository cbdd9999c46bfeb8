//! SGC001: a title that lists cut off.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC001",
    name: "long-title",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("long_title.md"),
    check: |cx| sigma::check(cx, check),
};

/// Longest title, in characters.
const LONGEST: usize = 120;

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(title) = rule.scalar(&["title"]) else { return };
    let length = title.text.chars().count();
    if length > LONGEST {
        cx.report(title.place(), format!("the title has {length} characters"))
            .label(format!("more than {LONGEST}"))
            .help("say it shorter, and the rest in the description");
    }
}
