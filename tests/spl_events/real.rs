//! Real rules on real events, which are there in Sigma's and in Defender's shape.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kqlift::emit::{Options, Outcome, Target, convert};
use kqlift::eval::{Datum, Events, Row, Timestamp, evaluate};
use kqlift::ir::SourceKind;
use kqlift::mapping::Hub;
use kqlift::schema::Schema;
use serde_json::{Map, Value, json};

use super::figures::{Figures, sampled};
use super::rows::{EPOCH, SECOND, gives_events, rows, seconds};
use super::spl::{self, Failure, Index, Search};
use super::{meaning, shape, shared};

/// What `now()` is, as a text and in seconds since 1970.
const NOW: &str = "2024-03-10T12:00:00Z";
const NOW_SECONDS: f64 = 1_710_072_000.0;

/// A time of its own for each event, shortly before now: some windows are short.
fn time(id: &str) -> Timestamp {
    let number: i64 =
        id.bytes().filter(u8::is_ascii_digit).fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
    Timestamp(1_710_072_000 * SECOND + EPOCH - number % 100_000 * (SECOND / 1000))
}

fn objects(path: &Path) -> Vec<Map<String, Value>> {
    let object = |event: Value| match event {
        Value::Object(mut event) => {
            event.remove("_source");
            event.remove("_time");
            Some(event)
        }
        _ => None,
    };
    shared::json_lines(path).into_iter().filter_map(object).collect()
}

/// The events with Sigma's fields as Splunk has them, and the ids of each file.
fn windows_events(hub: &Hub, folder: &Path) -> (Index, BTreeMap<String, BTreeSet<String>>) {
    let (mut index, mut ids) = (Index { events: Vec::new(), now: NOW_SECONDS }, BTreeMap::new());
    for entry in std::fs::read_dir(folder.join("sigma")).into_iter().flatten().flatten() {
        let name = entry.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let known = hub.sigma_source(Some(&name), Some("windows"), None);
        let known = known.or_else(|| hub.sigma_source(None, Some("windows"), Some(&name)));
        let id = known.map_or("", |found| &found.id);
        let rows: Vec<spl::Row> = objects(&entry.path())
            .iter()
            .filter_map(|event| shape::of_windows(hub, id, event, seconds(time(event["_id"].as_str()?))))
            .collect();
        ids.insert(name, rows.iter().flat_map(|row| row.ids.clone()).collect());
        index.events.extend(rows);
    }
    (index, ids)
}

fn search(text: &str, index: &Index) -> Result<BTreeSet<String>, Failure> {
    Ok(Search::read(text)?.run(index)?.into_iter().flat_map(|row| row.ids).collect())
}

#[test]
fn sigma_rules() {
    let (Some(rules), Some(folder)) = (shared::sigma_rules(), shared::folder("events")) else { return };
    let Some(corpus) = shared::folder("corpus/sigma") else { return };
    let hub = Hub::built_in();
    let (index, _) = windows_events(&hub, &folder);
    let mut recorded: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in shared::json_lines(&corpus.join("matches.jsonl")) {
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        recorded.entry(text("rule")).or_default().insert(text("id"));
    }
    // Events that the rule's authors recorded for it: the other evaluator has not got to all of them.
    let mut labelled: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in shared::json_lines(&folder.join("labels.jsonl")) {
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        labelled.entry(text("rule_path") + ".yml").or_default().insert(text("_id"));
    }
    let mut figures = Figures::default();
    for (file, text) in sampled(rules, 16, |(file, _)| file) {
        for rule in kqlift::sigma::read(&text).0 {
            let kqlift::sigma::Body::Detection { log_source, .. } = &rule.body else { continue };
            if log_source.product.as_deref() != Some("windows") {
                continue;
            }
            let Ok(meaning) = kqlift::sigma::lower(&rule, &hub) else { continue };
            let conversion = convert(&meaning, Target::Spl, &hub, &Options::default());
            let Outcome::Converted(text) = &conversion.outcome else { continue };
            // Events of the log source that the first Splunk source has.
            let SourceKind::LogSource(named) = &meaning.pipeline.source.kind else { continue };
            let Some(known) = named.id.as_deref().and_then(|id| hub.log_source(id)) else { continue };
            let is_there = |row: &&spl::Row| {
                let source = row.get("source").texts().concat();
                known.splunk.first().is_some_and(|splunk| splunk.sources.contains(&source))
            };
            let there: BTreeSet<&String> = index.events.iter().filter(is_there).flat_map(|row| &row.ids).collect();
            let wanted = recorded.get(&file).cloned().unwrap_or_default();
            let wanted: BTreeSet<String> = wanted.into_iter().filter(|id| there.contains(id)).collect();
            let is_labelled = |id: &String| labelled.get(&file).is_some_and(|labelled| labelled.contains(id));
            match search(text, &index) {
                Ok(mut found) => {
                    found.retain(|id| wanted.contains(id) || !is_labelled(id));
                    figures.add(&file, &conversion, &wanted, &found);
                }
                Err(failure) => figures.skip(&file, failure),
            }
        }
    }
    figures.report("Sigma rules");
}

