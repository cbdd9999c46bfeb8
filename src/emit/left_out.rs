//! Conjuncts that a target without another way out leaves out: what remains gives at least the same rows.
//!
//! A rule stays a rule only while something in it still asks for a particular event. Exclusions, tests for presence and
//! the kind of the event do not.

use std::collections::BTreeSet;

use super::condition::{Condition, FieldTest, Match};
use super::kql::print;
use super::loss::{Loss, LossClass, Refusal};
use super::needed::names;
use super::reason::Reason;
use super::translate::{Position, Translator};
use crate::ir::Expr;

/// Columns that say what kind of event a row is. Rows of a kind that the target does not have are not in it at all.
const KINDS: [&str; 11] = [
    "ActionType",
    "Activity",
    "CategoryValue",
    "DeviceEventClassID",
    "DeviceProduct",
    "DeviceVendor",
    "EventID",
    "EventType",
    "OfficeWorkload",
    "RecordType",
    "SubType",
];

/// The condition of the conjuncts that can be written, with a loss for each of the others.
///
/// # Errors
///
/// Every refusal, if one is about more than a column or if too little is left: a rule with a threshold over groups asks
/// for something whatever its rows are.
pub(super) fn condition(
    translator: &mut Translator<'_>,
    conjuncts: &[Expr],
    has_threshold: bool,
) -> Result<Condition, Vec<Refusal>> {
    let (mut written, mut left_out, mut refusals) = (Vec::new(), Vec::new(), Vec::new());
    for conjunct in conjuncts {
        let before = translator.losses.len();
        let condition = translator.condition(conjunct, Position::TOP);
        let mut refused = std::mem::take(&mut translator.refusals);
        refused.extend(translator.losses[before..].iter().filter(|loss| narrows(loss)).map(refusal_of));
        if refused.is_empty() {
            written.push(condition);
        } else {
            translator.losses.truncate(before);
            left_out.push((conjunct, refused.clone()));
            refusals.extend(refused);
        }
    }
    let condition = Condition::all(written);
    let can_go =
        |(conjunct, refused): &(&Expr, Vec<Refusal>)| refused.iter().all(is_of_column) && !is_of_kind(conjunct);
    let is_enough = has_threshold || asks_for_something(&condition);
    if left_out.iter().all(can_go) && (left_out.is_empty() || is_enough) {
        translator.losses.extend(left_out.iter().map(|(conjunct, refused)| loss(conjunct, &refused[0])));
        return Ok(condition);
    }
    Err(refusals)
}

/// The loss of a conjunct that is left out.
pub(super) fn loss(conjunct: &Expr, refusal: &Refusal) -> Loss {
    let refusal = Refusal { span: conjunct.span, construct: print::expression(conjunct), ..refusal.clone() };
    test_loss(refusal).suggest("map the column in a mapping file, or refuse such rules with `--unmapped error`")
}

/// The loss of what was refused and is left out where the rule then only matches more.
pub(super) fn test_loss(refusal: Refusal) -> Loss {
    let mut loss = Loss::new(LossClass::NotExpressible, refusal.reason, refusal.span, refusal.construct)
        .says(format!("{}; the test is left out", refusal.message));
    loss.rule_class = LossClass::Over;
    loss.suggestion = refusal.suggestion;
    loss
}

/// Whether a loss would take matches from the rule, and nothing excuses it.
fn narrows(loss: &Loss) -> bool {
    matches!(loss.rule_class, LossClass::Under | LossClass::Changed) && loss.assumption.is_none()
}

fn refusal_of(loss: &Loss) -> Refusal {
    let refusal = Refusal::new(loss.span, Reason::ValueForm, &*loss.construct, loss.message.clone());
    match &loss.suggestion {
        Some(suggestion) => refusal.suggest(suggestion.clone()),
        None => refusal,
    }
}

/// Whether the target has the rows, but not the column or its form.
fn is_of_column(refusal: &Refusal) -> bool {
    matches!(
        refusal.reason,
        Reason::FieldUnmapped | Reason::ComputedField | Reason::FieldComparison | Reason::ValueForm
    )
}

fn is_of_kind(conjunct: &Expr) -> bool {
    let mut used = BTreeSet::new();
    names(conjunct, &mut used);
    used.iter().any(|name| KINDS.contains(&name.as_str()))
}

/// Whether the condition looks for something, rather than exclude something or ask for one kind of event.
pub(super) fn asks_for_something(condition: &Condition) -> bool {
    selects(condition, &|found| KINDS.contains(&found.origin.column.as_str()))
}

/// The same, where somebody else knows which tests are about the kind of the event.
pub(super) fn selects(condition: &Condition, is_of_kind: &dyn Fn(&Match) -> bool) -> bool {
    match condition {
        Condition::Constant(_) | Condition::Not(_) => false,
        Condition::All(parts) => parts.iter().any(|part| selects(part, is_of_kind)),
        Condition::Any(parts) => parts.iter().all(|part| selects(part, is_of_kind)),
        Condition::Match(found) => !matches!(found.test, FieldTest::Empty | FieldTest::Missing) && !is_of_kind(found),
    }
}
