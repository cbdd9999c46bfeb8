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
    let is_handled = || is_kept_together(cx, frequency) || looks_at_new_rows(cx, frequency);
    if frequency.0 <= 0 || period.0 < RUNS * frequency.0 || is_handled() {
        return;
    }
    let runs = period.0 / frequency.0;
    let place = every.place;
    let every = frequency.short();
    let (message, help) = match Shape::of(cx) {
        Shape::Rows => (
            format!("one event is in the period of {runs} runs and raises an alert in each"),
            format!("filter with `ingestion_time() > ago({every})`, or switch on suppression"),
        ),
        Shape::Threshold => (
            format!("a group of rows that is over the threshold is reported in up to {runs} runs"),
            format!(
                "keep the window and ask for something new: add `LastSeen = max(TimeGenerated)` to the `summarize` and \
                 `where LastSeen > ago({every})` behind it, or switch on suppression"
            ),
        ),
        Shape::Pairs => (
            format!("one pair of events is in the period of {runs} runs and raises an alert in each"),
            format!(
                "filter the later event with `ingestion_time() > ago({every})` and leave the other its window, or switch on \
                 suppression"
            ),
        ),
    };
    cx.report(written.place, message)
        .label("longer than the distance of two runs")
        .related(place, "a run starts so often")
        .help(help);
}

/// What the alert is made of, which decides how to ask for something new.
enum Shape {
    Rows,
    /// Rows are counted, and the count is tested.
    Threshold,
    /// Events of two tables meet.
    Pairs,
}

impl Shape {
    fn of(cx: &Context<'_>) -> Self {
        let counts =
            |kind: &OperatorKind<'_>| matches!(kind, OperatorKind::Summarize { .. } | OperatorKind::MakeSeries(_));
        let tests_counts = cx.pipelines().any(|pipeline| {
            let first = pipeline.operators.iter().position(|operator| counts(&operator.kind));
            let later = first.and_then(|first| pipeline.operators.get(first..)).unwrap_or_default();
            later.iter().any(|operator| matches!(operator.kind, OperatorKind::Where(_)))
        });
        let joins = |kind: &OperatorKind<'_>| matches!(kind, OperatorKind::Join(_) | OperatorKind::Lookup(_));
        if tests_counts {
            Self::Threshold
        } else if cx.operators().any(|operator| joins(&operator.kind)) {
            Self::Pairs
        } else {
            Self::Rows
        }
    }
}

/// Whether the rule pauses after an alert, or alerts go into one incident for at least as long as it is from run to run.
fn is_kept_together(cx: &Context<'_>, frequency: Seconds) -> bool {
    let repetition = cx.metadata().repetition;
    repetition.is_suppressed || repetition.grouping.is_some_and(|reach| reach.0 >= frequency.0)
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
