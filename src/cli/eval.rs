//! `kqlift eval`

use std::collections::BTreeSet;

use serde_json::Value;

use super::arguments::{EvalArguments, EvalFormat};
use super::explain::{meaning, report_problem};
use super::files::{self, Outcome};
use super::sigma_file::SigmaFile;
use super::world::{World, Worlds};
use super::{CommandResult, Exit, Failure, output};
use crate::emit::as_filters;
use crate::eval::{EvalError, Events, Row, Timestamp, evaluate};
use crate::ir::Detection;
use crate::mapping::Hub;
use crate::parse::parse;
use crate::report::FileReport;
use crate::schema::Schema;
use crate::sigma::Collection;
use crate::source::{RuleFile, line_column};
use crate::span::Span;

/// Columns that hold the time of an event; the latest of all events is what `now()` is by default.
const TIME_COLUMNS: &[&str] = &["TimeGenerated", "Timestamp", "_time"];

/// The rows of one rule, or the message that there are none.
type Rows = Result<Vec<Value>, String>;

pub(super) fn run(arguments: &EvalArguments) -> CommandResult {
    let files = files::find(&arguments.inputs)?;
    if files.is_empty() && !arguments.inputs.allow_empty {
        return Ok(Exit::NoFiles);
    }
    let worlds = Worlds::new(&files, &arguments.inputs, &[])?;
    let events = read_events(&arguments.events, |name| files.iter().any(|file| is_table(name, worlds.schema(file))))?;
    let now = match &arguments.now {
        Some(text) => Some(
            Timestamp::parse(text)
                .ok_or_else(|| Failure(format!("`{text}` is no time such as 2024-01-31T10:00:00Z")))?,
        ),
        None => latest(&events, files.iter().filter_map(|file| worlds.schema(file).time_column())),
    };
    let found = files::each(&files, &arguments.inputs, |input, outcome| match outcome {
        Outcome::Rules(file) => Found::Evaluated(evaluate_kql(&file, worlds.of(input), &events, now)),
        Outcome::Sigma(file) => Found::Sigma(Box::new(SigmaFile::read(input, file, &[]))),
        Outcome::Broken(problem) => Found::Evaluated(vec![Err(report_problem(&FileReport::of_problem(problem)))]),
        Outcome::Skipped => Found::Evaluated(Vec::new()),
    })?;
    let mut exit = Exit::Clean;
    let mut rows = Vec::new();
    for result in together(found, &worlds, &events, now).into_iter().flatten() {
        match result {
            Ok(found) => rows.extend(found),
            Err(message) => {
                output::complain(&message);
                exit = Exit::Findings;
            }
        }
    }
    output::print(&printed(rows, arguments.format)?)?;
    Ok(exit)
}

/// What is known of a file at first sight.
enum Found {
    Evaluated(Vec<Rows>),
    Sigma(Box<SigmaFile>),
}

/// The rows of every rule, in the order of the files.
fn together(found: Vec<Found>, worlds: &Worlds, events: &Events, now: Option<Timestamp>) -> Vec<Vec<Rows>> {
    let (mut results, mut files, mut places) = (Vec::with_capacity(found.len()), Vec::new(), Vec::new());
    for found in found {
        match found {
            Found::Evaluated(rows) => results.push(rows),
            Found::Sigma(file) => {
                places.push(results.len());
                files.push(*file);
                results.push(Vec::new());
            }
        }
    }
    let (rules, starts) = SigmaFile::collect(&files);
    for ((place, file), start) in places.into_iter().zip(&files).zip(starts) {
        results[place] = evaluate_sigma(file, start, &rules, worlds.hub(&file.input), events, now);
    }
    results
}

fn printed(rows: Vec<Value>, format: EvalFormat) -> Result<String, Failure> {
    let failure = |error: serde_json::Error| Failure(format!("can't write JSON: {error}"));
    match format {
        EvalFormat::Json => Ok(serde_json::to_string_pretty(&Value::Array(rows)).map_err(failure)? + "\n"),
        EvalFormat::Jsonl => rows.iter().map(|row| Ok(serde_json::to_string(row).map_err(failure)? + "\n")).collect(),
    }
}

