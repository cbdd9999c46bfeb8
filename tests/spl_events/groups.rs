//! Rules that look at several events at once: their results on events that are made for what stands in front of that.

use std::cell::RefCell;
use std::collections::BTreeSet;

use kqlift::emit::{Conversion, Options, Outcome, Target, convert};
use kqlift::eval::{Datum, Events, Row, Timestamp, evaluate};
use kqlift::ir::{Detection, Pipeline, SourceKind, StageKind};
use kqlift::mapping::Hub;
use kqlift::schema::{ScalarType, Schema};
use kqlift::verify::{Elsewhere, Foreign, verify_elsewhere};
use serde_json::{Map, Value as Json, json};

use super::edges::{EFFORT, dialects, row};
use super::figures::{Figures, sampled};
use super::rows::{gives_events, rows, seconds};
use super::spl::{self, Failure, Index, Search};
use super::{meaning, shape, shared};

/// The parts of a pipeline in which each event is by itself.
fn parts(pipeline: &Pipeline, found: &mut Vec<Pipeline>) {
    match &pipeline.source.kind {
        SourceKind::Union(branches) => return branches.iter().for_each(|branch| parts(branch, found)),
        SourceKind::Pipeline { pipeline, .. } => parts(pipeline, found),
        _ => {
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
                        | StageKind::Annotation(_)
                )
            };
            let stages = pipeline.stages.iter().take_while(|stage| is_plain(&stage.kind)).cloned().collect();
            found.push(Pipeline { stages, ..pipeline.clone() });
        }
    }
    for stage in &pipeline.stages {
        match &stage.kind {
            StageKind::Join(join) => parts(&join.right, found),
            StageKind::Union(branches) => branches.iter().for_each(|branch| parts(branch, found)),
            _ => {}
        }
    }
}

/// Events in both shapes, on which the part and its own search agree.
struct Both<'s> {
    schema: &'s Schema,
    tables: Events,
    index: Index,
    now: Option<Timestamp>,
    count: usize,
}

impl Both<'_> {
    fn add(&mut self, part: &Detection, text: &str, hub: &Hub) {
        let conversion = convert(part, Target::Spl, hub, &Options::default());
        let Outcome::Converted(own) = &conversion.outcome else { return };
        let Ok(search) = Search::read(own) else { return };
        let made: RefCell<Vec<(String, Row, spl::Row)>> = RefCell::default();
        let time: RefCell<Option<Timestamp>> = RefCell::default();
        let first = self.count;
        let run = |events: &[Foreign<'_>], now: Timestamp| {
            let mut made = made.borrow_mut();
            *time.borrow_mut() = Some(now);
            for (number, event) in events.iter().enumerate() {
                let number = first + number;
                let (mut source, mut target) = (event.source.clone(), event.event.clone());
                if event.log_source.starts_with("native.") {
                    fill(&mut source, text, self.schema, event.table, number);
                    fill(&mut target, text, self.schema, event.table, number);
                }
                let event = &Foreign { event: &target, ..event.clone() };
                source.insert("_id".to_owned(), json!(number.to_string()));
                let target = row(hub, text, event, number, now).into_iter();
                made.extend(target.map(|target| (event.table.to_owned(), Row::of_event(&source), target)));
            }
            Ok(BTreeSet::new())
        };
        let elsewhere = Elsewhere {
            dialects: &|log_source| dialects(text, log_source),
            exists: &|event| shape::exists(hub, event, own),
            run: &run,
        };
        let _ = verify_elsewhere(part, &conversion, hub, EFFORT, &elsewhere);
        let (made, Some(now)) = (made.into_inner(), time.into_inner()) else { return };
        let mut tables = Events::default();
        for (table, source, _) in &made {
            tables.add_to_table(table, [source.clone()]);
        }
        let index = Index { events: made.iter().map(|(_, _, target)| target.clone()).collect(), now: seconds(now) };
        let (Ok(wanted), Ok(found)) = (evaluate(part, &tables, Some(now)), search.run(&index)) else { return };
        let text_of = |row: &Row| match row.id() {
            Some(Datum::Text(id)) => Some(id.to_string()),
            _ => None,
        };
        let wanted: BTreeSet<String> = wanted.iter().filter_map(text_of).collect();
        let found: BTreeSet<String> = found.into_iter().flat_map(|row| row.ids).collect();
        self.count += made.len();
        self.now = Some(now);
        self.index.now = seconds(now);
        for (table, source, target) in made {
            let id = text_of(&source).unwrap_or_default();
            if wanted.contains(&id) && found.contains(&id) {
                self.tables.add_to_table(&table, [source]);
                self.index.events.push(target);
            }
        }
    }
}

/// Gives the columns that a search names, and that the events lack because no test reads them, some of few values.
fn fill(event: &mut Map<String, Json>, text: &str, schema: &Schema, table: &str, number: usize) {
    let Some(table) = schema.table(table) else { return };
    for column in table.columns().filter(|column| text.contains(column.name)) {
        // The type of an event is the name of its table.
        if event.contains_key(column.name) || column.name == "Type" {
            continue;
        }
        let value = match column.ty {
            ScalarType::String => json!(format!("value {}", number % 2)),
            ScalarType::Int | ScalarType::Long => json!(number % 3),
            _ => continue,
        };
        event.insert(column.name.to_string(), value);
    }
}

fn add(figures: &mut Figures, file: &str, rule: &Detection, conversion: &Conversion, (hub, schema): (&Hub, &Schema)) {
    let Outcome::Converted(text) = &conversion.outcome else { return };
    let search = match Search::read(text) {
        Ok(search) => search,
        Err(failure) => return figures.skip(file, failure),
    };
    let mut found = Vec::new();
    parts(&rule.pipeline, &mut found);
    let mut both = Both { schema, tables: Events::default(), index: Index::default(), now: None, count: 0 };
    for part in found {
        both.add(&Detection { pipeline: part, ..rule.clone() }, text, hub);
    }
    if both.index.events.is_empty() {
        return figures.skip(file, Failure::Unknown("no events could be made".to_owned()));
    }
    let wanted = match evaluate(rule, &both.tables, both.now) {
        Ok(wanted) => wanted,
        Err(error) => return figures.skip(file, Failure::Unknown(format!("source: {}", error.message))),
    };
    match search.run(&both.index) {
        Ok(found) => figures.add_rows(file, conversion, &rows(&wanted, &found)),
        Err(failure) => figures.skip(file, failure),
    }
}

#[test]
fn queries() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    let (hub, schema) = (Hub::built_in(), Schema::builtin());
    let mut figures = Figures::default();
    let entries = shared::json_lines(&corpus.join("manifest.jsonl"));
    for entry in sampled(entries, 16, |entry| entry["file"].as_str().unwrap_or_default()) {
        let file = entry["file"].as_str().unwrap_or_default();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap_or_default();
        let Some(rule) = meaning(&text, &schema).filter(|rule| !gives_events(rule)) else { continue };
        let conversion = convert(&rule, Target::Spl, &hub, &Options::default());
        add(&mut figures, file, &rule, &conversion, (&hub, &schema));
    }
    figures.report("queries over several events");
}
