//! SCD001: a rule that looks back less far than it runs apart.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::{RuleKind, Seconds};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCD001",
    name: "period-shorter-than-frequency",
    category: Category::Schedule,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::Scheduled],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("period_shorter_than_frequency.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    let (Some(period), Some(frequency)) = (metadata.period(), metadata.frequency()) else { return };
    let (Some(written), Some(every)) = (&metadata.query_period, &metadata.query_frequency) else { return };
    if period >= frequency {
        return;
    }
    let gap = Seconds(frequency.0 - period.0).short();
    let place = every.place;
    cx.report(
        written.place,
        format!("nobody looks at {gap} of every {}: each run sees only {}", frequency.short(), period.short()),
    )
    .label("shorter than the distance of two runs")
    .related(place, "a run starts so often")
    .help(format!("set `queryPeriod` to at least {}", frequency.short()));
}