fn ids(rows: &[Row]) -> BTreeSet<String> {
    let id = |row: &Row| match row.id() {
        Some(Datum::Text(id)) => Some(id.to_string()),
        _ => None,
    };
    rows.iter().filter_map(id).collect()
}

/// The events that both shapes have, in both, at the same time.
fn defender_events(hub: &Hub, folder: &Path) -> (Events, Index) {
    let (mut index, _) = windows_events(hub, folder);
    index.events.retain(|row| row.get("source").texts().concat().contains("Sysmon"));
    let of_windows: BTreeSet<String> = index.events.iter().flat_map(|row| row.ids.clone()).collect();
    let (mut tables, mut in_tables) = (Events::default(), BTreeSet::new());
    for entry in std::fs::read_dir(folder.join("defender")).into_iter().flatten().flatten() {
        let table = entry.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut events = objects(&entry.path());
        events.retain(|event| event["_id"].as_str().is_some_and(|id| of_windows.contains(id)));
        for event in &mut events {
            let id = event["_id"].as_str().unwrap_or_default().to_owned();
            for column in ["TimeGenerated", "Timestamp"] {
                event.insert(column.to_owned(), json!(time(&id).to_string()));
            }
            in_tables.insert(id);
        }
        let row = |event: &Map<String, Value>| {
            let id = event["_id"].as_str()?;
            shape::of_table(hub, &table, event, id, seconds(time(id)))
        };
        let splunk = events.iter().filter_map(row);
        index.events.extend(splunk);
        tables.add_to_table(&table, events.iter().map(Row::of_event));
    }
    index.events.retain(|row| row.ids.is_subset(&in_tables));
    (tables, index)
}

#[test]
fn queries() {
    let (Some(corpus), Some(folder)) = (shared::folder("corpus/kql"), shared::folder("events")) else { return };
    let (hub, schema) = (Hub::built_in(), Schema::builtin());
    let (tables, index) = defender_events(&hub, &folder);
    let now = Timestamp::parse(NOW);
    let mut figures = Figures::default();
    let entries = shared::json_lines(&corpus.join("manifest.jsonl"));
    for entry in sampled(entries, 8, |entry| entry["file"].as_str().unwrap_or_default()) {
        let file = entry["file"].as_str().unwrap_or_default();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap_or_default();
        let Some(rule) = meaning(&text, &schema).filter(|_| text.contains("Device")) else { continue };
        let conversion = convert(&rule, Target::Spl, &hub, &Options::default());
        let Outcome::Converted(text) = &conversion.outcome else { continue };
        let wanted = match evaluate(&rule, &tables, now) {
            Ok(wanted) => wanted,
            Err(error) => {
                figures.skip(file, Failure::Unknown(format!("source: {}", error.message)));
                continue;
            }
        };
        match Search::read(text).and_then(|search| search.run(&index)) {
            Ok(found) if gives_events(&rule) => {
                let found = found.into_iter().flat_map(|row| row.ids).collect();
                figures.add(file, &conversion, &ids(&wanted), &found);
            }
            Ok(found) => figures.add_rows(file, &conversion, &rows(&wanted, &found)),
            Err(failure) => figures.skip(file, failure),
        }
    }
    figures.report("queries");
}
