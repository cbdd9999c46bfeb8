//! STY002: a list of one value.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::{BinaryOp, ExprKind, InOp, Literal};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "STY002",
    name: "single-element-list",
    category: Category::Style,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("single_element_list.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::In { op, op_span, list, list_span, .. } = &expr.kind else { continue };
        let [only] = list.as_slice() else { continue };
        let ExprKind::Literal(Literal::String(literal)) = &only.kind else { continue };
        if literal.value.is_empty() {
            continue;
        }
        let operator = single_form(*op);
        let (written, value) = (op.as_str(), cx.slice(only.span));
        let replacement = format!("{operator} {value}");
        cx.report(*list_span, format!("`{written}` with one value is `{operator}`"))
            .label("one value")
            .help(format!("write `{operator} {value}`"))
            .replace(op_span.to(*list_span), replacement, format!("write `{operator}`"), Effect::Same);
    }
}

fn single_form(op: InOp) -> &'static str {
    let op = match op {
        InOp::In => BinaryOp::Equal,
        InOp::NotIn => BinaryOp::NotEqual,
        InOp::InCi => BinaryOp::EqualCi,
        InOp::NotInCi => BinaryOp::NotEqualCi,
        InOp::HasAny | InOp::HasAll => BinaryOp::Has,
    };
    op.as_str()
}
