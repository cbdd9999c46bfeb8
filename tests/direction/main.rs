//! What fixes do to the rows of a rule, proven by running the rule before and after on made-up events: "same" changes
//! nothing, "wider" loses no row, "narrower" gains none. Also under negations, in exclusions and in front of stages that
//! look at all rows.

#![expect(clippy::print_stdout, reason = "which lint rules are covered is the point of these tests")]

mod events;
#[path = "../lint_harness/mod.rs"]
mod lint_harness;
mod variants;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kqlift::analyze::{UnresolvedKind, analyze};
use kqlift::diagnostic::{Diagnostic, Effect};
use kqlift::eval::{Events, Row, Timestamp, evaluate};
use kqlift::ir::Detection;
use kqlift::lint::{Category, Fixable, Rule, rules};
use kqlift::lower::lower;
use kqlift::parse::parse;
use kqlift::rule::Metadata;
use kqlift::schema::{Columns, Origin, Schema};
use kqlift::source::{Loaded, read};
use lint_harness::{Subject, findings};
use serde_json::Value;

use variants::variants;

/// What was seen of the fixes of one lint rule.
#[derive(Default)]
struct Seen {
    /// Fixes whose rule could be run.
    run: usize,
    /// Of those, the ones that changed the result for some events.
    changed: usize,
    /// What the fixes say.
    effects: BTreeSet<&'static str>,
    /// What stood in the way of the others.
    obstacles: BTreeSet<String>,
}

#[test]
fn fixes_do_what_they_say() {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    // What fixes of Sigma rules change is looked at where their meaning is.
    let edits_queries = |rule: &&Rule| rule.fixable != Fixable::Never && rule.category != Category::Sigma;
    for rule in rules().iter().filter(edits_queries) {
        let of_rule = seen.entry(rule.code).or_default();
        if rule.category == Category::Suppression {
            of_rule.obstacles.insert("it is about comments".to_owned());
        }
        for (path, text) in bad_examples(rule.document) {
            for variant in variants(path, &text) {
                try_variant(rule, path, &variant, of_rule, &mut problems);
            }
        }
    }
    for (code, seen) in &seen {
        let effects: Vec<&str> = seen.effects.iter().copied().collect();
        let obstacle = seen.obstacles.first().filter(|_| seen.run == 0).map_or("", String::as_str);
        println!("{code}  run {:>3}  changed {:>3}  {}  {obstacle}", seen.run, seen.changed, effects.join(" "));
    }
    let covered = seen.values().filter(|seen| seen.run > 0).count();
    println!("{covered} of {} lint rules with a fix are covered", seen.len());
    assert!(problems.is_empty(), "{} of\n{}", problems.len(), problems.join("\n"));
    let silent: Vec<&str> =
        seen.iter().filter(|(_, seen)| seen.run == 0 && seen.obstacles.is_empty()).map(|(code, _)| *code).collect();
    assert!(silent.is_empty(), "neither run nor a reason why not: {silent:?}");
    assert!(covered >= 40, "{covered}");
}

/// The blocks of a page that raise its rule, each with the name of a file for it.
fn bad_examples(page: &str) -> Vec<(&'static Path, String)> {
    let mut examples = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(label) = line.strip_prefix("```") else { continue };
        let text: String = lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
        match label {
            "kql bad" => examples.push((Path::new("example.kql"), text)),
            // When a row arrived is not known to the evaluator.
            "yaml bad" => {
                let lines = text.lines().filter(|line| !line.contains("ingestion_time()"));
                examples.push((Path::new("example.yaml"), lines.flat_map(|line| [line, "\n"]).collect()));
            }
            _ => {}
        }
    }
    // A page about broken files has examples that are no rules.
    examples.retain(|(path, text)| matches!(read(path, text.clone().into_bytes(), None), Loaded::Rules(_)));
    examples
}

fn try_variant(rule: &Rule, path: &Path, text: &str, seen: &mut Seen, problems: &mut Vec<String>) {
    let subject = Subject::new(path, text);
    let Some(original) = subject.file.rules.first() else { return };
    let found = findings(original, |other| other.code == rule.code);
    for finding in found.iter().filter(|finding| finding.fix.is_some()) {
        let Some(fix) = &finding.fix else { continue };
        seen.effects.insert(fix.effect.sign());
        let fixed = Subject::new(path, &subject.with([fix.clone()]));
        let (before, after) = (original.query(), fixed.file.rules[0].query());
        if before == after {
            seen.obstacles.insert("the query stays as it is".to_owned());
            continue;
        }
        match try_fix(finding, fix.effect, before, after) {
            Ok(has_changed) => {
                seen.run += 1;
                seen.changed += usize::from(has_changed);
            }
            Err(Obstacle::NotRun(why)) => {
                seen.obstacles.insert(why);
            }
            Err(Obstacle::Wrong(why)) => {
                problems.push(format!("{} {}: {why}\n{before}→\n{after}", rule.code, fix.effect.sign()));
            }
        }
    }
}

/// Why nothing was proven.
enum Obstacle {
    /// The rule cannot be run.
    NotRun(String),
    /// The fix does something else.
    Wrong(String),
}

