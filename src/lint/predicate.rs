//! What several rules ask of a predicate: its case, its counterpart in any case, the effect of an edit on the rule.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::Effect;
use crate::schema::Value;
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, InOp};

use super::Context;

/// The operator that compares in any letter case, for one that compares whole values with regard to case.
///
/// The `_cs` operators say that case matters; they are not slips and have no counterpart here.
pub(super) fn in_any_case(op: PredicateOp) -> Option<&'static str> {
    match op {
        PredicateOp::Binary(BinaryOp::Equal) => Some(BinaryOp::EqualCi.as_str()),
        PredicateOp::Binary(BinaryOp::NotEqual) => Some(BinaryOp::NotEqualCi.as_str()),
        PredicateOp::In(InOp::In) => Some(InOp::InCi.as_str()),
        PredicateOp::In(InOp::NotIn) => Some(InOp::NotInCi.as_str()),
        PredicateOp::Binary(_)
        | PredicateOp::In(InOp::InCi | InOp::NotInCi | InOp::HasAny | InOp::HasAll)
        | PredicateOp::Between
        | PredicateOp::NotBetween
        | PredicateOp::Function => None,
    }
}

/// Whether an operator takes upper and lower case for the same.
pub(super) fn ignores_case(op: PredicateOp) -> bool {
    match op {
        PredicateOp::Binary(op) => binary_ignores_case(op),
        PredicateOp::In(InOp::InCi | InOp::NotInCi | InOp::HasAny | InOp::HasAll) => true,
        PredicateOp::In(InOp::In | InOp::NotIn)
        | PredicateOp::Between
        | PredicateOp::NotBetween
        | PredicateOp::Function => false,
    }
}

fn binary_ignores_case(op: BinaryOp) -> bool {
    use BinaryOp as Op;
    match op {
        Op::EqualCi
        | Op::NotEqualCi
        | Op::Contains
        | Op::NotContains
        | Op::StartsWith
        | Op::NotStartsWith
        | Op::EndsWith
        | Op::NotEndsWith
        | Op::Has
        | Op::NotHas
        | Op::HasPrefix
        | Op::NotHasPrefix
        | Op::HasSuffix
        | Op::NotHasSuffix
        | Op::Like
        | Op::NotLike
        | Op::SearchColon => true,
        Op::Or
        | Op::And
        | Op::Equal
        | Op::NotEqual
        | Op::Less
        | Op::LessOrEqual
        | Op::Greater
        | Op::GreaterOrEqual
        | Op::Add
        | Op::Subtract
        | Op::Multiply
        | Op::Divide
        | Op::Modulo
        | Op::ContainsCs
        | Op::NotContainsCs
        | Op::StartsWithCs
        | Op::NotStartsWithCs
        | Op::EndsWithCs
        | Op::NotEndsWithCs
        | Op::HasCs
        | Op::NotHasCs
        | Op::HasPrefixCs
        | Op::NotHasPrefixCs
        | Op::HasSuffixCs
        | Op::NotHasSuffixCs
        | Op::LikeCs
        | Op::NotLikeCs
        | Op::MatchesRegex => false,
    }
}

/// Whether a row that passes the test, negations around it left aside, is lost to the result.
pub(super) fn excludes(predicate: &Predicate) -> bool {
    predicate.is_negated != predicate.is_in_exclusion
}

/// The effect on the whole rule of an edit whose effect on the test itself, without negations, is `on_test`.
///
/// A test that only computes a value (`iff`, `countif`) may do anything to the result, and so may one in front of a stage
/// that looks at all rows at once.
pub(super) fn effect_on_rule(predicate: &Predicate, on_test: Effect) -> Effect {
    match (predicate.is_filter && !predicate.is_unclear, excludes(predicate)) {
        _ if on_test == Effect::Same => Effect::Same,
        (false, _) => Effect::Unknown,
        (true, false) => on_test,
        (true, true) => on_test.negated(),
    }
}

/// The texts among the values of a predicate.
pub(super) fn texts(predicate: &Predicate) -> impl Iterator<Item = &str> {
    texts_with_places(predicate).map(|(text, _)| text)
}

/// Whether letter case can make a difference for a text.
pub(super) fn has_letters(text: &str) -> bool {
    text.chars().any(|c| c.is_lowercase() || c.is_uppercase())
}

/// The same text in another letter case: lower case, or upper case if it is lower already.
pub(super) fn other_case(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower == text { text.to_uppercase() } else { lower }
}

/// The texts among the values of a predicate, each with the place where it is written.
pub(super) fn texts_with_places(predicate: &Predicate) -> impl Iterator<Item = (&str, Span)> {
    predicate.values.iter().filter_map(|item| match &item.value {
        Value::String(text) => Some((text.as_str(), item.span)),
        Value::Integer(_)
        | Value::Real(_)
        | Value::Bool(_)
        | Value::Timespan(_)
        | Value::Datetime(_)
        | Value::Guid(_)
        | Value::Dynamic(_)
        | Value::Null => None,
    })
}

/// Whether it decides which rows are kept and keeps those that pass.
pub(super) fn selects(predicate: &Predicate) -> bool {
    predicate.is_filter && !excludes(predicate)
}

/// Whether a row must pass both tests to be kept: they are in one pipeline and no `or` gives a way around either.
pub(super) fn hold_together(cx: &Context<'_>, left: &Predicate, right: &Predicate) -> bool {
    let pipeline = |predicate: &Predicate| cx.operator_around(predicate.span).map(|(pipeline, _)| pipeline.span);
    if pipeline(left).is_none() || pipeline(left) != pipeline(right) {
        return false;
    }
    !cx.expressions().any(|expr| match &expr.kind {
        ExprKind::Binary { op: BinaryOp::Or, left: first, right: second, op_span: _ } => {
            [first, second].iter().any(|branch| branch.span.contains(left.span) != branch.span.contains(right.span))
        }
        _ => false,
    })
}

/// Whether something else must hold too for a row to be excluded.
pub(super) fn is_one_of_several(cx: &Context<'_>, predicate: &Predicate) -> bool {
    let mut around: Vec<&Expr<'_>> =
        cx.expressions().filter(|expr| expr.span.contains(predicate.span) && expr.id != predicate.expr).collect();
    around.sort_by_key(|expr| expr.span.len());
    let mut is_negated = is_negative(predicate.op);
    for expr in around {
        match &expr.kind {
            ExprKind::Call { name, .. } if name.text == "not" => is_negated = !is_negated,
            ExprKind::Binary { op: BinaryOp::And, .. } if !is_negated => return true,
            ExprKind::Binary { op: BinaryOp::Or, .. } if is_negated => return true,
            _ => {}
        }
    }
    false
}

/// Whether the operator itself is a negation.
pub(super) fn is_negative(op: PredicateOp) -> bool {
    match op {
        PredicateOp::Binary(op) => op.as_str().starts_with(['!', 'n']),
        PredicateOp::In(op) => op.as_str().starts_with('!'),
        PredicateOp::NotBetween => true,
        PredicateOp::Between | PredicateOp::Function => false,
    }
}
