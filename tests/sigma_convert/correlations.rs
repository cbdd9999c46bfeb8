//! Correlations on events: the same groups in Sigma's shape and, converted, in that of a table.

use kqlift::emit::{Options, Outcome, Target, convert};
use kqlift::eval::{Events, Row, evaluate};
use kqlift::mapping::Hub;
use serde_json::{Map, Value, json};

use super::cases::meaning_of;
use super::meaning;

/// A logon: minute, event, account, address.
const LOGONS: [(u32, i64, &str, &str); 9] = [
    (0, 4625, "anna", "10.0.0.1"),
    (1, 4625, "anna", "10.0.0.1"),
    (2, 4625, "bert", "10.0.0.1"),
    (3, 4625, "carl", "10.0.0.1"),
    (4, 4624, "anna", "10.0.0.1"),
    (5, 4624, "dora", "10.0.0.2"),
    (6, 4625, "dora", "10.0.0.2"),
    (40, 4625, "anna", "10.0.0.1"),
    (41, 4624, "carl", "10.0.0.3"),
];

fn events() -> Events {
    let row = |(minute, event, account, address): (u32, i64, &str, &str)| {
        let time = format!("2026-01-31T10:{minute:02}:00Z");
        let event: Map<String, Value> = serde_json::from_value(
            json!({ "TimeGenerated": time, "EventID": event, "TargetUserName": account, "IpAddress": address }),
        )
        .expect("an object");
        Row::of_event(&event)
    };
    Events::of_every_table(LOGONS.map(row))
}

const RULES: &str = "title: a
name: failed
logsource: {product: windows, service: security}
detection:
    s: {EventID: 4625}
    condition: s
---
title: b
name: successful
logsource: {product: windows, service: security}
detection:
    s: {EventID: 4624}
    condition: s
---
title: c
correlation:
";

/// How many groups the correlation finds, in either shape.
fn groups(correlation: &str) -> usize {
    let indented: String = correlation.lines().flat_map(|line| ["    ", line.trim_start(), "\n"]).collect();
    let detection = meaning_of(&format!("{RULES}{indented}")).expect("it has a meaning");
    let events = events();
    let found = evaluate(&detection, &events, None).expect("it is evaluated").len();
    let Outcome::Converted(query) =
        convert(&detection, Target::Sentinel, &Hub::built_in(), &Options::default()).outcome
    else {
        panic!("{correlation} converts");
    };
    let meant = meaning(&query).unwrap_or_else(|fault| panic!("{fault}\n{query}"));
    let there = evaluate(&meant, &events, None).unwrap_or_else(|error| panic!("{}\n{query}", error.message)).len();
    assert_eq!(found, there, "{query}");
    found
}

#[test]
fn events_are_counted() {
    let counted = |limit: &str| {
        groups(&format!(
            "type: event_count
            rules: failed
            group-by: [IpAddress]
            timespan: 10m
            condition: {{{limit}}}"
        ))
    };
    assert_eq!(counted("gte: 4"), 1);
    assert_eq!(counted("gte: 1"), 3);
    assert_eq!(counted("eq: 1"), 2);
    assert_eq!(counted("neq: 1"), 1);
    assert_eq!(counted("gt: 1, lt: 4"), 0);
}

#[test]
fn distinct_values_are_counted() {
    let correlation = "type: value_count
        rules: [failed, successful]
        group-by: [IpAddress]
        timespan: 1h
        condition: {field: TargetUserName, gte: 3}";
    assert_eq!(groups(correlation), 1);
}

#[test]
fn rules_that_match_together() {
    let together = |kind: &str, field: &str| {
        groups(&format!(
            "type: {kind}
            rules: [failed, successful]
            group-by: [{field}]
            timespan: 10m"
        ))
    };
    assert_eq!(together("temporal", "TargetUserName"), 2);
    assert_eq!(together("temporal_ordered", "TargetUserName"), 1);
    assert_eq!(together("temporal", "IpAddress"), 2);
    let condition = "type: temporal
        rules: [failed, successful]
        group-by: [TargetUserName]
        timespan: 10m
        condition: failed and not successful";
    assert_eq!(groups(condition), 3);
}

#[test]
fn numbers_are_summed_up() {
    let correlation = |kind: &str| {
        format!(
            "type: {kind}
            rules: [failed]
            group-by: [IpAddress]
            timespan: 1h
            condition: {{field: EventID, gt: 4625}}"
        )
    };
    assert_eq!(groups(&correlation("value_sum")), 1);
    assert_eq!(groups(&correlation("value_avg")), 0);
}
