//! SCD004: a query that looks at less than the time between two runs.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::rules::schedule::lookback_exceeds_period::is_about_other_times;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::{RuleKind, Seconds};
use crate::schema::ScalarType;
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCD004",
    name: "query-window-differs-from-metadata",
    category: Category::Schedule,
    severity: Severity::Warning,
    default_on: true,
    kinds: &[RuleKind::Scheduled],
    needs: Needs::Metadata,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("query_window_differs_from_metadata.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    let (Some(every), Some(written)) = (metadata.frequency(), &metadata.query_frequency) else { return };
    let lookbacks = &cx.facts().lookbacks;
    let Some(farthest) = lookbacks.iter().max_by_key(|lookback| lookback.seconds) else { return };
    let is_about_log_time = lookbacks.iter().all(|lookback| !is_about_other_times(cx, lookback));
    let is_filter = cx.predicates().iter().any(|test| {
        let is_lower_bound = matches!(test.op, PredicateOp::Binary(BinaryOp::Greater | BinaryOp::GreaterOrEqual));
        test.is_filter && is_lower_bound && test.subject.ty == ScalarType::Datetime
    });
    if farthest.seconds >= every.0 || !is_about_log_time || !is_filter {
        return;
    }
    let (seen, gap) = (Seconds(farthest.seconds).short(), Seconds(every.0 - farthest.seconds).short());
    let place = written.place;
    cx.report(
        farthest.span,
        format!("the rule runs every {} and looks at {seen}: nobody looks at {gap} of it", every.short()),
    )
    .label(format!("looks back {seen}"))
    .related(place, "runs so often")
    .help(format!("look back {}, or run every {seen}", every.short()));
}
