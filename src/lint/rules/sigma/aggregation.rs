//! SGS023: conditions that count, which Sigma 2 leaves to correlations.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS023",
    name: "aggregation",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("aggregation.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for condition in rule.conditions.iter().filter(|condition| sigma::is_aggregation(condition)) {
        let Err(error) = &condition.parsed else { continue };
        let mut report = cx.report(condition.word.scalar.part(error.span), "Sigma 2 has no aggregations in conditions");
        report.label("not counted by most converters");
        report.help("write a correlation rule: `event_count` or `value_count`, with `group-by` and `timespan`");
        if let Some(timeframe) = rule.key_in(&[rule.kind.key()], "timeframe") {
            report.related(timeframe.place(), "becomes its `timespan`");
        }
    }
}
