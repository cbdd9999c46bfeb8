//! SCD009: a threshold of rows, where there is always one.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::syntax::OperatorKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCD009",
    name: "trigger-threshold-and-summarize",
    category: Category::Schedule,
    severity: Severity::Warning,
    default_on: true,
    kinds: &[RuleKind::Scheduled],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("trigger_threshold_and_summarize.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    let Some(threshold) = &metadata.trigger_threshold else { return };
    let is_greater = metadata
        .trigger_operator
        .as_ref()
        .is_none_or(|operator| matches!(operator.value.to_ascii_lowercase().as_str(), "gt" | "greaterthan"));
    let number = threshold.value.trim().parse::<i64>().unwrap_or(0);
    let Some(last) = cx.query().results().last().and_then(|pipeline| pipeline.operators.last()) else { return };
    let gives_one_row = match &last.kind {
        OperatorKind::Count(_) => true,
        OperatorKind::Summarize { by, bin, .. } => by.is_empty() && bin.is_none(),
        _ => false,
    };
    if !is_greater || number < 1 || !gives_one_row {
        return;
    }
    let place = threshold.place;
    cx.report(place, format!("the query returns one row, and the alert needs more than {number}"))
        .label("never reached")
        .related(last.keyword_span(), "gives one row")
        .help("test the amount in the query: `| where … > …`, and trigger on more than 0 rows");
}