fn read_events(paths: &[std::path::PathBuf], is_table: impl Fn(&str) -> bool) -> Result<Events, Failure> {
    let mut events = Events::default();
    for path in paths {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
        let mut rows = Vec::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str::<Value>(line) {
                Ok(Value::Object(event)) => rows.push(Row::of_event(&event)),
                Ok(_) => return Err(Failure(format!("{}:{}: an event is a JSON object", path.display(), number + 1))),
                Err(error) => return Err(Failure(format!("{}:{}: {error}", path.display(), number + 1))),
            }
        }
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        match name.filter(|name| is_table(name)) {
            Some(table) => events.add_to_table(&table, rows),
            None => events.add_everywhere(rows),
        }
    }
    Ok(events)
}

/// Whether a file of events with such a name holds rows of that table or ASIM schema.
fn is_table(name: &str, schema: &Schema) -> bool {
    schema.table(name).is_some() || schema.asim_fields(name).next().is_some()
}

fn latest<'c>(events: &Events, own: impl Iterator<Item = &'c str>) -> Option<Timestamp> {
    let columns: BTreeSet<&str> = TIME_COLUMNS.iter().copied().chain(own).collect();
    let times = events.rows().flat_map(|row| columns.iter().filter_map(|column| row.get(column)));
    times.filter_map(|datum| Timestamp::parse(datum.to_json().as_str()?)).max()
}

fn rows_of(detection: &Detection, events: &Events, now: Option<Timestamp>) -> Result<Vec<Value>, EvalError> {
    let rows = evaluate(detection, events, now)?;
    Ok(rows.iter().map(|row| row.to_json(&detection.pipeline.output)).collect())
}

fn evaluate_kql(file: &RuleFile, world: World<'_>, events: &Events, now: Option<Timestamp>) -> Vec<Rows> {
    let mut results = Vec::with_capacity(file.rules.len());
    for (index, rule) in file.rules.iter().enumerate() {
        let parsed = parse(rule.query());
        let at = |span: Span, message: &str| {
            let (line, column) = line_column(&file.text, rule.file_span(span.into()).start as usize);
            format!("{}:{line}:{column}: {message}", file.path)
        };
        if !parsed.is_accepted() {
            let errors: Vec<String> = parsed.errors.iter().map(|error| at(error.span, &error.message)).collect();
            results.push(Err(errors.join("\n")));
            continue;
        }
        let mut meaning = meaning(rule, &parsed, world.schema);
        meaning.pipeline = as_filters(world.hub, &meaning.pipeline);
        let mut rows = rows_of(&meaning, events, now);
        if let (Ok(rows), 2..) = (&mut rows, file.rules.len()) {
            name_rule(rows, &format!("{}#{}", file.path, index + 1));
        }
        results.push(rows.map_err(|error| at(error.span, &error.message)));
    }
    results
}

/// Says in each row which of a file's rules it comes from.
fn name_rule(rows: &mut [Value], name: &str) {
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        row.insert("_rule".to_owned(), Value::from(name));
    }
}

fn evaluate_sigma(
    file: &SigmaFile,
    start: usize,
    rules: &Collection<'_>,
    hub: &Hub,
    events: &Events,
    now: Option<Timestamp>,
) -> Vec<Rows> {
    let path = &file.file.path;
    let mut results: Vec<Rows> = file.problems.iter().map(|problem| Err(format!("{path}: {problem}"))).collect();
    for number in (start..start + file.rules.len()).filter(|number| rules.stands_alone(*number)) {
        results.push(match rules.meaning(number, hub) {
            Ok(detection) => rows_of(&detection, events, now).map_err(|error| format!("{path}: {}", error.message)),
            Err(problem) => Err(format!("{path}: {problem}")),
        });
    }
    results
}
