//! The differences of one conversion as a table: what differs where, before the places are drawn.

use super::attempt::Attempt;
use crate::emit::{Assumption, Loss, LossClass};

const HEADINGS: [&str; 5] = ["line", "difference", "class", "assumption", "written"];

/// Longest cell, in characters; the drawing below has the whole text.
const MAX_CELL: usize = 60;

/// A line for each difference; nothing for a single one, of which the drawing says all.
pub(super) fn of(attempt: &Attempt, verbose: bool) -> String {
    let counts = |loss: &&Loss| verbose || loss.rule_class != LossClass::Informational;
    let rows: Vec<[String; 5]> = attempt.losses.iter().filter(counts).map(|loss| row(attempt, loss)).collect();
    if rows.len() < 2 {
        return String::new();
    }
    let widths: [usize; 5] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([HEADINGS[column].len()]).max().unwrap_or(0)
    });
    let headings = HEADINGS.map(str::to_owned);
    let lines = std::iter::once(&headings).chain(&rows).map(|row| line(row, &widths));
    lines.collect()
}

fn row(attempt: &Attempt, loss: &Loss) -> [String; 5] {
    [
        attempt.line_of(loss.reason.as_str(), &loss.message).map_or_else(String::new, |line| line.to_string()),
        loss.reason.as_str().to_owned(),
        loss.rule_class.as_str().to_owned(),
        loss.assumption.map_or("", Assumption::as_str).to_owned(),
        cell(&loss.emitted),
    ]
}

/// The text on one line, cut where it is long.
fn cell(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(MAX_CELL) {
        Some(_) => words.chars().take(MAX_CELL - 1).chain(['…']).collect(),
        None => words,
    }
}

fn line(row: &[String; 5], widths: &[usize; 5]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
    format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
}
