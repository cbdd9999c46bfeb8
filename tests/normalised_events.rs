//! Rules and their conversions to ASIM on the same events, in Defender's, Sigma's and ASIM's shape.
//!
//! A conversion finds the very events that the rule finds; where its class says that it may find more, it finds at
//! least those. Stages that choose columns or order rows are left out on both sides, and so are tests of the time: the
//! events are older than any window.

#![expect(clippy::print_stdout, reason = "figures for whoever reads the log")]

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kqlift::analyze::analyze;
use kqlift::emit::{LossClass, Options, Outcome, Target, as_filters, convert};
use kqlift::eval::{Datum, Events, Row, evaluate};
use kqlift::ir::{Detection, Expr, ExprKind, SourceKind, StageKind};
use kqlift::lower::lower;
use kqlift::mapping::Hub;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;
use serde_json::Value;

/// Defender's tables with the files of their events as ASIM has them.
const TABLES: [(&str, &str); 4] = [
    ("DeviceFileEvents", "FileEvent"),
    ("DeviceNetworkEvents", "NetworkSession"),
    ("DeviceProcessEvents", "ProcessEvent"),
    ("DeviceRegistryEvents", "RegistryEvent"),
];

/// Sigma's categories likewise.
const CATEGORIES: [(&str, &str); 9] = [
    ("dns_query", "Dns"),
    ("file_delete", "FileEvent"),
    ("file_event", "FileEvent"),
    ("network_connection", "NetworkSession"),
    ("process_creation", "ProcessEvent"),
    ("registry_add", "RegistryEvent"),
    ("registry_delete", "RegistryEvent"),
    ("registry_event", "RegistryEvent"),
    ("registry_set", "RegistryEvent"),
];

fn rule(text: &str, schema: &Schema) -> Option<Detection> {
    let parsed = parse(text);
    if !parsed.is_accepted() {
        return None;
    }
    let facts = analyze(&parsed.query, schema);
    Some(lower(text, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet))
}

fn rows(path: &Path) -> Vec<Row> {
    let events = shared::json_lines(path).into_iter();
    events.filter_map(|event| event.as_object().map(Row::of_event)).collect()
}

/// The rule without what is not a filter or a computed column, the arguments of its function being filters, and without tests of the time; nothing if
/// its rows are not those of one source.
fn filters(mut rule: Detection, hub: &Hub) -> Option<Detection> {
    rule.pipeline = as_filters(hub, &rule.pipeline);
    let is_plain = matches!(rule.pipeline.source.kind, SourceKind::Table { .. } | SourceKind::Function { .. });
    let mut kept = Vec::new();
    for mut stage in std::mem::take(&mut rule.pipeline.stages) {
        match &mut stage.kind {
            StageKind::Filter(predicate) => {
                *predicate = without_time(predicate, hub);
                kept.push(stage);
            }
            StageKind::Extend(_) => kept.push(stage),
            StageKind::Project(_) | StageKind::Sort(_) | StageKind::Take(_) | StageKind::ProjectReorder => break,
            _ => return None,
        }
    }
    rule.pipeline.stages = kept;
    is_plain.then_some(rule)
}

fn without_time(predicate: &Expr, hub: &Hub) -> Expr {
    let is_of_time = |expr: &Expr| match &expr.kind {
        ExprKind::Test(test) => match &test.subject.kind {
            ExprKind::Field(field) => hub.is_time_column(&field.name),
            ExprKind::Call { name, .. } => name == "ingestion_time",
            _ => false,
        },
        _ => false,
    };
    let always = Expr { kind: ExprKind::And(Vec::new()), ..predicate.clone() };
    match &predicate.kind {
        ExprKind::And(parts) => {
            let parts = parts.iter().map(|part| without_time(part, hub)).collect();
            Expr { kind: ExprKind::And(parts), ..predicate.clone() }
        }
        _ if is_of_time(predicate) => always,
        _ => predicate.clone(),
    }
}

fn ids(rule: &Detection, rows: &[Row]) -> Option<BTreeSet<String>> {
    let found = evaluate(rule, &Events::of_every_table(rows.to_vec()), None).ok()?;
    let id = |row: &Row| match row.id() {
        Some(Datum::Text(id)) => Some(id.to_string()),
        _ => None,
    };
    Some(found.iter().filter_map(id).collect())
}

/// The columns of a schema that no event has.
fn missing(rows: &[Row], asim_schema: &str, schema: &Schema) -> BTreeSet<String> {
    let present: BTreeSet<&str> = rows.iter().flat_map(Row::cells).map(|(name, _)| &**name).collect();
    let fields = schema.asim_fields(asim_schema).map(|field| field.name.to_owned());
    fields.filter(|name| !present.contains(name.as_str())).collect()
}

/// Whether the events have what a conversion looks at: every column of the schema that it tests, and none beyond.
fn are_complete(written: &str, missing: &BTreeSet<String>) -> bool {
    let tests = written.lines().filter(|line| line.starts_with("| where"));
    let mut words = tests.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric()));
    !written.contains("column_ifexists") && !words.any(|word| missing.contains(word))
}

/// Whether what was found is what the class of the conversion allows.
fn is_allowed(class: LossClass, of_rule: &BTreeSet<String>, of_target: &BTreeSet<String>) -> bool {
    match class {
        LossClass::Exact | LossClass::Informational | LossClass::Assumption => of_rule == of_target,
        LossClass::Over => of_rule.is_subset(of_target),
        LossClass::Under => of_target.is_subset(of_rule),
        LossClass::Changed | LossClass::NotExpressible => true,
    }
}

