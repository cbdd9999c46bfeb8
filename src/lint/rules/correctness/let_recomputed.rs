//! COR019: a `let` that gives another result at each use.

use crate::analyze::Binding;
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{Expr, ExprKind, LetValue, Node, OperatorKind, StatementKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR019",
    name: "let-recomputed",
    category: Category::Correctness,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("let_recomputed.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for node in cx.query().walk() {
        let Node::Statement(statement) = node else { continue };
        let StatementKind::Let { name, value: LetValue::Pipeline(pipeline) } = &statement.kind else { continue };
        let is_use = |expr: &&Expr<'_>| cx.facts().binding(expr) == Some(&Binding::LetTable(name.span));
        let uses: Vec<Span> = cx.expressions().filter(is_use).map(|expr| expr.span).collect();
        let is_kept = pipeline.as_expression().is_some_and(|value| matches!(value.kind, ExprKind::Materialize(_)));
        let [_, second, ..] = uses.as_slice() else { continue };
        if is_kept {
            continue;
        }
        let Some((place, what)) = Node::Pipeline(pipeline).walk().find_map(changing) else { continue };
        let text = cx.slice(pipeline.span).trim_end();
        cx.report(
            place,
            format!("`{}` is computed anew at each use, and `{what}` may give another result each time", name.text),
        )
        .label("not the same twice")
        .related(*second, "used again here")
        .help("wrap the value in `materialize()`")
        .replace(pipeline.span, format!("materialize({text})"), "wrap it in `materialize()`", Effect::Unknown);
    }
}

/// A part of a query whose result differs between runs over the same data.
fn changing<'q>(node: Node<'_, 'q>) -> Option<(Span, &'q str)> {
    match node {
        Node::Operator(operator) => matches!(
            operator.kind,
            OperatorKind::Take(_) | OperatorKind::Sample(_) | OperatorKind::SampleDistinct { .. }
        )
        .then(|| (operator.keyword_span(), operator.keyword)),
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Call { name, .. } => match &*name.text {
                "rand" => Some((name.span, "rand")),
                "new_guid" => Some((name.span, "new_guid")),
                "take_any" | "any" => Some((name.span, "take_any")),
                _ => None,
            },
            _ => None,
        },
        Node::Statement(_) | Node::Pipeline(_) => None,
    }
}
