//! What is written for Splunk finds the very events that the rule finds, or a loss says why not.
//!
//! The searches are run by an interpreter of their own (`spl/`). Needs the shared corpus and events; says aloud when they
//! are absent. `KQLIFT_ALL=1` takes every rule, `KQLIFT_ONLY` those whose file has it in its name.

#![expect(clippy::print_stdout, reason = "the figures are the point of this test")]

mod shared;
mod spl;
mod splunk_shape;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kqlift::analyze::analyze;
use kqlift::emit::{Conversion, LossClass, Options, Outcome, Reason, Target, convert};
use kqlift::eval::{Datum, Events, Row, Timestamp, evaluate};
use kqlift::ir::{Detection, SourceKind, StageKind};
use kqlift::lower::lower;
use kqlift::mapping::Hub;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;
use serde_json::{Map, Value, json};
use spl::{Failure, Index, Search};

/// What `now()` is, and a time shortly before, as texts and in seconds.
const NOW: &str = "2024-03-10T12:00:00Z";
const BEFORE: &str = "2024-03-10T11:59:00Z";
const NOW_SECONDS: f64 = 1_710_072_000.0;
const BEFORE_SECONDS: f64 = 1_710_071_940.0;

/// What became of the rules.
#[derive(Default)]
struct Figures {
    run: usize,
    matching: usize,
    explained: usize,
    not_run: BTreeMap<String, usize>,
    faults: Vec<String>,
}

impl Figures {
    fn report(self, name: &str) {
        let Self { run, matching, explained, not_run, faults } = self;
        println!("{name}: {run} rules run, {matching} find events, {explained} differ as a loss says");
        let mut not_run: Vec<_> = not_run.into_iter().collect();
        not_run.sort_by_key(|(_, count)| usize::MAX - count);
        for (why, count) in not_run.iter().take(25) {
            println!("  not run {count}: {why}");
        }
        for fault in &faults {
            println!("FAULT {fault}");
        }
        assert!(faults.is_empty(), "{} rules differ and no loss says so", faults.len());
    }

    /// Counts a rule that finds these events and whose search finds those.
    fn add(&mut self, file: &str, conversion: &Conversion, wanted: &BTreeSet<String>, found: &BTreeSet<String>) {
        self.run += 1;
        self.matching += usize::from(!wanted.is_empty());
        let (misses, adds): (Vec<_>, Vec<_>) = (wanted.difference(found).collect(), found.difference(wanted).collect());
        if misses.is_empty() && adds.is_empty() {
            return;
        }
        let (may_add, may_miss) = explained(conversion);
        if (misses.is_empty() || may_miss) && (adds.is_empty() || may_add) {
            self.explained += 1;
            return;
        }
        let Outcome::Converted(text) = &conversion.outcome else { return };
        let losses: Vec<String> = conversion.losses.iter().map(|loss| format!("  {} {}: {}", loss.rule_class.as_str(), loss.reason.as_str(), loss.message)).collect();
        self.faults.push(format!("{file} misses {misses:?}, adds {adds:?}\n{text}{}", losses.join("\n")));
    }

    /// Counts a rule that has these rows and whose search has those.
    fn add_rows(&mut self, file: &str, conversion: &Conversion, (wanted, found): &(Vec<Cells>, Vec<Cells>)) {
        self.run += 1;
        self.matching += usize::from(!wanted.is_empty());
        if wanted == found {
            return;
        }
        let (may_add, may_miss) = explained(conversion);
        let is_by_key = conversion.losses.iter().any(|loss| loss.reason == Reason::JoinToStats);
        if may_add || may_miss || is_by_key && wanted.is_empty() == found.is_empty() {
            self.explained += 1;
            return;
        }
        let only = |left: &[Cells], right: &[Cells]| -> Vec<Cells> {
            left.iter().filter(|row| !right.contains(row)).take(2).cloned().collect()
        };
        let Outcome::Converted(text) = &conversion.outcome else { return };
        self.faults.push(format!(
            "{file} has {} rows instead of {}: misses {:?}, adds {:?}\n{text}",
            found.len(),
            wanted.len(),
            only(wanted, found),
            only(found, wanted)
        ));
    }

    fn skip(&mut self, file: &str, failure: Failure) {
        match failure {
            Failure::Unknown(what) => *self.not_run.entry(what).or_default() += 1,
            Failure::Rejected(what) => self.faults.push(format!("{file}: Splunk rejects {what}")),
        }
    }
}

