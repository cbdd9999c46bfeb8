//! STY003: two filters in a row.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "STY003",
    name: "consecutive-where",
    category: Category::Style,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("consecutive_where.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for pipeline in cx.pipelines() {
        for pair in pipeline.operators.windows(2) {
            let [first, second] = pair else { continue };
            let (OperatorKind::Where(one), OperatorKind::Where(other)) = (&first.kind, &second.kind) else { continue };
            let between = Span { start: one.span.end, end: other.span.start };
            let has_comment = cx.query().comments.iter().any(|comment| between.contains(*comment));
            let is_simple = |expr: &Expr<'_>| !matches!(expr.kind, ExprKind::Binary { op: BinaryOp::Or, .. });
            let mut report = cx.report(second.keyword_span(), "this filter follows another one");
            report
                .label("one filter is enough")
                .related(first.keyword_span(), "the first")
                .help("join them with `and`");
            if !has_comment && is_simple(one) && is_simple(other) {
                report.replace(between, " and ", "join them with `and`", Effect::Same);
            }
        }
    }
}
