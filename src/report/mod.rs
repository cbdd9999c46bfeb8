//! Findings to text: drawn for people, a line each, or JSON.
//!
//! Here, and only here, bytes become lines and columns.

mod concise;
mod finding;
mod human;
mod json;

pub use finding::{FileReport, Finding, FindingFix, Position, Related};
pub use human::Colour;

use std::fmt::Write as _;

use crate::diagnostic::{Effect, Severity};

/// Shapes of the output of `lint`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// Each finding with its lines drawn.
    #[default]
    Full,
    /// One line a finding.
    Concise,
    /// One JSON object with all findings.
    Json,
}

/// Numbers for the last line of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Files that were read.
    pub files: usize,
    /// Rules in them.
    pub rules: usize,
    /// Findings of each severity.
    pub errors: usize,
    /// See [`Self::errors`].
    pub warnings: usize,
    /// See [`Self::errors`].
    pub infos: usize,
    /// Findings that `--fix` mends.
    pub fixable: usize,
    /// Findings that only `--unsafe-fixes` mends.
    pub unsafe_fixable: usize,
}

impl Summary {
    /// Counts what stands in reports.
    pub fn of(reports: &[FileReport]) -> Self {
        let mut summary = Self { files: reports.len(), ..Self::default() };
        for report in reports {
            summary.rules += report.rules;
            for finding in &report.findings {
                summary.count(finding);
            }
        }
        summary
    }

    fn count(&mut self, finding: &Finding) {
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => self.infos += 1,
        }
        match &finding.fix {
            Some(fix) if fix.effect.is_safe() => self.fixable += 1,
            Some(_) => self.unsafe_fixable += 1,
            None => {}
        }
    }

    /// Number of findings.
    pub fn findings(&self) -> usize {
        self.errors + self.warnings + self.infos
    }

    /// `Found 3 findings (1 error, 2 warnings) in 2 files; 1 fixable with --fix`
    pub fn sentence(&self) -> String {
        let files = counted(self.files, "file");
        if self.findings() == 0 {
            return format!("No findings in {} ({files})", counted(self.rules, "rule"));
        }
        let kinds: Vec<String> = [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| if word == "info" { format!("{count} info") } else { counted(count, word) })
            .collect();
        let mut sentence = format!("Found {} ({}) in {files}", counted(self.findings(), "finding"), kinds.join(", "));
        if self.fixable + self.unsafe_fixable > 0 {
            let _ = write!(sentence, "; {} with a safe fix, {} with an unsafe one", self.fixable, self.unsafe_fixable);
        }
        sentence
    }
}

/// `1 file`, `2 files`
pub(crate) fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// How a fix is marked: `fix` if it is safe, else `unsafe` with the sign of its effect.
fn fix_mark(effect: Effect) -> String {
    if effect.is_safe() { "[fix]".to_owned() } else { format!("[unsafe {}]", effect.sign()) }
}

/// Findings drawn one after the other, without figures at the end.
pub fn draw(reports: &[FileReport], colour: Colour) -> String {
    human::draw(reports, colour)
}

/// All reports in one shape, ready to print.
pub fn render(reports: &[FileReport], format: Format, colour: Colour) -> String {
    match format {
        Format::Full => human::render(reports, colour),
        Format::Concise => concise::render(reports),
        Format::Json => json::render(reports),
    }
}
