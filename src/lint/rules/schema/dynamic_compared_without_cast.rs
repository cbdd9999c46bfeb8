//! SCH005: a member of a dynamic value compared with text as it is.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Context, Fixable, Needs, Rule};
use crate::schema::{ScalarType, Value};
use crate::syntax::{BinaryOp, Expr, ExprKind, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH005",
    name: "dynamic-compared-without-cast",
    category: Category::Schema,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    fixable: Fixable::Always,
    document: include_str!("dynamic_compared_without_cast.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if !compares_texts(predicate.op) || !has_texts(predicate) {
            continue;
        }
        let Some(member) = member(cx, predicate) else { continue };
        let text = cx.slice(member.span);
        cx.report(member.span, format!("`{text}` is dynamic and is compared with text without a conversion"))
            .label("dynamic")
            .related(predicate.op_span, "compares texts")
            .help("convert it with `tostring()`")
            .replace(member.span, format!("tostring({text})"), "add `tostring()`", Effect::Same);
    }
}

/// The left side, if it is a member of a dynamic value.
fn member<'a>(cx: &Context<'a>, predicate: &Predicate) -> Option<&'a Expr<'a>> {
    let is_member = |expr: &&Expr<'_>| {
        expr.span == predicate.subject.span
            && matches!(expr.kind, ExprKind::Path { .. } | ExprKind::Element { .. })
            && cx.facts().type_of(expr) == ScalarType::Dynamic
    };
    cx.expressions().find(is_member)
}

/// Texts, and not only words for truth, which another rule looks at.
fn has_texts(predicate: &Predicate) -> bool {
    let is_text = |value: &Value| match value {
        Value::String(text) => !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false"),
        _ => false,
    };
    !predicate.values.is_empty() && predicate.values.iter().all(|item| is_text(&item.value))
}

fn compares_texts(op: PredicateOp) -> bool {
    match op {
        PredicateOp::Binary(op) => {
            matches!(op, BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::EqualCi | BinaryOp::NotEqualCi)
        }
        PredicateOp::In(op) => matches!(op, InOp::In | InOp::NotIn | InOp::InCi | InOp::NotInCi),
        PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
    }
}
