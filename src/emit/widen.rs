//! What becomes of a test that the target cannot say: it is left out where the rule then only matches more and enough of
//! the rule is left.

use super::condition::{Comparison, Condition, FieldTest, Match, Shape};
use super::kql::print;
use super::left_out::{selects, test_loss};
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use crate::ir::Expr;
use crate::mapping::{Hub, RowFilter};
use crate::schema::Value;

/// The losses of leaving out what was refused; the refusals themselves if that is no good. In `condition`, what was
/// refused is already replaced by the constant with which the rule matches more.
pub(super) fn left_out(
    hub: &Hub,
    table: &str,
    refusals: Vec<Refusal>,
    condition: &Condition,
) -> Result<Vec<Loss>, Vec<Refusal>> {
    let candidates = hub.candidates(table);
    let is_row_test = |found: &Match| {
        candidates.iter().filter_map(|candidate| candidate.filter).any(|filter| is_of_filter(found, filter))
    };
    let is_possible = selects(condition, &is_row_test) && refusals.iter().all(|refusal| is_of_one_test(refusal.reason));
    if !is_possible {
        return Err(refusals);
    }
    let mut losses: Vec<Loss> = Vec::new();
    for loss in refusals.into_iter().map(test_loss) {
        if !losses.contains(&loss) {
            losses.push(loss);
        }
    }
    Ok(losses)
}

/// The loss of a conjunct about nothing but the time of the event.
pub(super) fn left_out_time(conjunct: &Expr) -> Loss {
    Loss::new(LossClass::Over, Reason::TimeFixed, conjunct.span, print::expression(conjunct))
        .says("a test of the event's time cannot be said by the target and is left out")
}

/// Whether the test only selects rows of the table that are one of its kinds of event.
fn is_of_filter(found: &Match, filter: &RowFilter) -> bool {
    let is_value = |text: &str, value: &Value| match value {
        Value::String(wanted) => wanted.eq_ignore_ascii_case(text),
        Value::Integer(wanted) => wanted.to_string() == text,
        _ => false,
    };
    let given = match &found.test {
        FieldTest::Text(text) if text.shape == Shape::Whole => text.needles.clone(),
        FieldTest::Number(Comparison::Equal, number) => vec![number.to_string()],
        _ => return false,
    };
    filter.tests.iter().any(|test| {
        let is_known = |text: &String| test.values.iter().any(|value| is_value(text, value));
        test.column == found.origin.column && given.iter().all(is_known)
    })
}

/// Whether what was refused is one test that the target lacks the words for, rather than a mistake, or a column that
/// `--unmapped` decides about.
fn is_of_one_test(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::AnyElement
            | Reason::ComputedField
            | Reason::FieldComparison
            | Reason::NullSemantics
            | Reason::Opaque
            | Reason::OperatorUnsupported
            | Reason::ReDialect
            | Reason::Subquery
            | Reason::TimeFixed
            | Reason::ValueForm
    )
}
