//! Two versions of a rule for people.

use std::fmt::Write as _;

use super::Compared;
use crate::compare::{Comparison, Piece, Relation, Version, Witness, WitnessEvent, Witnesses};
use crate::report::counted;

/// For the terminal.
pub(super) fn text(results: &[Compared]) -> String {
    results.iter().map(|result| format!("{}\n{}", result.title, body(result))).collect::<Vec<_>>().join("\n")
}

/// The same under a heading each; pieces of queries and events are code.
pub(super) fn markdown(results: &[Compared]) -> String {
    let page = |result: &Compared| {
        let (relation, rest) = body(result).split_once('\n').map_or_else(
            || (String::new(), String::new()),
            |(relation, rest)| (relation.to_owned(), rest.trim().to_owned()),
        );
        let fence = fence(&rest);
        let rest = if rest.is_empty() { rest } else { format!("\n{fence}diff\n{rest}\n{fence}\n") };
        let (word, words) = relation.split_once(": ").unwrap_or((&relation, ""));
        format!("## {}\n\n**{word}**: {words}\n{rest}", one_line(&result.title))
    };
    results.iter().map(page).collect::<Vec<_>>().join("\n")
}

/// Backquotes that the text does not end.
fn fence(text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    fence
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a relation means for an analyst. `Different` may be a proof too: by events in both directions.
fn sentence(comparison: &Comparison, witnesses: &Witnesses) -> &'static str {
    match comparison.relation {
        Relation::Same => "the same rows for every input",
        Relation::Wider => "every row of before, and maybe more",
        Relation::Narrower => "no row that was not there before, and maybe fewer",
        Relation::Different if witnesses.found.len() > 1 => "rows come and go",
        Relation::Different => "rows may come and go, or nothing could be shown",
    }
}

fn body(result: &Compared) -> String {
    let Compared { comparison, witnesses, .. } = result;
    let mut text = format!("{}: {}\n", comparison.relation.as_str(), sentence(comparison, witnesses));
    for difference in &comparison.differences {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "\n{}", difference.relation.as_str());
        if !difference.why.is_empty() {
            let _ = write!(text, ": {}", difference.why);
        }
        text.push('\n');
        pieces(&mut text, '-', &difference.first);
        pieces(&mut text, '+', &difference.second);
    }
    self::witnesses(&mut text, witnesses);
    columns(&mut text, comparison);
    settings(&mut text, comparison);
    text
}

fn pieces(text: &mut String, sign: char, pieces: &[Piece]) {
    for piece in pieces {
        let _ = writeln!(text, "{sign} stage {}: {}", piece.stage, shortened(&piece.text));
    }
}

/// Longest piece of a query; the JSON has all of it.
const LONGEST: usize = 240;

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST { text.to_owned() } else { text.chars().take(LONGEST).chain(['…']).collect() }
}

fn witnesses(text: &mut String, witnesses: &Witnesses) {
    for witness in &witnesses.found {
        let _ = writeln!(text, "\n{}", witness_words(witness));
        let mut rest = witness.events.as_slice();
        while let Some(first) = rest.first() {
            let same = rest.iter().take_while(|event| *event == first).count();
            event(text, first, same);
            rest = &rest[same..];
        }
        if let Some(now) = &witness.now {
            let _ = writeln!(text, "  when `now()` is {now}");
        }
    }
    if let Some(missing) = &witnesses.missing {
        let _ = writeln!(text, "\nno event shows it: {missing}");
    }
}

fn event(text: &mut String, event: &WitnessEvent, times: usize) {
    let times = if times > 1 { format!("{times} times ") } else { String::new() };
    let source = if event.source.is_empty() { "event" } else { &event.source };
    let columns = serde_json::Value::Object(event.event.clone());
    let _ = writeln!(text, "  {times}{source} {columns}");
}

/// `only the second returns a row for`
fn witness_words(witness: &Witness) -> String {
    let Witness { returned_by, first_rows, second_rows, .. } = witness;
    let events = if witness.events.len() == 1 { "this event" } else { "these events" };
    match (returned_by, first_rows, second_rows) {
        (Version::First, rows, 0) | (Version::Second, 0, rows) => {
            format!("only the {} returns {} for {events}", returned_by.as_str(), counted(*rows, "row"))
        }
        (_, first, second) => {
            format!("for {events} the first returns {}, the second {second}", counted(*first, "row"))
        }
    }
}

fn columns(text: &mut String, comparison: &Comparison) {
    let columns = &comparison.columns;
    if columns.is_empty() {
        return;
    }
    text.push_str("\ncolumns\n");
    for (sign, names) in [('-', &columns.removed), ('+', &columns.added), ('~', &columns.changed)] {
        if !names.is_empty() {
            let _ = writeln!(text, "{sign} {}", first_of(names));
        }
    }
}

/// Most columns of a kind that are named; the JSON has all.
const MOST_COLUMNS: usize = 12;

fn first_of(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_COLUMNS);
    let shown = names.iter().take(MOST_COLUMNS).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

fn settings(text: &mut String, comparison: &Comparison) {
    if !comparison.settings.is_empty() {
        text.push_str("\nsettings\n");
    }
    for change in &comparison.settings {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let relation = change.relation.map_or(String::new(), |relation| format!("  ({})", relation.as_str()));
        let _ = writeln!(text, "  {}: {} → {}{relation}", change.name, value(&change.first), value(&change.second));
    }
}