/// Whether a loss lets the search find more, and whether one lets it find less.
fn explained(conversion: &Conversion) -> (bool, bool) {
    let has = |classes: &[LossClass]| conversion.losses.iter().any(|loss| classes.contains(&loss.rule_class));
    let gives_events = conversion.losses.iter().any(|loss| loss.reason == Reason::StageDropped);
    (
        gives_events || has(&[LossClass::Over, LossClass::Changed, LossClass::NotExpressible]),
        has(&[LossClass::Under, LossClass::Changed, LossClass::NotExpressible]),
    )
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

/// Every rule with `KQLIFT_ALL`, else every so many.
fn sampled<T>(all: Vec<T>, step: usize, name: impl Fn(&T) -> &str) -> Vec<T> {
    let only = std::env::var("KQLIFT_ONLY").ok();
    let step = if std::env::var_os("KQLIFT_ALL").is_some() || only.is_some() { 1 } else { step };
    let is_wanted = |subject: &T| only.as_ref().is_none_or(|only| name(subject).contains(only));
    all.into_iter().filter(is_wanted).step_by(step).collect()
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
            .filter_map(|event| splunk_shape::of_windows(hub, id, event, BEFORE_SECONDS))
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
    let mut figures = Figures::default();
    for (file, text) in sampled(rules, 8, |(file, _)| file) {
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
            let wanted = wanted.into_iter().filter(|id| there.contains(id)).collect();
            match search(text, &index) {
                Ok(found) => figures.add(&file, &conversion, &wanted, &found),
                Err(failure) => figures.skip(&file, failure),
            }
        }
    }
    figures.report("Sigma rules");
}

fn meaning(text: &str, schema: &Schema) -> Option<Detection> {
    let parsed = parse(text);
    if !parsed.is_accepted() {
        return None;
    }
    let facts = analyze(&parsed.query, schema);
    Some(lower(text, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet))
}

fn ids(rows: &[Row]) -> BTreeSet<String> {
    let id = |row: &Row| match row.id() {
        Some(Datum::Text(id)) => Some(id.to_string()),
        _ => None,
    };
    rows.iter().filter_map(id).collect()
}

/// Whether the rows of the result are those of events.
fn gives_events(rule: &Detection) -> bool {
    let is_plain = |kind: &StageKind| {
        matches!(
            kind,
            StageKind::Filter(_)
                | StageKind::Extend(_)
                | StageKind::Project(_)
                | StageKind::ProjectAway(_)
                | StageKind::ProjectKeep(_)
                | StageKind::ProjectRename(_)
                | StageKind::ProjectReorder
                | StageKind::Sort(_)
                | StageKind::Annotation(_)
        )
    };
    matches!(rule.pipeline.source.kind, SourceKind::Table { .. } | SourceKind::Function { .. })
        && rule.pipeline.stages.iter().all(|stage| is_plain(&stage.kind))
}

/// What a cell holds, by its column: its values in no order, the empty text being none.
type Cells = BTreeMap<String, Vec<String>>;

fn canonical(values: impl IntoIterator<Item = String>) -> Vec<String> {
    let number = |text: String| match text.parse::<f64>() {
        Ok(number) => format!("{:.6}", number),
        Err(_) => text,
    };
    let mut values: Vec<String> = values.into_iter().filter(|text| !text.is_empty()).map(number).collect();
    values.sort();
    values
}

fn cells_of_source(row: &Row) -> Cells {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let values = |datum: &Datum| match (datum, datum.to_json()) {
        (_, Value::Null) => Vec::new(),
        (_, Value::Array(values)) => values.iter().map(text).collect(),
        // Every event is at the same time.
        (Datum::Time(_), _) => vec![BEFORE_SECONDS.to_string()],
        (_, other) => vec![text(&other)],
    };
    row.cells().map(|(name, datum)| (name.to_string(), canonical(values(datum)))).collect()
}

fn cells_of_target(row: &spl::Row) -> Cells {
    row.fields().map(|(name, value)| (name.clone(), canonical(value.texts()))).collect()
}

/// The rows of both sides, each with the columns that both sides have.
fn rows(wanted: &[Row], found: &[spl::Row]) -> (Vec<Cells>, Vec<Cells>) {
    let wanted: Vec<Cells> = wanted.iter().map(cells_of_source).collect();
    let found: Vec<Cells> = found.iter().map(cells_of_target).collect();
    let names = |rows: &[Cells]| rows.iter().flat_map(|row| row.keys().cloned()).collect::<BTreeSet<String>>();
    let both: BTreeSet<String> = names(&wanted).intersection(&names(&found)).cloned().collect();
    let shared = |rows: Vec<Cells>| {
        let shared = |row: &Cells| {
            both.iter().map(|name| (name.clone(), row.get(name).cloned().unwrap_or_default())).collect::<Cells>()
        };
        let mut rows: Vec<Cells> = rows.iter().map(shared).collect();
        rows.sort();
        rows
    };
    (shared(wanted), shared(found))
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
            in_tables.extend(event["_id"].as_str().map(str::to_owned));
            for column in ["TimeGenerated", "Timestamp"] {
                event.insert(column.to_owned(), json!(BEFORE));
            }
        }
        let splunk = events.iter().filter_map(|event| splunk_shape::of_table(hub, &table, event, BEFORE_SECONDS));
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
    for entry in sampled(entries, 4, |entry| entry["file"].as_str().unwrap_or_default()) {
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
