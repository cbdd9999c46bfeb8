//! Sigma rules on other platforms: how many of the real ones convert, that what is written can be read again, and that
//! it finds the same events.
//!
//! Needs the shared corpus; says aloud when it is absent. With `KQLIFT_SHOW=refusals` every refusal is printed.

#![expect(clippy::print_stdout, reason = "figures for whoever reads the log")]

#[path = "../conversion/mod.rs"]
mod conversion;
#[path = "../shared/mod.rs"]
mod shared;

mod cases;
mod correlations;
mod coverage;
mod events;
mod rounds;

use std::path::{Path, PathBuf};

use kqlift::analyze::analyze;
use kqlift::ir::Detection;
use kqlift::lower::lower as lower_query;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;

/// Rules of the corpus by path.
fn corpus() -> Option<Vec<(String, String)>> {
    let folder = shared::folder("corpus/sigma")?;
    let mut found = Vec::new();
    files(&folder, &mut found);
    found.sort();
    let text = |path: &PathBuf| {
        let name = path.strip_prefix(&folder).unwrap_or(path).display().to_string();
        (name, std::fs::read_to_string(path).unwrap_or_default())
    };
    Some(found.iter().map(text).collect())
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            found.push(path);
        }
    }
}

/// The meaning of a query, or what is wrong with it.
fn meaning(query: &str) -> Result<Detection, String> {
    let schema = Schema::builtin();
    let parsed = parse(query);
    if let Some(error) = parsed.errors.first() {
        return Err(error.message.clone());
    }
    let facts = analyze(&parsed.query, &schema);
    if let Some(unresolved) = facts.unresolved.first() {
        return Err(format!("unresolved {:?} `{}`", unresolved.kind, unresolved.name));
    }
    Ok(lower_query(query, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet))
}
