//! Findings with their places in the file.

use crate::diagnostic::{Diagnostic, Effect, Severity};
use crate::source::{FileProblem, LineIndex, RuleFile, RuleText};
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

/// A fix, with the places of its edits. The new text is that of the decoded value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingFix {
    /// What it does, in the imperative.
    pub title: String,
    /// What it does to the result of the rule.
    pub effect: Effect,
    /// Start, end and new text of each edit.
    pub edits: Vec<(Position, Position, String)>,
}

impl FileReport {
    /// The report of a file that could be read, with the diagnostics of each of its rules.
    pub fn of(file: &RuleFile, diagnostics: Vec<(usize, Diagnostic)>) -> Self {
        let lines = LineIndex::new(&file.text);
        let mut findings: Vec<Finding> = diagnostics
            .into_iter()
            .filter_map(|(rule, diagnostic)| Some(place(file.rules.get(rule)?, &lines, diagnostic)))
            .collect();
        findings.sort_by(|a, b| (a.span, a.code).cmp(&(b.span, b.code)));
        Self { path: file.path.clone(), text: file.text.clone(), rules: file.rules.len(), findings }
    }

    /// The report of a file that could not be read.
    pub fn of_problem(problem: FileProblem) -> Self {
        let lines = LineIndex::new(&problem.text);
        let related = problem
            .related
            .into_iter()
            .map(|(span, message)| Related { span, start: position(&lines, span.start), message })
            .collect();
        let finding = Finding {
            code: "FILE001",
            name: "unreadable-file",
            severity: Severity::Error,
            message: problem.message,
            span: problem.place,
            start: position(&lines, problem.place.start),
            end: position(&lines, problem.place.end),
            label: String::new(),
            related,
            help: problem.help,
            notes: Vec::new(),
            fix: None,
        };
        Self { path: problem.path, text: problem.text, rules: 0, findings: vec![finding] }
    }
}

fn position(lines: &LineIndex<'_>, offset: u32) -> Position {
    let (line, column) = lines.position(offset as usize);
    Position { line, column }
}

fn place(rule: &RuleText, lines: &LineIndex<'_>, diagnostic: Diagnostic) -> Finding {
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
        edits: fix
            .edits
            .into_iter()
            .map(|edit| {
                let span = rule.file_span(edit.place);
                (position(lines, span.start), position(lines, span.end), edit.replacement)
            })
            .collect(),
    });
    Finding {
        code: diagnostic.code,
        name: diagnostic.name,
        severity: diagnostic.severity,
        message: diagnostic.message,
        span,
        start: position(lines, span.start),
        end: position(lines, span.end),
        label: diagnostic.label,
        related,
        help: diagnostic.help,
        notes: diagnostic.notes,
        fix,
    }
}
