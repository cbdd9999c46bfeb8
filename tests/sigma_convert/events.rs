//! The same events in three shapes: a rule on Sysmon's, its conversions on Defender's and on ASIM's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kqlift::emit::{Options, Outcome, Target, convert};
use kqlift::eval::{Datum, Events, Row, evaluate};
use kqlift::mapping::Hub;
use kqlift::sigma::{Body, LogSource, lower, read};
use serde_json::Value;

use super::{corpus, meaning, shared};

/// Log sources that are there in several shapes, with the files of their events.
const SOURCES: [(&str, &[&str]); 9] = [
    ("process_creation", &["process_creation"]),
    ("file_event", &["file_event"]),
    ("file_delete", &["file_delete"]),
    ("registry_event", &["registry_add", "registry_delete", "registry_event", "registry_set"]),
    ("registry_set", &["registry_set"]),
    ("registry_add", &["registry_add"]),
    ("registry_delete", &["registry_delete"]),
    ("network_connection", &["network_connection"]),
    ("image_load", &["image_load"]),
];

/// The log source of lookups stands apart: its files are called otherwise.
const LOOKUPS: (&str, &[&str]) = ("dns_query", &["dns_query"]);

fn source_of(log_source: &LogSource) -> Option<(&'static str, &'static [&'static str])> {
    if log_source.product.as_deref() != Some("windows") || log_source.service.is_some() {
        return None;
    }
    let category = log_source.category.as_deref()?;
    SOURCES.into_iter().chain([LOOKUPS]).find(|(name, _)| *name == category)
}

fn rows(path: &Path) -> Vec<Row> {
    let row = |event: Value| match event {
        Value::Object(mut event) => {
            event.remove("_source");
            event.remove("_time");
            Some(Row::of_event(&event))
        }
        _ => None,
    };
    shared::json_lines(path).into_iter().filter_map(row).collect()
}

fn id(row: &Row) -> Option<String> {
    match row.id() {
        Some(Datum::Text(id)) => Some(id.to_string()),
        _ => None,
    }
}

pub(super) fn ids<'r>(rows: impl IntoIterator<Item = &'r Row>) -> BTreeSet<String> {
    rows.into_iter().filter_map(id).collect()
}

/// All events of a shape, by table or schema, and the ids of each.
pub(super) fn shape(folder: &Path) -> (Events, BTreeSet<String>) {
    let (mut events, mut all) = (Events::default(), BTreeSet::new());
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let table = entry.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let rows = rows(&entry.path());
        all.extend(ids(&rows));
        events.add_to_table(&table, rows);
    }
    (events, all)
}

/// Rules that fire and rules that find the same events, for each log source and target.
type Agreement = BTreeMap<(&'static str, &'static str), (u32, u32, u32)>;

#[test]
fn real_rules_find_the_same_events() {
    let (Some(corpus), Some(folder)) = (corpus(), shared::folder("events")) else { return };
    let hub = Hub::built_in();
    let shapes = [(Target::Xdr, shape(&folder.join("defender"))), (Target::Asim, shape(&folder.join("asim")))];
    let mut of_files: BTreeMap<&'static str, Vec<Row>> = BTreeMap::new();
    let mut agreement = Agreement::new();
    let mut differences = BTreeSet::new();
    for (name, text) in &corpus {
        for rule in read(text).0 {
            let Body::Detection { log_source, .. } = &rule.body else { continue };
            let Some((source, files)) = source_of(log_source) else { continue };
            let Ok(detection) = lower(&rule, &hub) else { continue };
            let mut all = Vec::new();
            for file in files {
                let rows = of_files.entry(file).or_insert_with(|| rows(&folder.join(format!("sigma/{file}.jsonl"))));
                all.extend(rows.iter().cloned());
            }
            let universe = ids(&all);
            let found = evaluate(&detection, &Events::of_every_table(all), None).expect("it is evaluated elsewhere");
            let found = ids(&found);
            for (target, (events, known)) in &shapes {
                let wanted: BTreeSet<&String> = found.intersection(known).collect();
                let Outcome::Converted(query) = convert(&detection, *target, &hub, &Options::default()).outcome else {
                    if !wanted.is_empty() {
                        agreement.entry((source, target.as_str())).or_default().2 += 1;
                    }
                    continue;
                };
                let meant = meaning(&query).unwrap_or_else(|fault| panic!("{name}: {fault}\n{query}"));
                let there = evaluate(&meant, events, None)
                    .unwrap_or_else(|error| panic!("{name} {}: {}\n{query}", target.as_str(), error.message));
                let there = ids(&there);
                let there: BTreeSet<&String> = there.intersection(&universe).collect();
                if wanted.is_empty() && there.is_empty() {
                    continue;
                }
                let counts = agreement.entry((source, target.as_str())).or_default();
                counts.0 += 1;
                counts.1 += u32::from(wanted == there);
                for id in wanted.symmetric_difference(&there) {
                    let side = if wanted.contains(*id) { "lost" } else { "added" };
                    differences.insert(format!("{name}\t{}\t{id}\t{side}", target.as_str()));
                }
            }
        }
    }
    for ((source, target), (firing, same, refused)) in &agreement {
        println!("{source} to {target}: {same} of {firing} firing rules find the same events; {refused} are refused");
    }
    let explained = explained();
    for difference in differences.difference(&explained.keys().cloned().collect()) {
        println!("NEW {difference}");
    }
    assert_eq!(
        differences,
        explained.into_keys().collect::<BTreeSet<_>>(),
        "each difference has a line in tests/cases/sigma/events.tsv"
    );
}

/// Differences with their explanation.
fn explained() -> BTreeMap<String, String> {
    let lines = include_str!("../cases/sigma/events.tsv").lines().filter(|line| !line.starts_with('#'));
    let split = |line: &str| {
        let (difference, why) = line.rsplit_once('\t').unwrap_or_else(|| panic!("no explanation: {line}"));
        (difference.to_owned(), why.to_owned())
    };
    lines.map(split).collect()
}
