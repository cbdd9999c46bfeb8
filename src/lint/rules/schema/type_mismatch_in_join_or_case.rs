//! SCH010: keys of a join, or branches of `iff` and `case`, of different types.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ScalarType;
use crate::syntax::{BinaryOp, Expr, ExprKind, JoinCondition, NamedExpr, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH010",
    name: "type-mismatch-in-join-or-case",
    category: Category::Schema,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("type_mismatch_in_join_or_case.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for operator in cx.operators() {
        let (OperatorKind::Join(join) | OperatorKind::Lookup(join)) = &operator.kind else { continue };
        let JoinCondition::On(conditions) = &join.condition else { continue };
        for condition in conditions {
            keys(cx, condition);
        }
    }
    for expr in cx.expressions() {
        let ExprKind::Call { name, arguments } = &expr.kind else { continue };
        match &*name.text {
            "iff" | "iif" => branches(cx, expr, arguments.iter().skip(1)),
            "case" => {
                let last = arguments.len().saturating_sub(1);
                let values = arguments.iter().enumerate().filter(|(index, _)| index % 2 == 1 || *index == last);
                branches(cx, expr, values.map(|(_, argument)| argument));
            }
            _ => {}
        }
    }
}

fn keys(cx: &mut Context<'_>, condition: &Expr<'_>) {
    let ExprKind::Binary { op: BinaryOp::Equal, left, right, op_span } = &condition.kind else { return };
    let (a, b) = (cx.facts().type_of(left), cx.facts().type_of(right));
    if differ(a, b) {
        cx.report(*op_span, format!("the keys have different types: {} and {}", a.as_str(), b.as_str()))
            .related(left.span, format!("of type {}", a.as_str()))
            .related(right.span, format!("of type {}", b.as_str()))
            .help("convert one side in front of the join, with `tostring()` for example");
    }
}

fn branches<'e>(cx: &mut Context<'_>, call: &Expr<'_>, values: impl Iterator<Item = &'e NamedExpr<'e>>) {
    let types: Vec<_> = values.map(|value| (value.span, cx.facts().type_of(&value.value))).collect();
    let Some(&(first_span, first)) = types.first() else { return };
    let Some(&(span, other)) = types.iter().find(|(_, ty)| differ(first, *ty)) else { return };
    let call = cx.slice(call.span).split('(').next().unwrap_or_default();
    cx.report(span, format!("the values of `{call}` have different types: {} and {}", first.as_str(), other.as_str()))
        .label(other.as_str())
        .related(first_span, first.as_str())
        .help("give all values one type, with `tostring()` for example");
}

/// Whether no common type is found without a loss. What is not known, and `dynamic`, may be anything.
fn differ(a: ScalarType, b: ScalarType) -> bool {
    let is_open = |ty: ScalarType| matches!(ty, ScalarType::Unknown | ScalarType::Dynamic);
    let is_number =
        |ty: ScalarType| matches!(ty, ScalarType::Int | ScalarType::Long | ScalarType::Real | ScalarType::Decimal);
    let is_alike = a == b || is_number(a) && is_number(b);
    !(is_alike || is_open(a) || is_open(b))
}
