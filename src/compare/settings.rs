//! What differs around two queries.

use serde::Serialize;

use super::Relation;
use crate::ir::{Envelope, Trigger, TriggerOperator};
use crate::rule::{AlertSeverity, Seconds};

/// A setting that two rules have with different values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingChange {
    /// Which.
    pub name: &'static str,
    /// Value in the first; `null` if it has none.
    pub first: Option<String>,
    /// Value in the second.
    pub second: Option<String>,
    /// What it does to the alerts; `null` if it does nothing to which rows become one.
    pub relation: Option<Relation>,
}

pub(super) fn changes(first: &Envelope, second: &Envelope) -> Vec<SettingChange> {
    let list = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
    let severity = |envelope: &Envelope| envelope.severity.map(AlertSeverity::as_str).map(str::to_owned);
    let seconds = |value: Option<Seconds>| value.map(Seconds::short);
    let mut changes = Vec::new();
    let mut add = |name, first: Option<String>, second: Option<String>, relation| {
        if first != second {
            changes.push(SettingChange { name, first, second, relation });
        }
    };
    add("title", first.title.clone(), second.title.clone(), None);
    add("severity", severity(first), severity(second), None);
    add("frequency", seconds(first.frequency), seconds(second.frequency), None);
    add("period", seconds(first.period), seconds(second.period), Some(period(first.period, second.period)));
    add("trigger", first.trigger.map(words), second.trigger.map(words), Some(trigger(first.trigger, second.trigger)));
    add("tactics", list(&first.tactics), list(&second.tactics), None);
    add("techniques", list(&first.techniques), list(&second.techniques), None);
    add("entities", list(&entities(first)), list(&entities(second)), None);
    changes
}

fn entities(envelope: &Envelope) -> Vec<String> {
    let entity = |entity: &crate::ir::Entity| {
        let fields: Vec<String> = entity.fields.iter().map(|(name, column)| format!("{name}={column}")).collect();
        format!("{}({})", entity.entity_type, fields.join(" "))
    };
    envelope.entities.iter().map(entity).collect()
}

/// Each run sees more events with a longer period. Whether the query narrows the time by itself is not looked at.
fn period(first: Option<Seconds>, second: Option<Seconds>) -> Relation {
    match (first, second) {
        (Some(first), Some(second)) if first < second => Relation::Wider,
        (Some(first), Some(second)) if first > second => Relation::Narrower,
        (Some(_), Some(_)) | (None, None) => Relation::Same,
        (Some(_), None) | (None, Some(_)) => Relation::Different,
    }
}

fn trigger(first: Option<Trigger>, second: Option<Trigger>) -> Relation {
    let (Some(first), Some(second)) = (first, second) else {
        return if first == second { Relation::Same } else { Relation::Different };
    };
    let order = first.threshold.cmp(&second.threshold);
    match (first.operator, second.operator) {
        (TriggerOperator::GreaterThan, TriggerOperator::GreaterThan) => of_order(order),
        (TriggerOperator::LessThan, TriggerOperator::LessThan) => of_order(order.reverse()),
        _ if first == second => Relation::Same,
        _ => Relation::Different,
    }
}

/// A higher bar lets less through.
fn of_order(order: std::cmp::Ordering) -> Relation {
    match order {
        std::cmp::Ordering::Less => Relation::Narrower,
        std::cmp::Ordering::Equal => Relation::Same,
        std::cmp::Ordering::Greater => Relation::Wider,
    }
}

fn words(trigger: Trigger) -> String {
    let sign = match trigger.operator {
        TriggerOperator::GreaterThan => ">",
        TriggerOperator::LessThan => "<",
        TriggerOperator::Equal => "==",
        TriggerOperator::NotEqual => "!=",
    };
    format!("{sign} {}", trigger.threshold)
}
