//! Which losses are accepted, and that what is written can be read.

use std::fmt::Write as _;

use kqlift::emit::{LossClass, Mode, Options, Outcome, Target, Unmapped, convert};
use kqlift::ir::TestOp;
use kqlift::ir::{Detection, Trigger, TriggerOperator};

use crate::build::{filter, is, not, or, process, rule, table};
use crate::show::{all, brief, hub, options, snapshot};

fn sigma(rule: &Detection, options: &Options) -> Result<String, String> {
    match convert(rule, Target::Sigma, hub(), options).outcome {
        Outcome::Converted(text) => Ok(text),
        Outcome::Refused(refusals) => Err(refusals.iter().map(|refusal| refusal.reason.as_str()).collect()),
    }
}

fn with_unmapped() -> Vec<(&'static str, Detection)> {
    let mapped = || is("FileName", TestOp::EqualCi, &["a.exe"]);
    let unmapped = || is("AccountSid", TestOp::EqualCi, &["S-1-5-18"]);
    vec![
        ("conjunct", process(vec![mapped(), unmapped()])),
        ("negated conjunct", process(vec![mapped(), not(unmapped())])),
        ("alternative", process(vec![or(vec![mapped(), unmapped()])])),
        (
            "negated alternative",
            process(vec![is("FileName", TestOp::EqualCi, &["b.exe"]), not(or(vec![mapped(), unmapped()]))]),
        ),
        ("only condition", process(vec![unmapped()])),
    ]
}

#[test]
fn columns_without_counterpart() {
    let mut shown = String::new();
    for (what, rule) in with_unmapped() {
        for unmapped in [Unmapped::Error, Unmapped::Keep, Unmapped::Drop] {
            let _ = writeln!(shown, "##### {what}, {unmapped:?}");
            shown.push_str(&brief(&rule, &Options { unmapped, ..options() }));
        }
    }
    snapshot("columns_without_counterpart", &shown);
}

#[test]
fn losing_matches_needs_a_name() {
    let rule = process(vec![or(vec![
        is("FileName", TestOp::EqualCi, &["a.exe"]),
        is("AccountSid", TestOp::EqualCi, &["S-1-5-18"]),
    ])]);
    let drop = Options { unmapped: Unmapped::Drop, ..options() };
    assert_eq!(sigma(&rule, &drop), Err("loss-not-allowed".to_owned()));
    assert!(sigma(&rule, &Options { allow: vec![LossClass::Under], ..drop }).is_ok());
}

/// What no schema of ASIM takes stays on its table, unless leaving tests out or exactness was asked for.
#[test]
fn rules_on_their_own_tables() {
    let of = |name: &str, column: &str| rule(table(name), vec![filter(is(column, TestOp::EqualCi, &["a.dll"]))]);
    let kept = of("DeviceImageLoadEvents", "FileName");
    let asim = |rule: &Detection, options: &Options| convert(rule, Target::Asim, hub(), options);
    for unmapped in [Unmapped::Widen, Unmapped::Keep, Unmapped::Error] {
        let conversion = asim(&kept, &Options { unmapped, ..options() });
        assert!(conversion.is_on_own_tables(), "{unmapped:?}: {conversion:?}");
        assert_eq!(conversion.class, LossClass::Assumption);
        let loss = conversion.losses.iter().find(|loss| loss.is_of_own_table()).expect("it says so");
        assert!(loss.suggestion.as_ref().is_some_and(|cause| cause.contains("image_load")), "the cause: {loss:?}");
    }
    assert!(asim(&kept, &Options { strict: true, ..options() }).is_on_own_tables(), "the rule is the same");
    assert!(!asim(&kept, &Options { unmapped: Unmapped::Drop, ..options() }).is_on_own_tables());
    let absent = of("GraphAPIAuditEvents", "ClientRequestId");
    assert!(!asim(&absent, &options()).is_on_own_tables(), "a workspace does not have the table");
}

#[test]
fn strict_conversions_are_exact_or_refused() {
    let rule = process(vec![is("FileName", TestOp::Has, &["a.exe"])]);
    let strict = Options { strict: true, ..options() };
    assert!(sigma(&rule, &strict).is_ok_and(|text| text.contains("|re|i")), "strict chooses the exact form");
    let idiomatic = Options { mode: Some(Mode::Idiomatic), ..strict };
    assert_eq!(sigma(&rule, &idiomatic), Err("loss-not-allowed".to_owned()));
}

#[test]
fn thresholds() {
    let mut rule = process(vec![is("FileName", TestOp::EqualCi, &["a.exe"])]);
    rule.envelope.trigger = Some(Trigger { operator: TriggerOperator::GreaterThan, threshold: 0 });
    assert!(sigma(&rule, &options()).is_ok());
    rule.envelope.trigger = Some(Trigger { operator: TriggerOperator::GreaterThan, threshold: 5 });
    let conversion = convert(&rule, Target::Sigma, hub(), &options());
    assert_eq!(conversion.class, LossClass::Over);
    rule.envelope.trigger = Some(Trigger { operator: TriggerOperator::Equal, threshold: 0 });
    assert_eq!(sigma(&rule, &options()), Err("trigger".to_owned()));
}

#[test]
fn envelopes_with_traps() {
    let mut rule = process(vec![is("FileName", TestOp::EqualCi, &["a.exe"])]);
    rule.envelope.title = Some("Detects C2: beacon #1 'quoted' via office.".to_owned());
    rule.envelope.description =
        Some("First line: with colon\n  - indented\n\nsee https://example.org/a (link).".to_owned());
    rule.envelope.references = vec![];
    rule.envelope.author = None;
    rule.envelope.id = None;
    rule.envelope.severity = None;
    rule.envelope.tactics = vec!["PreAttack".to_owned(), "CommandAndControl".to_owned()];
    snapshot("envelopes_with_traps", &all(&rule, &options()));
}

#[test]
fn what_is_written_can_be_read_and_is_the_same_every_time() {
    for (_, rule) in with_unmapped() {
        let keep = Options { unmapped: Unmapped::Keep, ..options() };
        let text = sigma(&rule, &keep).unwrap_or_default();
        assert_eq!(sigma(&rule, &keep).as_ref(), Ok(&text));
        let read: serde_yaml::Value = serde_yaml::from_str(&text).expect("Sigma output is YAML");
        for key in ["title", "id", "logsource", "detection", "level"] {
            assert!(!read[key].is_null(), "{key} in {text}");
        }
    }
}
