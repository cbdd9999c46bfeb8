//! `kqlift diff`

mod page;

use std::path::Path;

use super::arguments::{DiffArguments, DiffFormat, Inputs};
use super::study::{self, Depth, Study};
use super::world::Worlds;
use super::{CommandResult, Exit, Failure, files, output};
use crate::compare::{Comparison, Witnesses, compare, witnesses};
use crate::explain::Language;
use crate::parse::parse;
use crate::report::counted;

/// How two versions of one rule compare.
struct Compared {
    title: String,
    comparison: Comparison,
    witnesses: Witnesses,
}

pub(super) fn run(arguments: &DiffArguments) -> CommandResult {
    let load = |path: &Path| load(path, &Inputs::of(path, &arguments.world));
    let (first, second) = (load(&arguments.first)?, load(&arguments.second)?);
    let names = [arguments.first.display().to_string(), arguments.second.display().to_string()];
    let counts = [first.len(), second.len()];
    let mut exit = if counts[0] == counts[1] { Exit::Clean } else { Exit::Findings };
    let results: Vec<Compared> =
        pairs(first, second).iter().map(|(one, other)| compared(one, other, &names[0])).collect();
    if results.iter().any(|result| !result.comparison.is_same()) {
        exit = Exit::Findings;
    }
    output::print(&match arguments.format {
        DiffFormat::Text => page::text(&results),
        DiffFormat::Md => page::markdown(&results),
        DiffFormat::Json => json(&names, &results)?,
    })?;
    if counts[0] != counts[1] {
        let [first, second] = counts.map(|count| counted(count, "rule"));
        output::complain(&format!("kqlift: {} has {first}, {} {second}", names[0], names[1]));
    }
    Ok(exit)
}

fn compared(one: &Study, other: &Study, path: &str) -> Compared {
    let comparison = compare(one.side(), other.side());
    let witnesses = witnesses(one.side(), other.side(), comparison.rows);
    Compared { title: title(one, path), comparison, witnesses }
}

/// The rule's title, or the name of its file.
fn title(study: &Study, path: &str) -> String {
    let name =
        || Path::new(path).file_stem().map_or_else(|| path.to_owned(), |stem| stem.to_string_lossy().into_owned());
    study.meaning.envelope.title.clone().unwrap_or_else(name)
}

/// The rules of a file, all of which must be understood.
fn load(path: &Path, inputs: &Inputs) -> Result<Vec<Study>, Failure> {
    let name = path.display();
    if path.is_dir() {
        return Err(Failure(format!("{name} is a folder; `diff` compares two files")));
    }
    let files = files::find(inputs)?;
    let worlds = Worlds::new(&files, inputs, &[])?;
    let found =
        files::each(&files, inputs, |input, outcome| study::outcome(input, outcome, worlds.of(input), Depth::Page))?;
    let mut studies = Vec::new();
    for found in found {
        if let Some(problem) = found.problems.first() {
            return Err(Failure(problem.clone()));
        }
        studies.extend(found.studies);
    }
    for study in studies.iter().filter(|study| study.language == Language::Kql) {
        if let Some(error) = parse(&study.text).errors.first() {
            return Err(Failure(format!("{name} can't be compared: {}", error.message)));
        }
    }
    if studies.is_empty() {
        return Err(Failure(format!("{name} holds no rule")));
    }
    Ok(studies)
}

/// The rules of two files that belong together: by id, then by query, then by title, then in order.
fn pairs(first: Vec<Study>, mut others: Vec<Study>) -> Vec<(Study, Study)> {
    let mut pairs = Vec::new();
    for one in first {
        let envelope = &one.meaning.envelope;
        let by = |is_it: &dyn Fn(&Study) -> bool| others.iter().position(is_it);
        let found = by(&|other| envelope.id.is_some() && other.meaning.envelope.id == envelope.id)
            .or_else(|| by(&|other| other.text == one.text))
            .or_else(|| by(&|other| envelope.title.is_some() && other.meaning.envelope.title == envelope.title))
            .or(if others.is_empty() { None } else { Some(0) });
        if let Some(index) = found {
            let other = others.remove(index);
            pairs.push((one, other));
        }
    }
    pairs
}

fn json(names: &[String; 2], results: &[Compared]) -> Result<String, Failure> {
    let rules: Vec<serde_json::Value> = results
        .iter()
        .map(|Compared { title, comparison, witnesses }| {
            serde_json::json!({ "title": title, "comparison": comparison, "witnesses": witnesses })
        })
        .collect();
    let value = serde_json::json!({ "version": 1, "first": names[0], "second": names[1], "rules": rules });
    let text = serde_json::to_string_pretty(&value).map_err(|error| Failure(format!("can't write JSON: {error}")))?;
    Ok(text + "\n")
}
