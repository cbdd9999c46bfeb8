//! PRF005: an order that the next stage loses.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{ExprKind, Head, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF005",
    name: "useless-sort-before-aggregate",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("useless_sort_before_aggregate.md"),
    check,
};

/// Aggregates whose result does not depend on the order of rows.
const UNORDERED: &[&str] = &[
    "avg",
    "avgif",
    "count",
    "countif",
    "count_distinct",
    "count_distinctif",
    "dcount",
    "dcountif",
    "max",
    "maxif",
    "min",
    "minif",
    "sum",
    "sumif",
];

fn check(cx: &mut Context<'_>) {
    for pipeline in cx.pipelines() {
        for (index, pair) in pipeline.operators.windows(2).enumerate() {
            let [sort, next] = pair else { continue };
            if !matches!(sort.kind, OperatorKind::Sort(_)) || !loses_order(&next.kind) {
                continue;
            }
            let before = index.checked_sub(1).and_then(|before| pipeline.operators.get(before));
            let end = match (&pipeline.head, before) {
                (_, Some(operator)) => operator.span,
                (Head::Expr(expr), None) => expr.span,
                (Head::Operator(operator), None) => operator.span,
            };
            let whole = with_pipe(cx, end, sort.span);
            let mut report = cx.report(sort.span, format!("`{}` does not keep the order", next.keyword));
            report
                .label("lost in the next stage")
                .related(next.keyword_span(), "gives rows in no order")
                .help("drop it");
            if let Some(whole) = whole {
                report.replace(whole, "", "drop the sort", Effect::Same);
            }
        }
    }
}

fn loses_order(kind: &OperatorKind<'_>) -> bool {
    match kind {
        OperatorKind::Count(_) => true,
        OperatorKind::Summarize { aggregates, .. } => aggregates.iter().all(|aggregate| {
            matches!(&aggregate.value.kind, ExprKind::Call { name, .. } if UNORDERED.contains(&&*name.text))
        }),
        _ => false,
    }
}

/// The operator with the pipe and the blanks in front of it.
fn with_pipe(cx: &Context<'_>, before: Span, operator: Span) -> Option<Span> {
    let between = Span { start: before.end, end: operator.start };
    // A comment between the two would go too.
    (cx.slice(between).trim() == "|").then(|| between.to(operator))
}
