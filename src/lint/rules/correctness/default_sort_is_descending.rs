//! COR018: a sort without a direction in front of a function that looks at the row before.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ScalarType;
use crate::span::Span;
use crate::syntax::{ExprKind, Name, Node, OperatorKind, SortKey};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR018",
    name: "default-sort-is-descending",
    category: Category::Correctness,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("default_sort_is_descending.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for pipeline in cx.pipelines() {
        for (index, operator) in pipeline.operators.iter().enumerate() {
            let OperatorKind::Sort(keys) = &operator.kind else { continue };
            // Of other keys, only neighbours with the same value are compared: their order does not matter.
            let is_time = |key: &&SortKey<'_>| cx.facts().type_of(&key.expr.value) == ScalarType::Datetime;
            let Some(key) = keys.iter().filter(is_time).find(|key| key.direction.is_none()) else { continue };
            let later = pipeline.operators.get(index + 1..).unwrap_or_default();
            let Some(call) = later.iter().flat_map(|operator| Node::Operator(operator).walk()).find_map(neighbour)
            else {
                continue;
            };
            let edits = keys.iter().filter(|key| key.direction.is_none()).map(|key| Edit {
                place: Span::at(key.expr.span.end as usize).into(),
                replacement: " desc".to_owned(),
            });
            let edits = edits.collect();
            let (written, function) = (cx.slice(key.expr.span), &call.text);
            cx.report(
                key.span,
                format!("rows are sorted from high to low, so `{function}` looks the other way round in time"),
            )
            .label("`desc` by default")
            .related(call.span, "looks at a row beside")
            .help(format!("write `{written} asc`, or `{written} desc` if that is meant"))
            .fix("write `desc`", Effect::Same, edits);
        }
    }
}

fn neighbour<'t, 'q>(node: Node<'t, 'q>) -> Option<&'t Name<'q>> {
    let Node::Expr(expr) = node else { return None };
    let ExprKind::Call { name, .. } = &expr.kind else { return None };
    matches!(&*name.text, "prev" | "next" | "row_cumsum" | "row_window_session").then_some(name)
}
