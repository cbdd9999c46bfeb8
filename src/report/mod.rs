//! Findings to text: drawn for people, a line each, or in the form that some other program reads.
//!
//! Here, and only here, bytes become lines and columns. Each format has its own idea of a column and of what has to be
//! escaped: both stand in its file, with where it is said.

mod annotations;
mod concise;
mod edits;
mod fingerprint;
mod finding;
mod gitlab;
mod human;
mod json;
mod junit;
mod rdjson;
mod sarif;
mod statistics;

pub use edits::{EditForm, FindingEdit};
pub use finding::{FileReport, Finding, FindingFix, Position, Related, Suppressed, SuppressedBy, SuppressedDiagnostic};
pub use human::Colour;
pub use statistics::{statistics, statistics_json};

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
    /// One JSON object a finding, a line each.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Code Quality report of GitLab.
    Gitlab,
    /// Logging commands of Azure Pipelines.
    Azure,
    /// `JUnit` XML: a suite a file.
    Junit,
    /// Reviewdog's diagnostic format.
    Rdjson,
}

impl Format {
    /// Which form of a fix's edits it prints.
    pub fn edit_form(self) -> EditForm {
        match self {
            Self::Full | Self::Concise | Self::Github | Self::Gitlab | Self::Azure | Self::Junit => EditForm::Decoded,
            Self::Json | Self::Jsonl | Self::Sarif | Self::Rdjson => EditForm::File,
        }
    }
}

/// What a format may print about the lint rule of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleDescription {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Severity of its findings unless the configuration says otherwise.
    pub severity: Severity,
    /// What its family is about.
    pub category: &'static str,
    /// Its page in Markdown, which begins with a heading.
    pub document: &'static str,
    /// Path of the page below the pages of all rules.
    pub page: &'static str,
}

impl RuleDescription {
    /// Where the page is read in a browser.
    pub fn uri(&self) -> String {
        format!("{REPOSITORY}/blob/main/src/lint/rules/{}", self.page)
    }
}

/// Where the project lives.
const REPOSITORY: &str = "https://github.com/kqlift/kqlift";

/// How to print.
#[derive(Debug, Clone, Copy)]
pub struct Style<'a> {
    /// In what shape.
    pub format: Format,
    /// Whether to colour, where the shape has colours.
    pub colour: Colour,
    /// Whether the line with figures at the end is left out.
    pub is_quiet: bool,
    /// All lint rules.
    pub rules: &'a [RuleDescription],
}

impl Style<'_> {
    fn rule(&self, code: &str) -> Option<&RuleDescription> {
        self.rules.iter().find(|rule| rule.code == code)
    }
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
    /// Findings that were mended.
    pub fixed: usize,
    /// Findings that are silenced.
    pub suppressed: usize,
}

impl Summary {
    /// Counts what stands in reports.
    pub fn of(reports: &[FileReport]) -> Self {
        let mut summary = Self { files: reports.len(), ..Self::default() };
        for report in reports {
            summary.rules += report.rules;
            summary.fixed += report.fixed;
            summary.suppressed += report.suppressed.len();
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

    /// `Found 3 findings (1 error, 2 warnings) in 2 files; 1 fixable with --fix, 1 more with --unsafe-fixes=any`
    pub fn sentence(&self) -> String {
        let files = counted(self.files, "file");
        if self.findings() == 0 {
            let rules = counted(self.rules, "rule");
            return match self.fixed {
                0 => format!("No findings in {rules} ({files})"),
                fixed => format!("No findings left in {rules} ({files}), {fixed} fixed"),
            };
        }
        let kinds: Vec<String> = [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| if word == "info" { format!("{count} info") } else { counted(count, word) })
            .collect();
        let mut sentence = format!("Found {} ({}) in {files}", counted(self.findings(), "finding"), kinds.join(", "));
        if self.fixed > 0 {
            let _ = write!(sentence, ", {} fixed", self.fixed);
        }
        let unsafe_ones = self.unsafe_fixable;
        let _ = match (self.fixable, unsafe_ones) {
            (0, 0) => Ok(()),
            (safe, 0) => write!(sentence, "; {safe} fixable with --fix"),
            (0, _) => write!(sentence, "; {unsafe_ones} fixable with --fix --unsafe-fixes=any"),
            (safe, _) => {
                write!(sentence, "; {safe} fixable with --fix, {unsafe_ones} more with --unsafe-fixes=any")
            }
        };
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
    human::draw(reports, colour, &|_| None)
}

/// All reports in one shape, ready to print.
pub fn render(reports: &[FileReport], style: Style<'_>) -> String {
    match style.format {
        Format::Full => human::render(reports, &style),
        Format::Concise => concise::render(reports, style.is_quiet),
        Format::Json => json::render(reports),
        Format::Jsonl => json::render_lines(reports),
        Format::Sarif => sarif::render(reports, &style),
        Format::Github => annotations::github(reports),
        Format::Gitlab => gitlab::render(reports),
        Format::Azure => annotations::azure(reports),
        Format::Junit => junit::render(reports),
        Format::Rdjson => rdjson::render(reports, &style),
    }
}
