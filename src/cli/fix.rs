//! `kqlift lint --fix`, `--diff` and `--add-ignore`: new texts of files, shown or written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use similar::TextDiff;

use super::{Exit, Failure, output};
use crate::diagnostic::Diagnostic;
use crate::fix::{Fixed, UnsafeFixes};
use crate::report::{Colour, counted};
use crate::source::{RuleFile, line_column};

/// What `lint` may do about findings.
#[derive(Debug, Args)]
pub(super) struct FixArguments {
    /// Apply fixes: the safe ones, which don't change what a rule matches
    #[arg(long)]
    pub(super) fix: bool,
    /// Apply fixes that change what a rule matches too: those that widen it, narrow it, or any
    #[arg(long, value_enum, value_name = "KIND", num_args = 0..=1, require_equals = true, default_missing_value = "widen")]
    pub(super) unsafe_fixes: Option<UnsafeFixes>,
    /// Show what `--fix` would change and write nothing; exit with 1 if that is anything
    #[arg(long)]
    pub(super) diff: bool,
    /// Exit with 1 if something was fixed, even if nothing is left
    #[arg(long)]
    pub(super) exit_non_zero_on_fix: bool,
    /// Write a comment that silences each finding, with this reason
    #[arg(long, value_name = "REASON", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(super) add_ignore: Option<String>,
}

impl FixArguments {
    /// Whether files are to be changed, in earnest or for show.
    pub(super) fn changes_files(&self) -> bool {
        self.fix || self.diff || self.add_ignore.is_some()
    }

    /// Refuses options that mean nothing without others.
    pub(super) fn validate(&self) -> Result<(), Failure> {
        let changes = self.fix || self.diff;
        if self.unsafe_fixes.is_some() && !changes {
            return Err(Failure(
                "--unsafe-fixes says which fixes --fix and --diff take: give one of them too".to_owned(),
            ));
        }
        if self.add_ignore.is_some() && self.fix {
            return Err(Failure(
                "--add-ignore and --fix can't be combined: fix first, then silence the rest".to_owned(),
            ));
        }
        Ok(())
    }
}

/// A file and its new text.
pub(super) struct Change {
    /// Where it is; `None` is standard input.
    pub(super) path: Option<PathBuf>,
    /// What it is called.
    pub(super) name: String,
    /// Its text.
    pub(super) old: String,
    /// Its text from now on.
    pub(super) new: String,
}

impl Change {
    /// The change of a file; nothing if it stays as it is. Standard input is passed on even then.
    pub(super) fn between(path: Option<PathBuf>, old: &RuleFile, new: &RuleFile) -> Option<Self> {
        let (old_text, new_text) = (old.text.clone(), new.text.clone());
        let change = Self { path, name: old.path.clone(), old: old_text, new: new_text };
        (change.is_one() || change.path.is_none()).then_some(change)
    }

    /// Whether the text is another one.
    pub(super) fn is_one(&self) -> bool {
        self.old != self.new
    }
}

/// All changes as one unified diff.
pub(super) fn diff(changes: &[Change], colour: Colour) -> String {
    let mut text = String::new();
    for change in changes {
        let diff = TextDiff::from_lines(&change.old, &change.new);
        let unified = diff.unified_diff().context_radius(3).header(&change.name, &change.name).to_string();
        for line in unified.split_inclusive('\n') {
            text += &if colour.is_on { coloured(line) } else { line.to_owned() };
        }
    }
    text
}

fn coloured(line: &str) -> String {
    let code = match line.as_bytes() {
        [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => "1",
        [b'-', ..] => "31",
        [b'+', ..] => "32",
        [b'@', ..] => "36",
        _ => return line.to_owned(),
    };
    let content = line.trim_end_matches(['\n', '\r']);
    format!("\u{1b}[{code}m{content}\u{1b}[0m{}", &line[content.len()..])
}

/// Says what a diff comes to.
pub(super) fn conclude_diff(changes: &[Change], fixed: usize, silenced: usize) -> Exit {
    let count = changes.iter().filter(|change| change.is_one()).count();
    if count == 0 {
        output::complain("Would change nothing");
        return Exit::Clean;
    }
    let files = counted(count, "file");
    output::complain(&match silenced {
        0 => format!("Would fix {} in {files}", counted(fixed, "finding")),
        silenced => format!("Would silence {} in {files}", counted(silenced, "finding")),
    });
    Exit::Findings
}

/// Writes all changes, or none: every file is looked at before the first is touched. Each is replaced as a whole.
pub(super) fn write(changes: &[Change]) -> Result<(), Failure> {
    for change in changes {
        if let Some(path) = &change.path {
            let name = &change.name;
            let failure = |error: std::io::Error| Failure(format!("can't write {name}: {error}"));
            let now = std::fs::read(path).map_err(failure)?;
            if std::fs::metadata(path).map_err(failure)?.permissions().readonly() {
                return Err(Failure(format!("can't write {name}: it is read-only")));
            }
            if now != change.old.as_bytes() {
                return Err(Failure(format!("can't write {name}: it has changed meanwhile")));
            }
        }
    }
    let folders: BTreeSet<&Path> = changes.iter().filter_map(|change| change.path.as_deref()?.parent()).collect();
    for folder in folders {
        output::sweep(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    }
    for change in changes {
        match &change.path {
            Some(path) => output::write_file(path, &change.new)?,
            None => output::print(&change.new)?,
        }
    }
    Ok(())
}

/// Says which fixes could not be proven.
pub(super) fn say_withheld(fixed: &Fixed) {
    for (rule, finding) in &fixed.withheld {
        let place = place(&fixed.file, *rule, finding);
        output::complain(&format!(
            "kqlift: {place}: the fix of {} is withheld: it can't be proven to change nothing else",
            finding.code
        ));
    }
}

/// Says which findings could not be silenced.
pub(super) fn say_not_silenced(file: &RuleFile, findings: &[(usize, Diagnostic)]) {
    for (rule, finding) in findings {
        let place = place(file, *rule, finding);
        output::complain(&format!("kqlift: {place}: no comment can silence {} here; a baseline can", finding.code));
    }
}

fn place(file: &RuleFile, rule: usize, finding: &Diagnostic) -> String {
    let offset = file.rules.get(rule).map_or(0, |rule| rule.file_span(finding.place).start);
    let (line, column) = line_column(&file.text, offset as usize);
    format!("{}:{line}:{column}", file.path)
}
