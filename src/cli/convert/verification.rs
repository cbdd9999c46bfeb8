//! `kqlift convert --verify`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::attempt::{Attempt, Status};
use super::summary;
use crate::cli::Failure;
use crate::cli::arguments::ConvertArguments;
use crate::cli::world::World;
use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::{Conversion, Loss, Outcome, Target};
use crate::ir::Detection;
use crate::report;
use crate::span::Place;
use crate::verify::{Confirmation, Direction, Disagreement, Effort, Sighting, Verification, confirm, verify};

/// Most disagreements of one rule that are drawn.
const DRAWN: usize = 3;

/// Most events that are shown beside the first of a set.
const BESIDE: usize = 2;

/// Most details of one reason that are listed.
const DETAILS: usize = 4;

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

/// What rules are run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Silent losses.
    Verify,
    /// Only the examples of losses, which somebody will see.
    Examples,
    /// Nothing: what is told of so many conversions has no examples.
    Figures,
}

impl Purpose {
    /// What was asked for, and what is shown of so many files.
    pub(super) fn of(arguments: &ConvertArguments, files: usize) -> Self {
        if arguments.verify {
            Self::Verify
        } else if arguments.report.is_some() || files < summary::MANY {
            Self::Examples
        } else {
            Self::Figures
        }
    }
}

/// What running both rules says of a conversion.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// What it came to, if that was asked for and there is a converted rule.
    pub(super) verification: Option<Verification>,
    /// Events that show what losses with an example say.
    confirmed: Vec<Confirmation>,
}

impl Evidence {
    /// Runs both rules, if they are to be run for something.
    pub(super) fn of(source: &Detection, conversion: &Conversion, world: World<'_>, purpose: Purpose) -> Self {
        if !matches!(conversion.outcome, Outcome::Converted(_)) {
            return Self::default();
        }
        let has_examples = conversion.losses.iter().any(|loss| loss.counter_example.is_some());
        match purpose {
            Purpose::Verify => {}
            Purpose::Examples if has_examples => {
                let confirmed = confirm(source, conversion, world.hub, world.schema);
                return Self { verification: None, confirmed };
            }
            Purpose::Examples | Purpose::Figures => return Self::default(),
        }
        let verification = verify(source, conversion, world.hub, world.schema, Effort::default());
        let confirmed = match &verification {
            Verification::Run(found) => found.confirmed.clone(),
            Verification::NotRun(_) => Vec::new(),
        };
        Self { verification: Some(verification), confirmed }
    }

    fn silent(&self) -> &[Disagreement] {
        match &self.verification {
            Some(Verification::Run(found)) => &found.silent,
            Some(Verification::NotRun(_)) | None => &[],
        }
    }

    /// Whether there is a disagreement that nothing explains.
    pub(super) fn has_failed(&self) -> bool {
        !self.silent().is_empty()
    }

    /// The disagreements that nothing explains.
    pub(super) fn findings(&self) -> Vec<Diagnostic> {
        let silent = self.silent();
        // One event for each test and direction shows as much as many.
        let mut shown: Vec<&Disagreement> = Vec::new();
        for one in silent {
            let is_like = |other: &&Disagreement| (other.span, other.direction) == (one.span, one.direction);
            if shown.len() < DRAWN && !shown.iter().any(is_like) {
                shown.push(one);
            }
        }
        let more = silent.len() - shown.len();
        let mut findings: Vec<Diagnostic> = shown.into_iter().map(finding).collect();
        if let Some(last) = findings.last_mut().filter(|_| more > 0) {
            let events = report::counted(more, "event");
            last.notes.push(format!("the two disagree on {events} more; --report has them all"));
        }
        findings
    }

    /// Takes the examples away that nothing confirms.
    pub(super) fn withdraw(&self, losses: &mut [Loss]) {
        for (index, loss) in losses.iter_mut().enumerate() {
            if !self.confirmed.iter().any(|known| known.loss == index) {
                loss.counter_example = None;
            }
        }
    }

    /// Adds the events that show the example of a loss.
    pub(super) fn add_events(&self, loss: usize, json: &mut Value) {
        let known = self.confirmed.iter().find(|known| known.loss == loss);
        if let (Some(known), Some(example)) = (known, json["counter_example"].as_object_mut()) {
            example.insert("source_event".to_owned(), known.source_event.clone().into());
            example.insert("target_event".to_owned(), known.target_event.clone().into());
        }
    }
}

