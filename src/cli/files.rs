//! Paths in, rule files out, in the order of their names.
//!
//! Folders are walked without what `.gitignore` and `.ignore` files name, in a Git repository or not: an unpacked
//! archive is read as the repository that it was packed from. A person's own Git settings do not count, so that a run
//! gives the same everywhere. Hidden files are passed over; links to files are read, links to folders are not entered,
//! so that no walk is endless. Whatever can't be read is a finding, and the run goes on.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::arguments::Inputs;
use super::fix::Change;
use super::progress::Progress;
use super::settings::Configurations;
use super::{Failure, output};
use crate::config::{self, Settings};
use crate::source::{FileProblem, Loaded, ProblemKind, RuleFile, read};
use crate::span::FileSpan;

/// Extensions that are looked at when a folder is walked.
const EXTENSIONS: &[&str] = &["csl", "json", "kql", "kusto", "md", "markdown", "txt", "yaml", "yml"];

/// A file that was asked for or found.
#[derive(Debug, Clone)]
pub(super) struct Input {
    origin: Origin,
    /// What it is called in reports.
    pub(super) name: PathBuf,
    /// Its path below the folder that was asked for, or its file name: what outputs are named after.
    pub(super) relative: PathBuf,
    /// Its path from the root: what the configuration's patterns are about.
    pub(super) absolute: PathBuf,
    /// What the configuration says for it.
    pub(super) settings: Arc<Settings>,
}

impl Input {
    /// What has to be written if it is to have the text of `new`.
    pub(super) fn change(&self, old: &RuleFile, new: &RuleFile) -> Option<Change> {
        let path = match &self.origin {
            Origin::File(path) => Some(path.clone()),
            Origin::StandardInput | Origin::Nowhere(_) => None,
        };
        Change::between(path, old, new)
    }
}

/// Where the bytes of an input come from.
#[derive(Debug, Clone)]
enum Origin {
    File(PathBuf),
    StandardInput,
    /// The walk has failed here already; why.
    Nowhere(String),
}

/// What became of an input.
pub(super) enum Outcome {
    /// Rules.
    Rules(RuleFile),
    /// A rule file that is broken.
    Broken(FileProblem),
    /// Sigma rules.
    Sigma(RuleFile),
    /// Nothing to say about it.
    Skipped,
}

/// The files under the given paths, sorted by name, each once.
pub(super) fn find(inputs: &Inputs) -> Result<Vec<Input>, Failure> {
    let here = [PathBuf::from(".")];
    let paths: &[PathBuf] = if inputs.paths.is_empty() { &here } else { &inputs.paths };
    let mut search = Search { configurations: Configurations::new(&inputs.shared)?, found: Vec::new() };
    for path in paths {
        if path == Path::new("-") {
            let name = inputs.stdin_filename.clone().unwrap_or_else(|| PathBuf::from("-"));
            search.add(Origin::StandardInput, name.clone(), file_name(&name), false)?;
        } else if path.is_dir() {
            search.walk(path)?;
        } else if path.exists() {
            search.add(Origin::File(path.clone()), plain(path), file_name(path), false)?;
        } else {
            return Err(Failure(format!("there is no file or folder {}", path.display())));
        }
    }
    let mut found = search.found;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let mut seen = BTreeSet::new();
    found.retain(|input| seen.insert(input.absolute.clone()));
    Ok(found)
}

fn file_name(path: &Path) -> PathBuf {
    path.file_name().map_or_else(|| PathBuf::from("rule"), PathBuf::from)
}

/// A path without a leading `./`, which no report wants.
fn plain(path: &Path) -> PathBuf {
    path.strip_prefix("./").unwrap_or(path).to_path_buf()
}

/// Files so far, and the configurations that were met on the way.
struct Search {
    configurations: Configurations,
    found: Vec<Input>,
}

impl Search {
    /// Takes a file, unless it was found by walking and its configuration does not include it.
    fn add(&mut self, origin: Origin, name: PathBuf, relative: PathBuf, is_walked: bool) -> Result<(), Failure> {
        let absolute = config::absolute(&name);
        let settings = self.configurations.of_folder(absolute.parent().unwrap_or(&absolute))?;
        if !is_walked || settings.includes(&absolute) {
            self.found.push(Input { origin, name, relative, absolute, settings });
        }
        Ok(())
    }

    fn walk(&mut self, folder: &Path) -> Result<(), Failure> {
        let mut builder = ignore::WalkBuilder::new(folder);
        builder.require_git(false).git_global(false).git_exclude(false);
        for entry in builder.build() {
            let (origin, path) = match entry {
                Ok(entry) if is_candidate(entry.path()) => match origin(&entry) {
                    Some(origin) => (origin, entry.into_path()),
                    None => continue,
                },
                Ok(_) => continue,
                Err(error) => {
                    let path = path_of(&error).unwrap_or(folder).to_path_buf();
                    (Origin::Nowhere(reason(&error)), path)
                }
            };
            let relative = path.strip_prefix(folder).unwrap_or(&path).to_path_buf();
            self.add(origin, plain(&path), relative, true)?;
        }
        Ok(())
    }
}

