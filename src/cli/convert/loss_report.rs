//! `--report`: one JSON line for each rule and target.

use super::attempt::{Attempt, Status};
use super::verification;
use crate::cli::arguments::ConvertArguments;
use crate::cli::{Failure, output};
use crate::emit::{Assumption, Loss, Refusal, Target};
use crate::report::{FileReport, Finding};

/// One JSON line for each rule and target.
pub(super) fn write(attempts: &[Attempt], arguments: &ConvertArguments) -> Result<(), Failure> {
    let Some(path) = &arguments.report else { return Ok(()) };
    let lines: String = attempts.iter().map(|attempt| report_line(attempt, arguments)).collect();
    output::print_or_write(&lines, Some(path))
}

fn report_line(attempt: &Attempt, arguments: &ConvertArguments) -> String {
    let is_written = !arguments.dry_run;
    let output = attempt.output.as_ref().filter(|_| is_written).zip(arguments.output.as_ref());
    let mut line = serde_json::json!({
        "path": attempt.path,
        "target": attempt.target.map(Target::as_str),
        "status": attempt.status.as_str(),
        "class": attempt.class.as_str(),
        "on_own_tables": attempt.is_on_own_tables(),
        "output": output.map(|(output, folder)| folder.join(&output.name).display().to_string()),
        "losses": losses_json(attempt),
        "refusals": attempt.refusals.iter().map(|refusal| refusal_json(refusal, &attempt.placed)).collect::<Vec<_>>(),
        "errors": error_json(attempt),
    });
    if let (Some(part), Some(line)) = (attempt.part, line.as_object_mut()) {
        line.insert("rule".to_owned(), part.number.into());
        line.insert("line".to_owned(), part.line.into());
    }
    if let (Some(found), Some(line)) = (&attempt.evidence.verification, line.as_object_mut()) {
        line.insert("verification".to_owned(), verification::json(found));
    }
    format!("{line}\n")
}

/// The finding of a loss or refusal.
pub(super) fn finding<'r>(placed: &'r FileReport, code: &str, message: &str) -> Option<&'r Finding> {
    placed.findings.iter().find(|finding| finding.code == code && finding.message == message)
}

fn place_json(placed: &FileReport, code: &str, message: &str) -> serde_json::Value {
    match finding(placed, code, message) {
        Some(finding) => serde_json::json!({ "start": finding.start, "end": finding.end }),
        None => serde_json::Value::Null,
    }
}

/// The losses, with the events that show their examples.
fn losses_json(attempt: &Attempt) -> Vec<serde_json::Value> {
    let json = |(index, loss): (usize, &Loss)| {
        let mut json = loss_json(loss, &attempt.placed);
        attempt.evidence.add_events(index, &mut json);
        json
    };
    attempt.losses.iter().enumerate().map(json).collect()
}

fn loss_json(loss: &Loss, placed: &FileReport) -> serde_json::Value {
    serde_json::json!({
        "reason": loss.reason.as_str(),
        "class": loss.class.as_str(),
        "rule_class": loss.rule_class.as_str(),
        "is_negated": loss.is_negated,
        "assumption": loss.assumption.map(Assumption::as_str),
        "range": place_json(placed, loss.reason.as_str(), &loss.message),
        "span": [loss.span.start, loss.span.end],
        "construct": loss.construct,
        "emitted": loss.emitted,
        "message": loss.message,
        "suggestion": loss.suggestion,
        "counter_example": loss.counter_example.as_ref().map(|example| serde_json::json!({
            "field": example.field,
            "value": example.value,
            "source_matches": example.matches_source,
            "target_matches": example.matches_target,
        })),
    })
}

fn refusal_json(refusal: &Refusal, placed: &FileReport) -> serde_json::Value {
    serde_json::json!({
        "reason": refusal.reason.as_str(),
        "range": place_json(placed, refusal.reason.as_str(), &refusal.message),
        "span": [refusal.span.start, refusal.span.end],
        "construct": refusal.construct,
        "message": refusal.message,
        "suggestion": refusal.suggestion,
    })
}

fn error_json(attempt: &Attempt) -> Vec<serde_json::Value> {
    if attempt.status != Status::Error {
        return Vec::new();
    }
    let error = |finding: &Finding| serde_json::json!({ "code": finding.code, "message": finding.message, "start": finding.start });
    attempt.placed.findings.iter().map(error).collect()
}
