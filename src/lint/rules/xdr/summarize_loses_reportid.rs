//! XDR003: a `summarize` in a custom detection that loses the event it is about.

use crate::diagnostic::{Effect, Severity};
use crate::lint::dropped::Dropped;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::span::Span;
use crate::syntax::OperatorKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "XDR003",
    name: "summarize-loses-reportid",
    category: Category::Xdr,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::CustomDetection],
    needs: Needs::SchemaAndMetadata,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("summarize_loses_reportid.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let Some(output) = cx.facts().result.as_ref().filter(|columns| !columns.is_open) else { return };
    let Some(pipeline) = cx.query().results().last() else { return };
    if output.find("ReportId").is_some() {
        return;
    }
    let Some(dropped) = Dropped::find(cx, pipeline, "ReportId", u32::MAX) else { return };
    let OperatorKind::Summarize { aggregates, .. } = &dropped.operator.kind else { return };
    let is_last = pipeline.operators.last().is_some_and(|last| last.span == dropped.operator.span);
    let first = aggregates.first().map(|aggregate| Span::at(aggregate.span.start as usize));
    let mut report = cx.report(dropped.operator.keyword_span(), "this `summarize` loses `ReportId`");
    report
        .label("no event is left that the alert could show")
        .help("keep the newest event: `(Timestamp, ReportId) = arg_max(Timestamp, ReportId)`");
    if let (Some(place), true) = (first, is_last) {
        let kept = "(Timestamp, ReportId) = arg_max(Timestamp, ReportId), ";
        report.replace(place, kept, "keep the newest event of each group", Effect::Unknown);
    }
}