fn is_candidate(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        let extension = extension.to_string_lossy().to_ascii_lowercase();
        EXTENSIONS.contains(&extension.as_str())
    })
}

/// Files, and links to files; a link that leads nowhere or in a circle is a file that can't be read.
fn origin(entry: &ignore::DirEntry) -> Option<Origin> {
    let kind = entry.file_type()?;
    if kind.is_file() {
        return Some(Origin::File(entry.path().to_path_buf()));
    }
    if !kind.is_symlink() {
        return None;
    }
    match std::fs::metadata(entry.path()) {
        Ok(target) => target.is_file().then(|| Origin::File(entry.path().to_path_buf())),
        Err(error) => Some(Origin::Nowhere(format!("the link can't be followed: {error}"))),
    }
}

/// The path that a failed walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithDepth { err, .. } => path_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        ignore::Error::Io(_)
        | ignore::Error::Glob { .. }
        | ignore::Error::UnrecognizedFileType(_)
        | ignore::Error::InvalidDefinition => None,
    }
}

fn reason(error: &ignore::Error) -> String {
    match error.io_error() {
        Some(error) => format!("the folder can't be read: {error}"),
        None => format!("the folder can't be read: {error}"),
    }
}

/// Reads files in parallel and does something with each; results come in the order of the files.
pub(super) fn each<T: Send>(
    files: &[Input],
    inputs: &Inputs,
    work: impl Fn(&Input, Outcome) -> T + Sync,
) -> Result<Vec<T>, Failure> {
    let progress = Progress::new(files.len(), &inputs.shared);
    files
        .par_iter()
        .map(|input| {
            let outcome = match bytes(input)? {
                Ok(bytes) => load(input, bytes, inputs),
                Err(reason) => Outcome::Broken(unreadable(input, reason)),
            };
            let result = work(input, outcome);
            progress.step();
            Ok(result)
        })
        .collect()
}

/// The bytes of an input, or why there are none. Only standard input stops the run: nothing else was asked for.
fn bytes(input: &Input) -> Result<Result<Vec<u8>, String>, Failure> {
    match &input.origin {
        Origin::File(path) => Ok(std::fs::read(path).map_err(|error| format!("the file can't be read: {error}"))),
        Origin::Nowhere(reason) => Ok(Err(reason.clone())),
        Origin::StandardInput => {
            let mut bytes = Vec::new();
            match std::io::stdin().lock().read_to_end(&mut bytes) {
                Ok(_) => Ok(Ok(bytes)),
                Err(error) => Err(Failure(format!("can't read standard input: {error}"))),
            }
        }
    }
}

/// Names and texts of the YAML files that can be read; standard input can't be read twice.
pub(super) fn yaml_texts(files: &[Input]) -> impl Iterator<Item = (String, String)> {
    let is_yaml = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml");
    files.iter().filter_map(move |input| match &input.origin {
        Origin::File(path) => {
            let path = Some(path).filter(is_yaml)?;
            Some((input.name.display().to_string(), std::fs::read_to_string(path).ok()?))
        }
        Origin::StandardInput | Origin::Nowhere(_) => None,
    })
}

fn unreadable(input: &Input, message: String) -> FileProblem {
    FileProblem {
        kind: ProblemKind::Unreadable,
        path: input.name.display().to_string(),
        text: String::new(),
        message,
        place: FileSpan::default(),
        help: None,
        related: Vec::new(),
    }
}

fn load(input: &Input, bytes: Vec<u8>, inputs: &Inputs) -> Outcome {
    let kind = inputs.kind.or_else(|| input.settings.kind(&input.absolute));
    match read(&input.name, bytes, kind) {
        Loaded::Rules(file) => {
            for note in &file.notes {
                skipped(&file.path, note, inputs);
            }
            Outcome::Rules(file)
        }
        Loaded::Broken(problem) => Outcome::Broken(problem),
        Loaded::Sigma(file) => Outcome::Sigma(file),
        Loaded::NotARule { reason } => skipped(&input.name.display().to_string(), &reason, inputs),
    }
}

/// Says that a command does nothing with Sigma rules.
pub(super) fn pass_over_sigma(file: &RuleFile, inputs: &Inputs) {
    skipped(&file.path, "this command does not take Sigma rules yet", inputs);
}

fn skipped(path: &str, reason: &str, inputs: &Inputs) -> Outcome {
    if inputs.shared.verbose {
        output::complain(&format!("kqlift: {path} is passed over: {reason}"));
    }
    Outcome::Skipped
}
