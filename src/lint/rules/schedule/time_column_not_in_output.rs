//! SCD008: a result without the time of its events.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::schema::ScalarType;
use crate::syntax::{Operator, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCD008",
    name: "time-column-not-in-output",
    category: Category::Schedule,
    severity: Severity::Info,
    default_on: false,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt],
    needs: Needs::SchemaAndMetadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("time_column_not_in_output.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let Some(output) = cx.facts().result.as_ref().filter(|columns| !columns.is_open) else { return };
    let has_time =
        output.columns.iter().any(|column| column.ty == ScalarType::Datetime || column.ty == ScalarType::Unknown);
    let Some(pipeline) = cx.query().results().last() else { return };
    let is_loser = |operator: &&Operator<'_>| {
        matches!(operator.kind, OperatorKind::Summarize { .. } | OperatorKind::Project(_) | OperatorKind::Distinct(_))
    };
    let Some(last) = pipeline.operators.iter().rev().find(is_loser).filter(|_| !has_time) else { return };
    cx.report(last.keyword_span(), "the result has no time, so the alert shows when the rule ran")
        .label("the time is lost here")
        .help("return `TimeGenerated`, or `min(TimeGenerated)` and `max(TimeGenerated)` of a group");
}
