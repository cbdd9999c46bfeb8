//! SGS048: an order of one rule.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::CorrelationKind;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS048",
    name: "correlation-of-one-rule",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("correlation_of_one_rule.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(kind) = rule.scalar(&["correlation", "type"]) else { return };
    let relates =
        matches!(CorrelationKind::parse(kind.text), Some(CorrelationKind::Temporal | CorrelationKind::TemporalOrdered));
    if let [only] = rule.list(&["correlation", "rules"]).as_slice()
        && relates
    {
        cx.report(kind.place(), format!("`{}` relates one rule with nothing", kind.text))
            .label("needs two")
            .related(only.place(), "the only one")
            .help("add the other rules, or write `event_count`");
    }
}
