//! Findings with their places in the file.

use super::edits::{EditForm, FindingEdit, place_edits};
use crate::diagnostic::{Diagnostic, Effect, Severity};
use crate::source::{FileProblem, LineIndex, RuleFile};
use crate::span::FileSpan;

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// The file, as it was named.
    pub path: String,
    /// Its text, for drawing.
    pub text: String,
    /// Number of rules in it.
    pub rules: usize,
    /// The findings in order of position.
    pub findings: Vec<Finding>,
    /// Findings that somebody has decided to leave out. Only SARIF shows them.
    pub suppressed: Vec<Suppressed>,
    /// Number of findings that were mended.
    pub fixed: usize,
}

/// A finding that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Where the decision stands.
    pub by: SuppressedBy,
    /// Why, if it is said.
    pub reason: Option<String>,
}

/// A [`Suppressed`] without its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuppressedDiagnostic {
    /// Index of the rule in the file.
    pub rule: usize,
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Where the decision stands.
    pub by: SuppressedBy,
    /// Why, if it is said.
    pub reason: Option<String>,
}

/// Where the decision to leave out a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SuppressedBy {
    /// In a comment of the rule file.
    Comment,
    /// In the configuration or a baseline.
    Configuration,
}

/// A line and a column, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A finding in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable code.
    pub code: &'static str,
    /// Name of the lint rule.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// Bytes of the file.
    pub span: FileSpan,
    /// Where it starts.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// A few words drawn at the place.
    pub label: String,
    /// Other places.
    pub related: Vec<Related>,
    /// What to write instead.
    pub help: Option<String>,
    /// Evidence.
    pub notes: Vec<String>,
    /// How to mend it.
    pub fix: Option<FindingFix>,
}

/// Another place of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Bytes of the file.
    pub span: FileSpan,
    /// Where it starts.
    pub start: Position,
    /// A few words.
    pub message: String,
}

/// A fix, with the places of its edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingFix {
    /// What it does, in the imperative.
    pub title: String,
    /// What it does to the result of the rule.
    pub effect: Effect,
    /// The edits.
    pub edits: Vec<FindingEdit>,
}

impl FileReport {
    /// The report of a file that could be read, with the diagnostics of each of its rules.
    pub fn of(file: &RuleFile, diagnostics: Vec<(usize, Diagnostic)>) -> Self {
        Self::with_edits(file, diagnostics, EditForm::Decoded)
    }

    /// The same, with the edits of fixes in one form or the other.
    pub fn with_edits(file: &RuleFile, diagnostics: Vec<(usize, Diagnostic)>, form: EditForm) -> Self {
        let lines = LineIndex::new(&file.text);
        let mut findings: Vec<Finding> = diagnostics
            .into_iter()
            .filter_map(|(rule, diagnostic)| place(file, rule, &lines, diagnostic, form))
            .collect();
        findings.sort_by(|a, b| (a.span, a.code).cmp(&(b.span, b.code)));
        let (path, text, rules) = (file.path.clone(), file.text.clone(), file.rules.len());
        Self { path, text, rules, findings, suppressed: Vec::new(), fixed: 0 }
    }

    /// With findings that somebody has decided to leave out.
    #[must_use]
    pub fn with_suppressed(mut self, file: &RuleFile, suppressed: Vec<SuppressedDiagnostic>) -> Self {
        let lines = LineIndex::new(&file.text);
        self.suppressed.extend(suppressed.into_iter().filter_map(|suppressed| {
            let SuppressedDiagnostic { rule, diagnostic, by, reason } = suppressed;
            Some(Suppressed { finding: place(file, rule, &lines, diagnostic, EditForm::Decoded)?, by, reason })
        }));
        self
    }

    /// The report of a file that could not be read.
    pub fn of_problem(problem: FileProblem) -> Self {
        let lines = LineIndex::new(&problem.text);
        let related = problem
            .related
            .into_iter()
            .map(|(span, message)| Related { span, start: position(&lines, span.start), message })
            .collect();
        let mut finding = Finding::at(&lines, "FIL001", "unreadable-file", problem.place, problem.message);
        finding.related = related;
        finding.help = problem.help;
        let (path, text, findings) = (problem.path, problem.text, vec![finding]);
        Self { path, text, rules: 0, findings, suppressed: Vec::new(), fixed: 0 }
    }
}

impl Finding {
    /// An error at a place of a file, with nothing but its message.
    pub fn at(lines: &LineIndex<'_>, code: &'static str, name: &'static str, span: FileSpan, message: String) -> Self {
        Self {
            code,
            name,
            severity: Severity::Error,
            message,
            span,
            start: position(lines, span.start),
            end: position(lines, span.end),
            label: String::new(),
            related: Vec::new(),
            help: None,
            notes: Vec::new(),
            fix: None,
        }
    }
}

pub(super) fn position(lines: &LineIndex<'_>, offset: u32) -> Position {
    let (line, column) = lines.position(offset as usize);
    Position { line, column }
}

fn place(
    file: &RuleFile,
    index: usize,
    lines: &LineIndex<'_>,
    diagnostic: Diagnostic,
    form: EditForm,
) -> Option<Finding> {
    let rule = file.rules.get(index)?;
    let span = rule.file_span(diagnostic.place);
    let related = diagnostic
        .related
        .into_iter()
        .map(|label| {
            let span = rule.file_span(label.place);
            Related { span, start: position(lines, span.start), message: label.message }
        })
        .collect();
    // A text without an exact map can't be edited, so its fix is withheld.
    let fix = diagnostic.fix.filter(|fix| fix.edits.iter().all(|edit| rule.is_exact(edit.place.text)));
    let fix = fix.map(|fix| FindingFix {
        title: fix.title,
        effect: fix.effect,
        edits: place_edits(file, index, lines, fix.edits, form),
    });
    Some(Finding {
        severity: diagnostic.severity,
        label: diagnostic.label,
        related,
        help: diagnostic.help,
        notes: diagnostic.notes,
        fix,
        ..Finding::at(lines, diagnostic.code, diagnostic.name, span, diagnostic.message)
    })
}
