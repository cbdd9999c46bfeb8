//! SGS046: values that are computed from nothing.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::CorrelationKind;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS046",
    name: "correlation-without-field",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("correlation_without_field.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(word) = rule.scalar(&["correlation", "type"]) else { return };
    let Some(kind) = CorrelationKind::parse(word.text) else { return };
    let has = |key: &str| rule.get(&["correlation", "condition", key]).is_some();
    if kind.needs_field() && !has("field") {
        cx.report(word.place(), format!("`{}` has no field to compute from", kind.as_str()))
            .label("of which field?")
            .help("add `field` to the condition");
    }
    if kind == CorrelationKind::ValuePercentile && !has("percentile") {
        cx.report(word.place(), "the percentile is not said")
            .label("which one?")
            .help("add `percentile` to the condition");
    }
}
