//! `kqlift convert --verify`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Attempt, Status};
use crate::cli::Failure;
use crate::cli::arguments::ConvertArguments;
use crate::cli::world::World;
use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::{Conversion, Loss, Outcome, Target};
use crate::ir::Detection;
use crate::report;
use crate::span::Place;
use crate::verify::{Direction, Disagreement, Effort, Verification, verify};

/// Most disagreements of one rule that are drawn.
const DRAWN: usize = 3;

/// The name of the finding.
const SILENT: &str = "silent-loss";

/// Refuses a run in which there is nothing to verify.
pub(super) fn assert_possible<'t>(
    arguments: &ConvertArguments,
    targets: impl Iterator<Item = &'t Target>,
) -> Result<(), Failure> {
    let mut targets = targets.peekable();
    if !arguments.verify || targets.peek().is_none() || targets.any(|target| *target != Target::Spl) {
        return Ok(());
    }
    let message =
        "--verify reads converted rules again, and kqlift reads no Splunk searches: give another target as well";
    Err(Failure(message.to_owned()))
}

/// Both rules on events, if that was asked for and there is a converted rule.
pub(super) fn of(
    source: &Detection,
    conversion: &Conversion,
    world: World<'_>,
    arguments: &ConvertArguments,
) -> Option<Verification> {
    let is_wanted = arguments.verify && matches!(conversion.outcome, Outcome::Converted(_));
    is_wanted.then(|| verify(source, conversion, world.hub, world.schema, Effort::default()))
}

/// Whether there is a disagreement that nothing explains.
pub(super) fn has_failed(verification: &Verification) -> bool {
    !silent(verification).is_empty()
}

fn silent(verification: &Verification) -> &[Disagreement] {
    match verification {
        Verification::Run(found) => &found.silent,
        Verification::NotRun(_) => &[],
    }
}

/// The disagreements that nothing explains.
pub(super) fn findings(verification: &Verification) -> Vec<Diagnostic> {
    let silent = silent(verification);
    // One event for each test and direction shows as much as many.
    let mut shown: Vec<&Disagreement> = Vec::new();
    for one in silent {
        if shown.len() < DRAWN && !shown.iter().any(|other| (other.span, other.direction) == (one.span, one.direction))
        {
            shown.push(one);
        }
    }
    let more = silent.len() - shown.len();
    let mut findings: Vec<Diagnostic> = shown.into_iter().map(finding).collect();
    if let Some(last) = findings.last_mut().filter(|_| more > 0) {
        last.notes.push(format!("the two disagree on {} more; --report has them all", report::counted(more, "event")));
    }
    findings
}

fn finding(one: &Disagreement) -> Diagnostic {
    let message = match one.direction {
        Direction::Gained => "the converted rule matches an event that the source does not, and no loss says so",
        Direction::Lost => "the converted rule misses an event that the source matches, and no loss says so",
    };
    let shape = |table: &str, event: &Map<String, Value>| format!("{table} {}", Value::Object(event.clone()));
    let target = match &one.target_event {
        Some(event) => shape(&one.target, event),
        None => format!("{} does not have the event", one.target),
    };
    Diagnostic {
        code: SILENT,
        name: one.direction.as_str(),
        severity: Severity::Error,
        message: message.to_owned(),
        place: Place::query(one.span.unwrap_or_default()),
        label: String::new(),
        related: Vec::new(),
        help: None,
        notes: vec![format!("source: {}", shape(&one.source, &one.source_event)), format!("target: {target}")],
        fix: None,
    }
}

/// Takes the examples away that running both rules did not confirm.
pub(super) fn withdraw(verification: &Verification, losses: &mut [Loss]) {
    let Verification::Run(found) = verification else { return };
    for (index, loss) in losses.iter_mut().enumerate() {
        if !found.confirmed.iter().any(|known| known.loss == index) {
            loss.counter_example = None;
        }
    }
}

/// Adds the events that show the example of a loss.
pub(super) fn add_events(verification: &Verification, loss: usize, json: &mut Value) {
    let Verification::Run(found) = verification else { return };
    let known = found.confirmed.iter().find(|known| known.loss == loss);
    if let (Some(known), Some(example)) = (known, json["counter_example"].as_object_mut()) {
        example.insert("source_event".to_owned(), known.source_event.clone().into());
        example.insert("target_event".to_owned(), known.target_event.clone().into());
    }
}

/// The part of a report line.
pub(super) fn json(verification: &Verification) -> Value {
    match verification {
        Verification::Run(found) => json!({
            "status": if found.silent.is_empty() { "verified" } else { SILENT },
            "events": found.events,
            "matched": found.matched,
            "explained": found.explained,
            "silent": found.silent.iter().map(disagreement).collect::<Vec<_>>(),
        }),
        Verification::NotRun(reason) => json!({ "status": "not-run", "reason": reason }),
    }
}

fn disagreement(one: &Disagreement) -> Value {
    json!({
        "direction": one.direction.as_str(),
        "span": one.span.map(|span| [span.start, span.end]),
        "source": one.source,
        "source_event": one.source_event,
        "target": one.target,
        "target_event": one.target_event,
    })
}

/// `verified 12 rules on 3456 events: 0 silent losses`, and why others were not.
pub(super) fn summary(attempts: &[Attempt]) -> String {
    let converted = attempts.iter().filter(|attempt| attempt.status == Status::Converted);
    let all: Vec<&Verification> = converted.filter_map(|attempt| attempt.verification.as_ref()).collect();
    if all.is_empty() {
        return String::new();
    }
    let (mut rules, mut events, mut failed) = (0, 0, 0);
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for verification in all {
        match verification {
            Verification::Run(found) => {
                rules += 1;
                events += found.events;
                failed += usize::from(!found.silent.is_empty());
            }
            Verification::NotRun(reason) => *reasons.entry(reason).or_default() += 1,
        }
    }
    let mut text = format!(
        "verified {} on {}: {}\n",
        report::counted(rules, "rule"),
        report::counted(events, "event"),
        match failed {
            0 => "0 silent losses".to_owned(),
            failed => format!("silent losses in {}", report::counted(failed, "rule")),
        }
    );
    if !reasons.is_empty() {
        let _ = writeln!(text, "not verified: {}", super::summary::ranked(reasons));
    }
    text
}
