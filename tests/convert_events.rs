//! Real rules in KQL and the Sigma rules made from them, on the same events: neither finds an event alone unless a loss
//! says so. Needs the shared corpus and events; says aloud when they are absent.

#![expect(clippy::print_stdout, reason = "the figures are the point of this test")]

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kqlift::analyze::analyze;
use kqlift::emit::{Conversion, LossClass, Mode, Options, Outcome, Reason, Target, convert};
use kqlift::eval::{Datum, Events, Row, Timestamp, evaluate};
use kqlift::ir::Detection;
use kqlift::lower::lower;
use kqlift::mapping::Hub;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;
use kqlift::sigma::{self, Body};
use serde_json::{Value, json};

/// What `now()` is, and a time shortly before.
const NOW: &str = "2024-03-10T12:00:00Z";
const BEFORE: &str = "2024-03-10T11:59:00Z";

/// Categories whose events are there in both shapes, with the files of their events.
const SOURCES: [(&str, &[&str]); 8] = [
    ("process_creation", &["process_creation"]),
    ("file_event", &["file_event"]),
    ("file_delete", &["file_delete"]),
    ("registry_event", &["registry_add", "registry_delete", "registry_event", "registry_set"]),
    ("registry_set", &["registry_set"]),
    ("network_connection", &["network_connection"]),
    ("image_load", &["image_load"]),
    ("dns_query", &["dns_query"]),
];

fn rows(path: &Path) -> Vec<Row> {
    let row = |event: Value| match event {
        Value::Object(mut event) => {
            event.remove("_source");
            event.remove("_time");
            for column in ["TimeGenerated", "Timestamp"] {
                event.insert(column.to_owned(), json!(BEFORE));
            }
            Some(Row::of_event(&event))
        }
        _ => None,
    };
    shared::json_lines(path).into_iter().filter_map(row).collect()
}

fn ids(rows: &[Row]) -> BTreeSet<String> {
    let id = |row: &Row| match row.id() {
        Some(Datum::Text(id)) => Some(id.to_string()),
        _ => None,
    };
    rows.iter().filter_map(id).collect()
}

/// The events of both shapes.
struct Shapes {
    tables: Events,
    categories: BTreeMap<&'static str, (Events, BTreeSet<String>)>,
}

impl Shapes {
    fn read(folder: &Path) -> Self {
        let mut tables = Events::default();
        let mut in_tables = BTreeSet::new();
        for entry in std::fs::read_dir(folder.join("defender")).into_iter().flatten().flatten() {
            let rows = rows(&entry.path());
            in_tables.extend(ids(&rows));
            let table = entry.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
            tables.add_to_table(&table, rows);
        }
        let category = |(name, files): (&'static str, &[&str])| {
            let of_file = |file: &&str| rows(&folder.join(format!("sigma/{file}.jsonl")));
            let all: Vec<Row> = files.iter().flat_map(of_file).collect();
            let both = ids(&all).intersection(&in_tables).cloned().collect();
            (name, (Events::of_every_table(all), both))
        };
        Self { tables, categories: SOURCES.into_iter().map(category).collect() }
    }
}

fn meaning(text: &str) -> Option<Detection> {
    let parsed = parse(text);
    if !parsed.is_accepted() {
        return None;
    }
    let facts = analyze(&parsed.query, &Schema::builtin());
    Some(lower(text, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet))
}

/// Whether a loss lets the target find more, and whether one lets it find less.
fn explained(conversion: &Conversion) -> (bool, bool) {
    let has = |classes: &[LossClass]| conversion.losses.iter().any(|loss| classes.contains(&loss.rule_class));
    // Groups and distinct rows of the source are no events.
    let gives_events = conversion.losses.iter().any(|loss| loss.reason == Reason::StageDropped);
    (
        gives_events || has(&[LossClass::Over, LossClass::Changed, LossClass::NotExpressible]),
        has(&[LossClass::Under, LossClass::Changed, LossClass::NotExpressible]),
    )
}

/// Rules that were run, and those that found something.
#[derive(Default)]
struct Seen {
    run: usize,
    firing: usize,
    faults: Vec<String>,
}

fn compare(file: &str, rule: &Detection, mode: Mode, hub: &Hub, shapes: &Shapes, seen: &mut Seen) {
    let options = Options { mode: Some(mode), date: Some("2024-01-01".to_owned()), ..Options::default() };
    let conversion = convert(rule, Target::Sigma, hub, &options);
    let Outcome::Converted(text) = &conversion.outcome else { return };
    let (rules, _) = sigma::read(text);
    let [written] = rules.as_slice() else { return };
    let Body::Detection { log_source, .. } = &written.body else { return };
    let Some((events, both)) = log_source.category.as_deref().and_then(|name| shapes.categories.get(name)) else {
        return;
    };
    let now = Timestamp::parse(NOW);
    let Ok(wanted) = evaluate(rule, &shapes.tables, now) else { return };
    let Ok(found) =
        sigma::lower(written, hub).map_err(|_| ()).and_then(|meaning| evaluate(&meaning, events, now).map_err(|_| ()))
    else {
        return;
    };
    let (wanted, found) = (ids(&wanted), ids(&found));
    let only = |left: &BTreeSet<String>, right: &BTreeSet<String>| {
        left.difference(right).filter(|id| both.contains(*id)).cloned().collect::<Vec<_>>()
    };
    seen.run += 1;
    seen.firing += usize::from(!wanted.is_empty() || !found.is_empty());
    let (may_be_wider, may_be_narrower) = explained(&conversion);
    let (missed, added) = (only(&wanted, &found), only(&found, &wanted));
    for (events, is_explained, what) in [(missed, may_be_narrower, "misses"), (added, may_be_wider, "adds")] {
        if let (Some(first), false) = (events.first(), is_explained) {
            seen.faults.push(format!("{file} ({mode:?}) {what} {} events, {first}\n{text}", events.len()));
        }
    }
}

#[test]
fn rules_find_the_same_events() {
    let (Some(corpus), Some(folder)) = (shared::folder("corpus/kql"), shared::folder("events")) else { return };
    let (hub, shapes) = (Hub::built_in(), Shapes::read(&folder));
    let mut seen = Seen::default();
    for entry in shared::json_lines(&corpus.join("manifest.jsonl")) {
        let file = entry["file"].as_str().unwrap_or_default();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap_or_default();
        if let Some(rule) = meaning(&text).filter(|_| text.contains("Device")) {
            for mode in [Mode::Exact, Mode::Idiomatic] {
                compare(file, &rule, mode, &hub, &shapes, &mut seen);
            }
        }
    }
    println!("{} conversions run on events, {} find some", seen.run, seen.firing);
    for fault in &seen.faults {
        println!("FAULT {fault}");
    }
    assert!(seen.faults.is_empty(), "{} differences that no loss explains", seen.faults.len());
}
