//! Paths in, rule files out, in the order of their names.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::arguments::Inputs;
use super::{Failure, output};
use crate::rule::RuleKind;
use crate::source::{FileProblem, Loaded, RuleFile, read};

/// Extensions that are looked at when a folder is walked.
const EXTENSIONS: &[&str] = &["csl", "kql", "kusto", "md", "markdown", "txt", "yaml", "yml"];

/// A file that was asked for or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    /// Where it is; `None` is standard input.
    path: Option<PathBuf>,
    /// What it is called in reports.
    pub(super) name: PathBuf,
    /// Its path below the folder that was asked for, or its file name: what outputs are named after.
    pub(super) relative: PathBuf,
}

/// What became of an input.
pub(super) enum Outcome {
    /// Rules.
    Rules(RuleFile),
    /// A rule file that is broken.
    Broken(FileProblem),
    /// Nothing to say about it.
    Skipped,
}

/// The files under the given paths, sorted by name, each once.
pub(super) fn find(inputs: &Inputs) -> Result<Vec<Input>, Failure> {
    let here = [PathBuf::from(".")];
    let paths: &[PathBuf] = if inputs.paths.is_empty() { &here } else { &inputs.paths };
    let mut found = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            let name = inputs.stdin_filename.clone().unwrap_or_else(|| PathBuf::from("-"));
            let relative = file_name(&name);
            found.push(Input { path: None, name, relative });
        } else if path.is_dir() {
            walk(path, &mut found);
        } else if path.exists() {
            found.push(Input { path: Some(path.clone()), name: path.clone(), relative: file_name(path) });
        } else {
            return Err(Failure(format!("there is no file or folder {}", path.display())));
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup_by(|a, b| a.name == b.name);
    Ok(found)
}

fn file_name(path: &Path) -> PathBuf {
    path.file_name().map_or_else(|| PathBuf::from("rule"), PathBuf::from)
}

fn walk(folder: &Path, found: &mut Vec<Input>) {
    for entry in ignore::WalkBuilder::new(folder).build() {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) && is_candidate(entry.path()) => {
                let path = entry.into_path();
                let name = path.strip_prefix("./").unwrap_or(&path).to_path_buf();
                let relative = path.strip_prefix(folder).unwrap_or(&path).to_path_buf();
                found.push(Input { path: Some(path), name, relative });
            }
            Ok(_) => {}
            // An unreadable folder or a loop of links is said, and the rest goes on.
            Err(error) => output::complain(&format!("kqlift: {error}")),
        }
    }
}

fn is_candidate(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        let extension = extension.to_string_lossy().to_ascii_lowercase();
        EXTENSIONS.contains(&extension.as_str())
    })
}

/// Reads files in parallel and does something with each; results come in the order of the files.
pub(super) fn each<T: Send>(
    files: &[Input],
    inputs: &Inputs,
    work: impl Fn(&Input, Outcome) -> T + Sync,
) -> Result<Vec<T>, Failure> {
    files
        .par_iter()
        .map(|input| {
            let bytes = bytes(input)?;
            Ok(work(input, load(input, bytes, inputs.kind, inputs.verbose)))
        })
        .collect()
}

fn bytes(input: &Input) -> Result<Vec<u8>, Failure> {
    let Some(path) = &input.path else {
        let mut bytes = Vec::new();
        return match std::io::stdin().lock().read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            Err(error) => Err(Failure(format!("can't read standard input: {error}"))),
        };
    };
    std::fs::read(path).map_err(|error| Failure::io("read", path, &error))
}

fn load(input: &Input, bytes: Vec<u8>, kind: Option<RuleKind>, verbose: bool) -> Outcome {
    match read(&input.name, bytes, kind) {
        Loaded::Rules(file) => Outcome::Rules(file),
        Loaded::Broken(problem) => Outcome::Broken(problem),
        Loaded::Sigma(file) => skipped(&file.path, "Sigma rules are not read yet", verbose),
        Loaded::NotARule { reason } => skipped(&input.name.display().to_string(), &reason, verbose),
    }
}

fn skipped(path: &str, reason: &str, verbose: bool) -> Outcome {
    if verbose {
        output::complain(&format!("kqlift: {path} is passed over: {reason}"));
    }
    Outcome::Skipped
}