/// Runs both queries on several sets of events. Gives whether the results ever differ.
fn try_fix(finding: &Diagnostic, effect: Effect, before: &str, after: &str) -> Result<bool, Obstacle> {
    const ROUNDS: u64 = 6;

    let mut has_changed = false;
    for round in 0..ROUNDS {
        let events = events::make(&[before, after], round);
        let old = run(before, &events).map_err(Obstacle::NotRun)?;
        let new = run(after, &events).map_err(Obstacle::NotRun)?;
        let (lost, gained) = (missing(&old, &new), missing(&new, &old));
        has_changed |= lost.is_some() || gained.is_some();
        let wrong = match effect {
            Effect::Same => lost.or(gained),
            Effect::Wider => lost,
            Effect::Narrower => gained,
            Effect::Unknown => None,
        };
        if let Some(row) = wrong {
            return Err(Obstacle::Wrong(format!("{} at {:?}: {row}", finding.name, finding.place.span)));
        }
    }
    Ok(has_changed)
}

/// The first element that a list has more often than another.
fn missing(from: &[String], other: &[String]) -> Option<String> {
    let mut rest: BTreeMap<&str, isize> = BTreeMap::new();
    for row in other {
        *rest.entry(row).or_default() += 1;
    }
    from.iter()
        .find(|row| {
            let left = rest.entry(row).or_default();
            *left -= 1;
            *left < 0
        })
        .cloned()
}

/// The rows that a query returns, as texts that tell them apart.
fn run(query: &str, events: &Events) -> Result<Vec<String>, String> {
    let parsed = parse(query);
    if !parsed.is_accepted() {
        return Err("the query has a syntax error".to_owned());
    }
    let facts = analyze(&parsed.query, &Schema::builtin());
    if facts.unresolved.iter().any(|name| name.kind == UnresolvedKind::Column) {
        return Err("a column does not exist".to_owned());
    }
    let detection = lower(query, &parsed.query, &facts, &Metadata::default(), kqlift::rule::RuleKind::Snippet);
    let rows = evaluate(&detection, events, Timestamp::parse(events::NOW)).map_err(|error| error.to_string())?;
    Ok(rows.iter().map(|row| identity(row, &detection)).collect())
}

/// What makes a row the same row: the event that it is, or the values that come from tables. Amounts of a group change
/// with its rows, and the group stays the same.
fn identity(row: &Row, detection: &Detection) -> String {
    if let Some(id) = row.id() {
        return format!("event {}", id.to_json());
    }
    let output: &Columns = &detection.pipeline.output;
    let Value::Object(cells) = row.to_json(output) else { return String::new() };
    let is_kept = |name: &str| {
        output.find(name).is_none_or(|column| matches!(column.origin, Origin::Table { .. } | Origin::Several(_)))
    };
    let kept: Vec<String> =
        cells.iter().filter(|(name, _)| is_kept(name)).map(|(name, value)| format!("{name}={value}")).collect();
    kept.join(" ")
}

/// What notes of findings claim: a value, and whether the test hears it.
struct Claim {
    column: String,
    value: String,
    is_heard: bool,
}

/// `missed today: FileName="x"` and the like.
fn claim(note: &str) -> Option<Claim> {
    let (what, rest) = note.split_once(": ")?;
    let first = what.split(',').next()?;
    let is_heard = match first {
        "missed today" | "not found today" | "not heard today" | "not excluded today" | "the same hash" => false,
        "also matched today" | "also excluded today" | "excluded today" => true,
        _ => return None,
    };
    let (column, rest) = rest.split_once("=\"")?;
    let value = rest.split("\",").next()?.trim_end_matches('"');
    // A value that is shortened, or a name in words.
    let is_whole = !value.contains('…') && column.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_whole.then(|| Claim { column: column.to_owned(), value: value.to_owned(), is_heard })
}

/// Every value that a message shows as evidence does what the message says.
#[test]
fn evidence_is_confirmed() {
    let schema = Schema::builtin();
    let (mut confirmed, mut problems): (BTreeMap<&str, usize>, Vec<String>) = (BTreeMap::new(), Vec::new());
    for rule in rules() {
        for (path, text) in bad_examples(rule.document) {
            let subject = Subject::new(path, &text);
            let query = subject.file.rules[0].query();
            let parsed = parse(query);
            let facts = analyze(&parsed.query, &schema);
            for finding in findings(&subject.file.rules[0], |other| other.code == rule.code) {
                let place = finding.place.span;
                let around = facts.predicates.iter().filter(|test| test.span.contains(place));
                let Some(test) = around.min_by_key(|test| test.span.len()) else { continue };
                let table = facts.tables.first().map_or("", |table| table.name.as_str());
                for claim in finding.notes.iter().filter_map(|note| claim(note)) {
                    let mut cells = serde_json::Map::new();
                    cells.insert(claim.column.clone(), Value::String(claim.value.clone()));
                    let mut events = Events::default();
                    events.add_to_table(table, [Row::of_event(&cells)]);
                    let definitions =
                        parsed.query.results().last().map_or("", |result| &query[..result.span.start as usize]);
                    let probe = format!("{definitions}{table}\n| where {}", test.span.slice(query));
                    let is_negative = matches!(query[test.op_span.range()].chars().next(), Some('!'));
                    match run(&probe, &events) {
                        Ok(rows) if (rows.is_empty() == is_negative) == claim.is_heard => {
                            *confirmed.entry(rule.code).or_default() += 1;
                        }
                        Ok(_) => problems.push(format!("{}: {}={} in\n{probe}", rule.code, claim.column, claim.value)),
                        Err(_) => {}
                    }
                }
            }
        }
    }
    println!("confirmed: {confirmed:?}");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(confirmed.len() >= 12, "{confirmed:?}");
}
