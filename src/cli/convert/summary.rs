//! What the terminal is told: each loss drawn for a few rules, figures for many.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::attempt::{Attempt, Status};
use super::{table, verification};
use crate::cli::output;
use crate::emit::{LossClass, Target};
use crate::report::{self, FileReport};

/// From this number of results on, the terminal gets figures rather than drawings.
pub(super) const MANY: usize = 4;

/// The report of each file that could not be read, once.
pub(super) fn unreadable(attempts: &[Attempt]) -> Vec<FileReport> {
    let mut reports: Vec<FileReport> = attempts
        .iter()
        .filter(|attempt| attempt.status == Status::Error)
        .map(|attempt| attempt.placed.clone())
        .collect();
    reports.dedup();
    reports
}

/// What the terminal is told: each loss drawn for a few rules, figures for many.
pub(super) fn of(attempts: &[Attempt], verbose: bool) -> String {
    let mut text = String::new();
    if attempts.len() < MANY {
        for attempt in attempts.iter().filter(|attempt| attempt.status != Status::Error) {
            text += &drawn(attempt, verbose);
        }
        return text + &verification::summary(attempts);
    }
    let count = |status| attempts.iter().filter(|attempt| attempt.status == status).count();
    let (converted, refused, broken) = (count(Status::Converted), count(Status::Refused), count(Status::Error));
    let _ = writeln!(
        text,
        "{}: {converted} converted, {refused} refused, {broken} unreadable",
        report::counted(attempts.len(), "conversion")
    );
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut own: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for attempt in attempts {
        if attempt.status == Status::Converted {
            *classes.entry(attempt.class.as_str()).or_default() += 1;
        }
        if let Some(target) = attempt.target.filter(|_| attempt.is_on_own_tables()) {
            *own.entry(target.as_str()).or_default() += 1;
        }
        if let Some(first) = attempt.refusals.first() {
            *reasons.entry(first.reason.as_str()).or_default() += 1;
        }
    }
    let _ = writeln!(text, "converted, by worst class: {}", ranked(classes));
    if !own.is_empty() {
        let _ = writeln!(text, "converted, but on their own tables: {}", ranked(own));
    }
    if !reasons.is_empty() {
        let _ = writeln!(text, "refused, by first reason: {}", ranked(reasons));
    }
    text + &verification::summary(attempts)
}

/// `has-to-re 12, join 3`
fn ranked(counts: BTreeMap<&str, usize>) -> String {
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(name, count)| (usize::MAX - count, *name));
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

/// What the target changed, drawn. What changes no match is only counted, unless more is asked for.
fn drawn(attempt: &Attempt, verbose: bool) -> String {
    let target = attempt.target.map_or("", Target::as_str);
    let mut text = format!("{} → {target}: {}", attempt.name(), attempt.status.as_str());
    if attempt.is_on_own_tables() {
        text.push_str(" on its own tables");
    }
    if attempt.status == Status::Converted {
        let _ = write!(text, ", {}", attempt.class.as_str());
    }
    text.push('\n');
    let table = table::of(attempt, verbose);
    if !table.is_empty() {
        text += &table;
        text.push('\n');
    }
    let mut placed = attempt.placed.clone();
    if !verbose {
        placed.findings.retain(|finding| finding.name != LossClass::Informational.as_str());
    }
    let hidden = attempt.placed.findings.len() - placed.findings.len();
    text += &report::draw(std::slice::from_ref(&placed), output::plain());
    if hidden > 0 {
        let _ =
            writeln!(text, "{} that no match depends on; --verbose shows them", report::counted(hidden, "difference"));
    }
    text
}
