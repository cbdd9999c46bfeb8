//! COR004: a column compared with itself.

use crate::analyze::Binding;
use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, LetValue, Node, StatementKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR004",
    name: "self-comparison",
    category: Category::Correctness,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("self_comparison.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::Binary { op, left, right, .. } = &expr.kind else { continue };
        let (Some(name), Some(other)) = (column(cx, left), column(cx, right)) else { continue };
        if !compares(*op) || name != other {
            continue;
        }
        let shadowed = declaration(cx, name);
        let mut report = cx.report(expr.span, format!("`{name}` is compared with itself"));
        report.label("the same column on both sides");
        match shadowed {
            Some(span) => report
                .related(span, "the column hides this name")
                .help("give the parameter or `let` a name that no column has"),
            None => report.help("compare with another value"),
        };
    }
}

fn column<'a>(cx: &Context<'a>, expr: &'a Expr<'a>) -> Option<&'a str> {
    match (&expr.kind, cx.facts().binding(expr)) {
        (ExprKind::Name(name), Some(Binding::Column(_))) => Some(&name.text),
        _ => None,
    }
}

fn compares(op: BinaryOp) -> bool {
    !matches!(
        op,
        BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Modulo
    )
}

/// Where the name is declared as a parameter or a `let`.
fn declaration(cx: &Context<'_>, name: &str) -> Option<Span> {
    cx.query().walk().find_map(|node| {
        let Node::Statement(statement) = node else { return None };
        let StatementKind::Let { name: declared, value } = &statement.kind else { return None };
        if declared.text == name {
            return Some(declared.span);
        }
        let LetValue::Function(function) = value else { return None };
        function.parameters.iter().find(|parameter| parameter.name.text == name).map(|parameter| parameter.name.span)
    })
}
