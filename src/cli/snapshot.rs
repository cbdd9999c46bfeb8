//! `kqlift snapshot`

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::arguments::SnapshotArguments;
use super::files::{self, Input};
use super::study::{self, Depth, Study};
use super::world::Worlds;
use super::{CommandResult, Exit, Failure, output};
use crate::emit::Outcome as Converted;
use crate::explain::{Section, Sections, render_text_sections};
use crate::report::counted;

/// Columns of a page in a snapshot.
const WIDTH: usize = 100;

/// Name of a snapshot behind the name of its rule file.
const EXTENSION: &str = "snap";

pub(super) fn run(arguments: &SnapshotArguments) -> CommandResult {
    let files = files::find(&arguments.inputs)?;
    if files.is_empty() && !arguments.inputs.allow_empty {
        return Ok(Exit::NoFiles);
    }
    let worlds = Worlds::new(&files, &arguments.inputs, &[])?;
    let texts = files::each(&files, &arguments.inputs, |input, outcome| {
        let studied = study::outcome(input, outcome, worlds.of(input), Depth::Full);
        let texts: Vec<String> = studied.studies.iter().map(study_text).collect();
        (name(input), texts, studied.problems)
    })?;
    let mut exit = Exit::Clean;
    let mut wanted = BTreeMap::new();
    for (name, texts, problems) in texts {
        for problem in problems {
            output::complain(&problem);
            exit = Exit::Findings;
        }
        if !texts.is_empty() {
            wanted.insert(name, texts.join("\n"));
        }
    }
    let changes = changes(&wanted, &arguments.into)?;
    output::print(&shown(&changes))?;
    if arguments.update {
        write(&changes, &wanted, &arguments.into)?;
    } else if !changes.is_empty() {
        exit = Exit::Findings;
    }
    output::complain(&summary(&changes, wanted.len(), arguments.update));
    Ok(exit)
}

/// What became of one snapshot.
struct Change {
    name: PathBuf,
    kind: ChangeKind,
    difference: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChangeKind {
    New,
    Changed,
    Stale,
}

impl ChangeKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Stale => "stale",
        }
    }
}

/// A snapshot keeps the rule file's name whole: two files may differ in nothing but their extension.
fn name(input: &Input) -> PathBuf {
    let mut name = input.relative.clone().into_os_string();
    name.push(".");
    name.push(EXTENSION);
    PathBuf::from(name)
}

/// Lines of the file would change with every comment, so that findings are left to `lint`; descriptions are prose,
/// and a date says nothing about the meaning.
fn study_text(study: &Study) -> String {
    let mut explanation = study.explanation.clone();
    explanation.header.description = None;
    explanation.header.changed = None;
    let sections: Vec<Section> = Section::ALL
        .into_iter()
        .filter(|section| !matches!(section, Section::Findings | Section::Exclusions))
        .collect();
    let mut text = render_text_sections(&explanation, &Sections::only(&sections), WIDTH);
    for conversion in &study.conversions {
        let _ = write!(text, "\n=== {}: ", conversion.target.as_str());
        match &conversion.outcome {
            Converted::Converted(rule) => {
                let _ = writeln!(text, "{}\n{}", conversion.class.as_str(), rule.trim_end());
            }
            Converted::Refused(refusals) => {
                text += "refused\n";
                for refusal in refusals {
                    let _ = writeln!(text, "{}: {}", refusal.reason.as_str(), refusal.message);
                }
            }
        }
    }
    text
}

/// What differs between the rules and the folder, in the order of names.
fn changes(wanted: &BTreeMap<PathBuf, String>, folder: &Path) -> Result<Vec<Change>, Failure> {
    let mut names: BTreeSet<PathBuf> = wanted.keys().cloned().collect();
    kept(folder, folder, &mut names)?;
    let mut changes = Vec::new();
    for name in names {
        let path = folder.join(&name);
        let old = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Failure::io("read", &path, &error)),
        };
        let new = wanted.get(&name);
        let kind = match (&old, new) {
            (None, Some(_)) => ChangeKind::New,
            (Some(_), None) => ChangeKind::Stale,
            (Some(old), Some(new)) if old != new => ChangeKind::Changed,
            (Some(_), Some(_)) | (None, None) => continue,
        };
        let difference = match (kind, &old, new) {
            (ChangeKind::Changed, Some(old), Some(new)) => difference(&name, old, new),
            _ => String::new(),
        };
        changes.push(Change { name, kind, difference });
    }
    Ok(changes)
}

/// The snapshots in a folder; other files are not looked at.
fn kept(root: &Path, folder: &Path, names: &mut BTreeSet<PathBuf>) -> Result<(), Failure> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::io("read", folder, &error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| Failure::io("read", folder, &error))?;
        let kind = entry.file_type().map_err(|error| Failure::io("read", folder, &error))?;
        let path = entry.path();
        if kind.is_dir() {
            kept(root, &path, names)?;
        } else if path.extension().is_some_and(|extension| extension == EXTENSION)
            && let Ok(name) = path.strip_prefix(root)
        {
            names.insert(name.to_path_buf());
        }
    }
    Ok(())
}

fn difference(name: &Path, old: &str, new: &str) -> String {
    let name = name.display().to_string();
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(&name, &name).to_string()
}

fn shown(changes: &[Change]) -> String {
    let one = |change: &Change| match change.kind {
        ChangeKind::Changed => change.difference.clone(),
        ChangeKind::New | ChangeKind::Stale => format!("{}: {}\n", change.kind.as_str(), change.name.display()),
    };
    changes.iter().map(one).collect::<Vec<_>>().concat()
}

fn write(changes: &[Change], wanted: &BTreeMap<PathBuf, String>, folder: &Path) -> Result<(), Failure> {
    for change in changes {
        let path = folder.join(&change.name);
        let Some(text) = wanted.get(&change.name) else {
            std::fs::remove_file(&path).map_err(|error| Failure::io("remove", &path, &error))?;
            continue;
        };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| Failure::io("make the folder", parent, &error))?;
        }
        output::write_file(&path, text)?;
    }
    Ok(())
}

fn summary(differences: &[Change], files: usize, is_update: bool) -> String {
    let count = |kind| differences.iter().filter(|change| change.kind == kind).count();
    let (new, changed, stale) = (count(ChangeKind::New), count(ChangeKind::Changed), count(ChangeKind::Stale));
    let files = counted(files, "rule file");
    if differences.is_empty() {
        return format!("kqlift: the snapshots of {files} are up to date");
    }
    let advice = if is_update { "written" } else { "`--update` writes them" };
    format!("kqlift: {files}: {new} new, {changed} changed, {stale} stale; {advice}")
}
