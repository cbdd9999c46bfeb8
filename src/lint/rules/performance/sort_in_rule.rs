//! PRF004: rows are put in order for nobody.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::OperatorKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF004",
    name: "sort-in-rule",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::KINDS_THAT_ALERT,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("sort_in_rule.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let Some(pipeline) = cx.query().results().last() else { return };
    let Some((last, before)) = pipeline.operators.split_last() else { return };
    if !matches!(last.kind, OperatorKind::Sort(_)) || before.is_empty() {
        return;
    }
    let previous = before.last().map_or(pipeline.span, |operator| operator.span);
    let whole = with_pipe(cx, previous, last.span);
    let mut report = cx.report(last.span, "rows are sorted last, and an alert has no order of rows");
    report.label("nobody sees the order").help("drop it");
    if let Some(whole) = whole {
        report.replace(whole, "", "drop the sort", Effect::Same);
    }
}

/// The operator with the pipe and the blanks in front of it.
fn with_pipe(cx: &Context<'_>, before: Span, operator: Span) -> Option<Span> {
    let between = Span { start: before.end, end: operator.start };
    // A comment between the two would go too.
    (cx.slice(between).trim() == "|").then(|| between.to(operator))
}
