//! The values that tests of a column leave: for rules about tests that contradict each other.

use std::collections::BTreeSet;

use super::Context;
use super::predicate::{excludes, hold_together, is_one_of_several};
use crate::analyze::{Predicate, PredicateOp};
use crate::schema::{ScalarType, Value};
use crate::syntax::{BinaryOp, InOp, OperatorKind};

/// A test of a column against a list of values that are all known.
pub(super) struct Listed<'p> {
    /// The test.
    pub(super) predicate: &'p Predicate,
    /// The values as text, in lower case: letter case is never the reason why two lists differ here.
    pub(super) values: BTreeSet<String>,
    /// Whether rows with other values are kept, and not those with these.
    pub(super) is_exclusion: bool,
}

impl Listed<'_> {
    /// The name of the column.
    pub(super) fn column(&self) -> &str {
        self.predicate.subject.column.as_ref().map_or("", |column| column.name.as_str())
    }
}

/// Every test that keeps rows only if a plain column is, or is not, one of some values.
pub(super) fn listed<'a>(cx: &Context<'a>) -> Vec<Listed<'a>> {
    cx.predicates().iter().filter_map(|predicate| of(cx, predicate)).collect()
}

fn of<'a>(cx: &Context<'_>, predicate: &'a Predicate) -> Option<Listed<'a>> {
    let is_negative = match predicate.op {
        PredicateOp::Binary(BinaryOp::Equal | BinaryOp::EqualCi) | PredicateOp::In(InOp::In | InOp::InCi) => false,
        PredicateOp::Binary(BinaryOp::NotEqual | BinaryOp::NotEqualCi)
        | PredicateOp::In(InOp::NotIn | InOp::NotInCi) => true,
        PredicateOp::Binary(_)
        | PredicateOp::In(InOp::HasAny | InOp::HasAll)
        | PredicateOp::Between
        | PredicateOp::NotBetween
        | PredicateOp::Function => return None,
    };
    let column = predicate.subject.plain_column()?;
    let is_scalar = !matches!(column.ty, ScalarType::Dynamic | ScalarType::Unknown);
    let values: Option<BTreeSet<String>> = predicate.values.iter().map(|item| text_of(&item.value)).collect();
    let values = values.filter(|values| !values.is_empty())?;
    let is_plain = predicate.is_filter && predicate.is_complete && !predicate.is_in_exclusion;
    // What stands under a `not` is one of several conditions, or its negation does not count here.
    let decides = predicate.is_negated == is_negative || !is_one_of_several(cx, predicate);
    (is_scalar && is_plain && decides).then_some(Listed { predicate, values, is_exclusion: excludes(predicate) })
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_lowercase()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Real(_) | Value::Timespan(_) | Value::Datetime(_) | Value::Guid(_) | Value::Dynamic(_) | Value::Null => {
            None
        }
    }
}

/// Whether both tests are about the same value of the same row, and both must hold for it to be kept.
pub(super) fn about_the_same(cx: &Context<'_>, first: &Listed<'_>, second: &Listed<'_>) -> bool {
    // `start.name` and `end.name` are columns of two nodes of a graph.
    let written = |test: &Listed<'_>| cx.slice(test.predicate.subject.span);
    let is_one_path = !written(first).contains('.') || written(first) == written(second);
    is_one_path
        && first.predicate.subject.column == second.predicate.subject.column
        && hold_together(cx, first.predicate, second.predicate)
        && no_rows_come_between(cx, first.predicate, second.predicate)
}

/// Whether only operators that pass rows on stand between two tests of one pipeline.
fn no_rows_come_between(cx: &Context<'_>, first: &Predicate, second: &Predicate) -> bool {
    let (Some((pipeline, one)), Some((_, other))) = (cx.operator_around(first.span), cx.operator_around(second.span))
    else {
        return false;
    };
    let between = pipeline.operators.get(one.min(other)..one.max(other)).unwrap_or_default();
    between.iter().all(|operator| {
        matches!(
            operator.kind,
            OperatorKind::Where(_)
                | OperatorKind::Extend(_)
                | OperatorKind::Project(_)
                | OperatorKind::ProjectAway(_)
                | OperatorKind::ProjectKeep(_)
                | OperatorKind::ProjectReorder(_)
                | OperatorKind::Summarize { .. }
                | OperatorKind::Distinct(_)
                | OperatorKind::Sort(_)
                | OperatorKind::Take(_)
                | OperatorKind::Top { .. }
        )
    })
}
