//! COR016: a function that looks at other rows, where rows have no order.

use crate::analyze::Binding;
use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{ExprKind, Head, Name, Node, OperatorKind, Pipeline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR016",
    name: "window-function-needs-serialized-input",
    category: Category::Correctness,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("window_function_needs_serialized_input.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for pipeline in cx.pipelines() {
        for (index, operator) in pipeline.operators.iter().enumerate() {
            let (OperatorKind::Extend(items) | OperatorKind::Project(items)) = &operator.kind else { continue };
            let Some(unordered) = unordered_before(cx, pipeline, index) else { continue };
            let calls = items.iter().flat_map(|item| Node::Expr(&item.value).walk()).filter_map(window_call);
            for name in calls.collect::<Vec<_>>() {
                cx.report(name.span, format!("`{}` needs rows that have an order", name.text))
                    .label("fails when it runs")
                    .related(unordered, "rows have no order behind this")
                    .help("put `sort by` or `serialize` in front");
            }
        }
    }
}

/// The name of a call that looks at other rows.
fn window_call<'t, 'q>(node: Node<'t, 'q>) -> Option<&'t Name<'q>> {
    let Node::Expr(expr) = node else { return None };
    let ExprKind::Call { name, .. } = &expr.kind else { return None };
    is_window_function(&name.text).then_some(name)
}

/// What leaves the rows in front of an operator without an order, if that is certain.
fn unordered_before(cx: &Context<'_>, pipeline: &Pipeline<'_>, index: usize) -> Option<Span> {
    for operator in pipeline.operators.get(..index)?.iter().rev() {
        match operator.kind {
            OperatorKind::Where(_)
            | OperatorKind::Extend(_)
            | OperatorKind::Project(_)
            | OperatorKind::ProjectAway(_)
            | OperatorKind::ProjectKeep(_)
            | OperatorKind::ProjectRename(_)
            | OperatorKind::ProjectReorder(_) => {}
            OperatorKind::Summarize { .. }
            | OperatorKind::Join(_)
            | OperatorKind::Union(_)
            | OperatorKind::Distinct(_) => {
                return Some(operator.keyword_span());
            }
            _ => return None,
        }
    }
    match &pipeline.head {
        Head::Expr(expr) if matches!(cx.facts().binding(expr), Some(Binding::Table(_))) => Some(expr.span),
        Head::Expr(_) | Head::Operator(_) => None,
    }
}

/// Whether a function looks at the rows around.
pub(in crate::lint) fn is_window_function(name: &str) -> bool {
    matches!(
        name,
        "prev" | "next" | "row_number" | "row_cumsum" | "row_rank_dense" | "row_rank_min" | "row_window_session"
    )
}
