//! `kqlift diff`

use std::fmt::Write as _;
use std::path::Path;

use super::arguments::{DiffArguments, DiffFormat, Shared};
use super::explain::meaning;
use super::settings::Configurations;
use super::world::schema_at;
use super::{CommandResult, Exit, Failure, output};
use crate::compare::{Comparison, Piece, Relation, Side, compare};
use crate::ir::Detection;
use crate::parse::parse;
use crate::schema::Schema;
use crate::source::{Loaded, RuleFile, RuleText, read};

pub(super) fn run(arguments: &DiffArguments, shared: &Shared) -> CommandResult {
    let (first, second) = (load(&arguments.first, shared)?, load(&arguments.second, shared)?);
    // Versions of one rule stand in the same workspace: the one that is there now decides what is known about it.
    let schema = schema_at(&arguments.second, &[], shared)?;
    let pairs = pairs(&first, &second, &schema);
    let mut exit = if first.rules.len() == second.rules.len() { Exit::Clean } else { Exit::Findings };
    let mut results = Vec::new();
    for (one, other) in &pairs {
        let comparison = compare(side(one), side(other));
        if !comparison.is_same() {
            exit = Exit::Findings;
        }
        results.push((one.title(&first.path), comparison));
    }
    let text = match arguments.format {
        DiffFormat::Text => {
            let pages: Vec<String> = results.iter().map(|(title, comparison)| page(title, comparison)).collect();
            pages.join("\n")
        }
        DiffFormat::Json => json(&first.path, &second.path, &results)?,
    };
    output::print(&text)?;
    for (path, left, right) in [(&first.path, &first, &second), (&second.path, &second, &first)]
        .map(|(path, a, b)| (path, a.rules.len(), b.rules.len()))
    {
        if left > right {
            output::complain(&format!("kqlift: {path} has {left} rules, the other file {right}"));
        }
    }
    Ok(exit)
}

/// A rule of one of the files.
struct Version<'f> {
    text: &'f RuleText,
    meaning: Detection,
}

impl Version<'_> {
    fn title(&self, path: &str) -> String {
        let name =
            || Path::new(path).file_stem().map_or_else(|| path.to_owned(), |stem| stem.to_string_lossy().into_owned());
        self.meaning.envelope.title.clone().unwrap_or_else(name)
    }
}

fn side<'r>(version: &'r Version<'_>) -> Side<'r> {
    Side { rule: &version.meaning, query: version.text.query() }
}

fn load(path: &Path, shared: &Shared) -> Result<RuleFile, Failure> {
    let absolute = crate::config::absolute(path);
    let settings = Configurations::new(shared)?.of_folder(absolute.parent().unwrap_or(&absolute))?;
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    match read(path, bytes, settings.kind(&absolute)) {
        Loaded::Rules(file) => {
            for rule in &file.rules {
                if let Some(error) = parse(rule.query()).errors.first() {
                    return Err(Failure(format!("{} can't be compared: {}", file.path, error.message)));
                }
            }
            Ok(file)
        }
        Loaded::Broken(problem) => Err(Failure(format!("can't read {}: {}", path.display(), problem.message))),
        Loaded::Sigma(_) => Err(Failure(format!("{} is a Sigma rule", path.display()))),
        Loaded::NotARule { reason } => Err(Failure(format!("{} is no rule: {reason}", path.display()))),
    }
}

/// The rules of two files that belong together: by id, then by query, then by title, then in order.
fn pairs<'f>(first: &'f RuleFile, second: &'f RuleFile, schema: &Schema) -> Vec<(Version<'f>, Version<'f>)> {
    let versions = |file: &'f RuleFile| {
        let version = |text: &'f RuleText| Version { text, meaning: meaning(text, &parse(text.query()), schema) };
        file.rules.iter().map(version).collect::<Vec<_>>()
    };
    let mut others = versions(second);
    let mut pairs = Vec::new();
    for one in versions(first) {
        let envelope = &one.meaning.envelope;
        let by = |is_it: &dyn Fn(&Version<'_>) -> bool| others.iter().position(is_it);
        let found = by(&|other| envelope.id.is_some() && other.meaning.envelope.id == envelope.id)
            .or_else(|| by(&|other| other.text.query() == one.text.query()))
            .or_else(|| by(&|other| envelope.title.is_some() && other.meaning.envelope.title == envelope.title))
            .or(if others.is_empty() { None } else { Some(0) });
        if let Some(index) = found {
            let other = others.remove(index);
            pairs.push((one, other));
        }
    }
    pairs
}

fn json(first: &str, second: &str, results: &[(String, Comparison)]) -> Result<String, Failure> {
    let rules: Vec<serde_json::Value> = results
        .iter()
        .map(|(title, comparison)| serde_json::json!({ "title": title, "comparison": comparison }))
        .collect();
    let value = serde_json::json!({ "version": 1, "first": first, "second": second, "rules": rules });
    let text = serde_json::to_string_pretty(&value).map_err(|error| Failure(format!("can't write JSON: {error}")))?;
    Ok(text + "\n")
}

/// What a relation means for an analyst.
fn sentence(relation: Relation) -> &'static str {
    match relation {
        Relation::Same => "the same rows for every input",
        Relation::Wider => "every row of before, and maybe more",
        Relation::Narrower => "no row that was not there before, and maybe fewer",
        Relation::Different => "rows may come and go, or nothing could be shown",
    }
}

fn page(title: &str, comparison: &Comparison) -> String {
    // Writing to a `String` cannot fail.
    let mut text = format!("{title}\n{}: {}\n", comparison.relation.as_str(), sentence(comparison.relation));
    for difference in &comparison.differences {
        let _ = write!(text, "\n{}", difference.relation.as_str());
        if !difference.why.is_empty() {
            let _ = write!(text, ": {}", difference.why);
        }
        text.push('\n');
        lines(&mut text, '-', &difference.first);
        lines(&mut text, '+', &difference.second);
    }
    let columns = &comparison.columns;
    if !columns.is_empty() {
        text += "\ncolumns\n";
        for (sign, names) in [('-', &columns.removed), ('+', &columns.added), ('~', &columns.changed)] {
            if !names.is_empty() {
                let _ = writeln!(text, "  {sign} {}", names.join(", "));
            }
        }
    }
    if !comparison.settings.is_empty() {
        text += "\nsettings\n";
    }
    for change in &comparison.settings {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let relation = change.relation.map_or(String::new(), |relation| format!("  ({})", relation.as_str()));
        let _ = writeln!(text, "  {}: {} → {}{relation}", change.name, value(&change.first), value(&change.second));
    }
    text
}

fn lines(text: &mut String, sign: char, pieces: &[Piece]) {
    for piece in pieces {
        let _ = writeln!(text, "  {sign} stage {}: {}", piece.stage, piece.text);
    }
}