fn finding(one: &Disagreement) -> Diagnostic {
    let message = match (one.direction, one.with.is_empty()) {
        (Direction::Gained, true) => {
            "the converted rule matches an event that the source does not, and no loss says so"
        }
        (Direction::Lost, true) => "the converted rule misses an event that the source matches, and no loss says so",
        (Direction::Gained, false) => "the converted rule finds more in these events together, and no loss says so",
        (Direction::Lost, false) => "the converted rule finds less in these events together, and no loss says so",
    };
    let mut notes = shapes("", &one.source, &one.source_event, &one.target, one.target_event.as_ref()).to_vec();
    for Sighting { source, source_event, target, target_event } in one.with.iter().take(BESIDE) {
        notes.extend(shapes("beside it, ", source, source_event, target, target_event.as_ref()));
    }
    if one.with.len() > BESIDE {
        notes.push(format!("and {} more", report::counted(one.with.len() - BESIDE, "event")));
    }
    Diagnostic {
        code: SILENT,
        name: one.direction.as_str(),
        severity: Severity::Error,
        message: message.to_owned(),
        place: Place::query(one.span.unwrap_or_default()),
        label: String::new(),
        related: Vec::new(),
        help: None,
        notes,
        fix: None,
    }
}

/// An event as both sides see it.
fn shapes(
    beside: &str,
    source: &str,
    source_event: &Map<String, Value>,
    target: &str,
    target_event: Option<&Map<String, Value>>,
) -> [String; 2] {
    let shape = |table: &str, event: &Map<String, Value>| format!("{table} {}", Value::Object(event.clone()));
    let target = match target_event {
        Some(event) => shape(target, event),
        None => format!("{target} does not have the event"),
    };
    [format!("{beside}source: {}", shape(source, source_event)), format!("{beside}target: {target}")]
}

/// The part of a report line.
pub(super) fn json(verification: &Verification) -> Value {
    match verification {
        Verification::Run(found) => json!({
            "status": if found.silent.is_empty() { "verified" } else { SILENT },
            "events": found.events,
            "sets": found.sets,
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
        "with": one.with.iter().map(sighting).collect::<Vec<_>>(),
    })
}

fn sighting(one: &Sighting) -> Value {
    json!({
        "source": one.source,
        "source_event": one.source_event,
        "target": one.target,
        "target_event": one.target_event,
    })
}

/// `verified 12 rules on 3456 events: 0 silent losses`, and why others were not.
pub(super) fn summary(attempts: &[Attempt]) -> String {
    let converted = attempts.iter().filter(|attempt| attempt.status == Status::Converted);
    let all: Vec<&Verification> = converted.filter_map(|attempt| attempt.evidence.verification.as_ref()).collect();
    if all.is_empty() {
        return String::new();
    }
    let (mut rules, mut events, mut failed) = (0, 0, 0);
    let mut reasons: Vec<&str> = Vec::new();
    for verification in all {
        match verification {
            Verification::Run(found) => {
                rules += 1;
                events += found.events;
                failed += usize::from(!found.silent.is_empty());
            }
            Verification::NotRun(reason) => reasons.push(reason),
        }
    }
    let failed = match failed {
        0 => "0 silent losses".to_owned(),
        failed => format!("silent losses in {}", report::counted(failed, "rule")),
    };
    let (rules, events) = (report::counted(rules, "rule"), report::counted(events, "event"));
    format!("verified {rules} on {events}: {failed}\n{}", not_run(&reasons))
}

/// Why rules were not run, most frequent first, each with its most frequent details.
fn not_run(reasons: &[&str]) -> String {
    let mut groups: BTreeMap<&str, (usize, BTreeMap<&str, usize>)> = BTreeMap::new();
    for reason in reasons {
        let (head, detail) = reason.split_once(": ").unwrap_or((*reason, ""));
        let (count, details) = groups.entry(head).or_default();
        *count += 1;
        if !detail.is_empty() {
            *details.entry(detail).or_default() += 1;
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(head, (count, _))| (usize::MAX - count, *head));
    let mut text = String::new();
    if !reasons.is_empty() {
        let _ = writeln!(text, "not verified: {}", report::counted(reasons.len(), "rule"));
    }
    for (head, (count, details)) in groups {
        let mut details: Vec<(&str, usize)> = details.into_iter().collect();
        details.sort_by_key(|(detail, count)| (usize::MAX - count, *detail));
        let more = details.len().saturating_sub(DETAILS);
        let shown = details.iter().take(DETAILS).map(|(detail, count)| format!("{detail} {count}"));
        let more = (more > 0).then(|| format!("{more} others"));
        let shown: Vec<String> = shown.chain(more).collect();
        let colon = if shown.is_empty() { "" } else { ": " };
        let _ = writeln!(text, "  {count:>5}  {head}{colon}{}", shown.join(", "));
    }
    text
}
