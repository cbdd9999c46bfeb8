//! PRF001: columns computed for rows that the next filter drops.

use crate::analyze::Binding;
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::{ExprKind, Head, Node, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF001",
    name: "unfiltered-first-operator",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("unfiltered_first_operator.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for pipeline in cx.pipelines() {
        let [first, second, ..] = pipeline.operators.as_slice() else { continue };
        let (OperatorKind::Extend(items), OperatorKind::Where(condition)) = (&first.kind, &second.kind) else {
            continue;
        };
        let is_table =
            matches!(&pipeline.head, Head::Expr(expr) if matches!(cx.facts().binding(expr), Some(Binding::Table(_))));
        let names: Vec<&str> = items.iter().flat_map(|item| &item.names).map(|name| &*name.text).collect();
        let has_all_names = items.iter().all(|item| !item.names.is_empty());
        let uses_new = Node::Expr(condition).walk().any(|node| match node {
            Node::Expr(expr) => matches!(&expr.kind, ExprKind::Name(name) if names.contains(&&*name.text)),
            Node::Statement(_) | Node::Pipeline(_) | Node::Operator(_) => false,
        });
        // Comments between the two would stay where they are.
        let has_comment = cx.query().comments.iter().any(|comment| first.span.to(second.span).contains(*comment));
        if !is_table || !has_all_names || uses_new || has_comment {
            continue;
        }
        let swapped = [(first.span, cx.slice(second.span)), (second.span, cx.slice(first.span))]
            .map(|(span, text)| Edit { place: span.into(), replacement: text.to_owned() });
        cx.report(first.keyword_span(), "columns are computed for rows that the next filter drops")
            .label("before the filter")
            .related(second.keyword_span(), "needs none of them")
            .help("filter first")
            .fix("swap the two", Effect::Same, swapped.to_vec());
    }
}