#[test]
fn defender_rules_find_the_same_events() {
    let (Some(corpus), Some(events)) = (shared::folder("corpus/kql"), shared::folder("events")) else { return };
    let (hub, schema) = (Hub::built_in(), Schema::builtin());
    let both = TABLES.map(|(table, name)| {
        let of_defender = rows(&events.join(format!("defender/{table}.jsonl")));
        let of_asim = rows(&events.join(format!("asim/{name}.jsonl")));
        (table, missing(&of_asim, name, &schema), of_defender, of_asim)
    });
    let (mut compared, mut with_matches, mut wrong) = (0, 0, Vec::new());
    for entry in shared::json_lines(&corpus.join("manifest.jsonl")) {
        let file = entry["file"].as_str().unwrap_or_default();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap_or_default();
        let Some(rule) = self::rule(&text, &schema) else { continue };
        let SourceKind::Table { name, .. } = &rule.pipeline.source.kind else { continue };
        let Some((_, missing, of_defender, of_asim)) = both.iter().find(|(table, ..)| table == name) else { continue };
        let conversion = convert(&rule, Target::Asim, &hub, &Options::default());
        let Outcome::Converted(written) = &conversion.outcome else { continue };
        let target = self::rule(written, &schema).and_then(|target| filters(target, &hub));
        let (Some(source), Some(target)) = (filters(rule, &hub), target) else { continue };
        let (Some(expected), Some(found)) = (ids(&source, of_defender), ids(&target, of_asim)) else { continue };
        if !are_complete(written, missing) {
            continue;
        }
        compared += 1;
        with_matches += usize::from(!expected.is_empty());
        if !is_allowed(conversion.class, &expected, &found) {
            let lost = expected.difference(&found).next();
            let added = found.difference(&expected).next();
            wrong.push(format!("{file}: loses {lost:?}, adds {added:?}\n{written}"));
        }
    }
    println!("{compared} Defender rules compared, {with_matches} with matches");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn sigma_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sigma_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            found.push(path);
        }
    }
}

/// What each Sigma rule finds, as another evaluator recorded it.
fn recorded(corpus: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut recorded: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    for line in shared::json_lines(&corpus.join("matches.jsonl")) {
        recorded.entry(text(&line, "rule")).or_default().insert(text(&line, "id"));
    }
    recorded
}

#[test]
fn sigma_rules_find_the_same_events() {
    let (Some(corpus), Some(events)) = (shared::folder("corpus/sigma"), shared::folder("events")) else { return };
    let (hub, schema) = (Hub::built_in(), Schema::builtin());
    let all_ids =
        |rows: &[Row]| rows.iter().filter_map(|row| row.id().map(|id| format!("{id:?}"))).collect::<BTreeSet<String>>();
    let both = CATEGORIES.map(|(category, name)| {
        let of_asim = rows(&events.join(format!("asim/{name}.jsonl")));
        let in_both = all_ids(&rows(&events.join(format!("sigma/{category}.jsonl"))));
        let of_asim: Vec<Row> =
            of_asim.into_iter().filter(|row| row.id().is_some_and(|id| in_both.contains(&format!("{id:?}")))).collect();
        let known = of_asim.iter().filter_map(|row| match row.id() {
            Some(Datum::Text(id)) => Some(id.to_string()),
            _ => None,
        });
        let known: BTreeSet<String> = known.collect();
        (category, missing(&of_asim, name, &schema), of_asim, known)
    });
    let (recorded, mut paths) = (recorded(&corpus), Vec::new());
    sigma_files(&corpus, &mut paths);
    let (mut compared, mut with_matches, mut wrong) = (0, 0, Vec::new());
    for path in paths {
        let name = path.strip_prefix(&corpus).unwrap_or(&path).display().to_string();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for rule in kqlift::sigma::read(&text).0 {
            let kqlift::sigma::Body::Detection { log_source, .. } = &rule.body else { continue };
            let is_windows = log_source.product.as_deref() == Some("windows");
            let category = log_source.category.clone().unwrap_or_default();
            let Some((_, missing, of_asim, known)) = both.iter().find(|(of, ..)| is_windows && *of == category) else {
                continue;
            };
            let Ok(detection) = kqlift::sigma::lower(&rule, &hub) else { continue };
            let conversion = convert(&detection, Target::Asim, &hub, &Options::default());
            let Outcome::Converted(written) = &conversion.outcome else { continue };
            let Some(target) = self::rule(written, &schema).and_then(|target| filters(target, &hub)) else { continue };
            let Some(found) = ids(&target, of_asim).filter(|_| are_complete(written, missing)) else {
                continue;
            };
            let of_rule = recorded.get(&name).cloned().unwrap_or_default();
            let expected: BTreeSet<String> = of_rule.intersection(known).cloned().collect();
            compared += 1;
            with_matches += usize::from(!expected.is_empty());
            if !is_allowed(conversion.class, &expected, &found) {
                let lost = expected.difference(&found).next();
                let added = found.difference(&expected).next();
                wrong.push(format!("{name}: loses {lost:?}, adds {added:?}"));
            }
        }
    }
    println!("{compared} Sigma rules compared, {with_matches} with matches");
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}
