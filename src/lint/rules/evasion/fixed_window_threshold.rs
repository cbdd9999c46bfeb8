//! EVD008: a threshold in windows with fixed borders.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Origin, ScalarType, Value};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "EVD008",
    name: "fixed-window-threshold",
    category: Category::Evasion,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("fixed_window_threshold.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for pipeline in cx.pipelines() {
        for pair in pipeline.operators.windows(2) {
            let [grouping, filter] = pair else { continue };
            let (OperatorKind::Summarize { by, .. }, OperatorKind::Where(condition)) = (&grouping.kind, &filter.kind)
            else {
                continue;
            };
            let Some((window, length)) = by.iter().find_map(|key| window(cx, &key.value)) else { continue };
            let is_within = |test: &&Predicate| condition.span.contains(test.span);
            let Some(threshold) = cx.predicates().iter().filter(is_within).find(|test| is_threshold(test)) else {
                continue;
            };
            cx.report(
                window,
                format!("what is spread over the border of two windows of {length} is counted in halves"),
            )
            .label("windows with fixed borders")
            .related(threshold.span, "counted in each window by itself")
            .help("count over the whole period of the rule, or in two sets of windows half a window apart")
            .note("up to twice the threshold goes unseen");
        }
    }
}

/// `bin(TimeGenerated, 5m)`: its place and its length.
fn window<'a>(cx: &Context<'a>, expr: &'a Expr<'a>) -> Option<(Span, &'a str)> {
    let ExprKind::Call { name, arguments } = &expr.kind else { return None };
    let [time, length] = arguments.as_slice() else { return None };
    let is_of_time = cx.facts().type_of(&time.value) == ScalarType::Datetime;
    let is_length = matches!(cx.facts().constant(&length.value)?.value, Value::Timespan(_));
    (matches!(&*name.text, "bin" | "floor") && is_of_time && is_length).then(|| (expr.span, cx.slice(length.span)))
}

/// Whether it asks for a computed amount.
fn is_threshold(test: &Predicate) -> bool {
    let is_lower_bound = matches!(test.op, PredicateOp::Binary(BinaryOp::Greater | BinaryOp::GreaterOrEqual));
    let is_amount = test.values.iter().any(|item| matches!(item.value, Value::Integer(number) if number > 1));
    let is_computed = test
        .subject
        .column
        .as_ref()
        .is_some_and(|column| matches!(column.origin, Origin::Computed { .. } | Origin::Made(_)));
    is_lower_bound && is_amount && is_computed
}
