//! SGC035: an urgent rule that nobody has tried.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC035",
    name: "critical-and-experimental",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("critical_and_experimental.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let is = |key: &str, value: &str| rule.scalar(&[key]).filter(|word| word.text == value);
    if let (Some(level), Some(status)) = (is("level", "critical"), is("status", "experimental")) {
        cx.report(level.place(), "the rule is critical, and experimental")
            .label("wakes people up")
            .related(status.place(), "not tried yet")
            .help("lower the level until the rule is tried");
    }
}
