//! SCD005: runs overlap, and nothing keeps the same event from raising an alert in each of them.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::{RuleKind, Seconds};
use crate::syntax::{ExprKind, InOp, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCD005",
    name: "overlap-without-dedup",
    category: Category::Schedule,
    severity: Severity::Info,
    default_on: true,
    kinds: &[RuleKind::Scheduled],
    needs: Needs::Metadata,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("overlap_without_dedup.md"),
    check,
};

/// From this overlap on, every event is seen at least twice. Less is the slack for events that arrive late.
const RUNS: i64 = 2;

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    let (Some(period), Some(frequency)) = (metadata.period(), metadata.frequency()) else { return };
    let (Some(written), Some(every)) = (&metadata.query_period, &metadata.query_frequency) else { return };
    if frequency.0 <= 0 || period.0 < RUNS * frequency.0 || is_suppressed(cx) || looks_at_new_rows(cx, frequency) {
        return;
    }
    let runs = period.0 / frequency.0;
    let place = every.place;
    cx.report(written.place, format!("one event is in the period of {runs} runs and raises an alert in each"))
        .label("longer than the distance of two runs")
        .related(place, "a run starts so often")
        .help(format!("filter with `ingestion_time() > ago({})`, or switch on suppression", frequency.short()));
}

fn is_suppressed(cx: &Context<'_>) -> bool {
    cx.metadata().keys.iter().any(|(key, value)| {
        key.ends_with("suppressionEnabled") && cx.metadata_text(*value).trim().eq_ignore_ascii_case("true")
    })
}

/// Whether some part of the query is held to rows of about one run, or compared with rows that were seen before.
fn looks_at_new_rows(cx: &Context<'_>, frequency: Seconds) -> bool {
    let has_recent_bound = cx.facts().lookbacks.iter().any(|lookback| lookback.seconds < RUNS * frequency.0);
    let reads_arrival = cx.expressions().any(|expr| match &expr.kind {
        ExprKind::Call { name, .. } => name.text == "ingestion_time",
        ExprKind::In { op: InOp::NotIn | InOp::NotInCi, list, .. } => {
            list.iter().any(|element| cx.facts().constant(element).is_none())
        }
        _ => false,
    });
    let leaves_out_known = cx.operators().any(|operator| {
        let kind = operator.parameter("kind").map(|parameter| &parameter.value.kind);
        matches!(operator.kind, OperatorKind::Join(_))
            && matches!(kind, Some(ExprKind::Name(name)) if name.text.contains("anti"))
    });
    has_recent_bound || reads_arrival || leaves_out_known
}
