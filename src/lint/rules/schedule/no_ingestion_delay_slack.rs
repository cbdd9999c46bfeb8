//! SCD003: a rule that looks back exactly as far as it runs apart misses what arrives late.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::syntax::OperatorKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCD003",
    name: "no-ingestion-delay-slack",
    category: Category::Schedule,
    severity: Severity::Info,
    default_on: true,
    kinds: &[RuleKind::Scheduled],
    needs: Needs::Metadata,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("no_ingestion_delay_slack.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    let (Some(period), Some(frequency)) = (metadata.period(), metadata.frequency()) else { return };
    let (Some(written), Some(every)) = (&metadata.query_period, &metadata.query_frequency) else { return };
    // A query that looks back further than its period has to have that put right first.
    let looks_further = cx.facts().lookbacks.iter().any(|lookback| lookback.seconds > period.0);
    if period != frequency || looks_further {
        return;
    }
    let counts = cx.operators().any(|operator| matches!(operator.kind, OperatorKind::Summarize { .. }));
    let advice = if counts {
        "make `queryPeriod` longer than `queryFrequency` by the usual delay; a group may then be reported twice, so group the \
         alerts"
            .to_owned()
    } else {
        format!(
            "make `queryPeriod` longer than `queryFrequency` by the usual delay, and filter with `ingestion_time() > ago({})`",
            frequency.short()
        )
    };
    let (short, place) = (period.short(), every.place);
    cx.report(
        written.place,
        format!("each run sees exactly the {short} since the last, so an event that arrives more than five minutes late is never seen"),
    )
    .label("no overlap")
    .related(place, "the same length")
    .help(advice)
    .note("Sentinel waits five minutes before a run; cloud sources often need more than that");
}
