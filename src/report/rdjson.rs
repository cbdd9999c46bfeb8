//! Reviewdog's diagnostic format, whose columns count bytes:
//! <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>.

use serde::Serialize;

use super::{FileReport, Finding, REPOSITORY, Style};
use crate::diagnostic::Severity;
use crate::span::FileSpan;

#[derive(Serialize)]
struct Report<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: &'a str,
    location: Location<'a>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

pub(super) fn render(reports: &[FileReport], style: &Style<'_>) -> String {
    let diagnostics = reports
        .iter()
        .flat_map(|report| report.findings.iter().map(|finding| diagnostic(report, finding, style)))
        .collect();
    let report = Report { source: Source { name: "kqlift", url: REPOSITORY }, diagnostics };
    // Strings and numbers only: serialising them can't fail.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

fn diagnostic<'a>(report: &'a FileReport, finding: &'a Finding, style: &Style<'_>) -> Diagnostic<'a> {
    let edits = finding.fix.as_ref().map(|fix| fix.edits.as_slice()).unwrap_or_default();
    Diagnostic {
        message: &finding.message,
        location: Location { path: &report.path, range: range(&report.text, finding.span) },
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        code: Code { value: finding.code, url: style.rule(finding.code).map(super::RuleDescription::uri) },
        // Each suggestion replaces one range; several of them would be alternatives, so a fix with several edits has
        // no form here.
        suggestions: match edits {
            [edit] => vec![Suggestion { range: range(&report.text, edit.span), text: &edit.replacement }],
            _ => Vec::new(),
        },
    }
}

fn range(text: &str, span: FileSpan) -> Range {
    Range { start: point(text, span.start as usize), end: point(text, span.end as usize) }
}

fn point(text: &str, offset: usize) -> Point {
    let before = text.get(..offset).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Point { line: before.matches('\n').count() + 1, column: before.len() - start + 1 }
}
