//! JSON: one object with all findings, or a line for each. The shape is stable and has a version.

use serde::Serialize;

use super::{FileReport, Finding, Position, Summary};

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    diagnostics: Vec<JsonFinding<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    path: &'a str,
    range: Range,
    related: Vec<JsonRelated<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    fix: Option<JsonFix<'a>>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct JsonRelated<'a> {
    start: Position,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    effect: crate::diagnostic::Effect,
    applicability: &'a str,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    range: Range,
    replacement: &'a str,
}

/// One object with everything.
pub(super) fn render(reports: &[FileReport]) -> String {
    let report = Report { version: 1, diagnostics: findings(reports).collect(), summary: Summary::of(reports) };
    // Strings, numbers and lists only: serialising them can't fail.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

/// One line for each finding: what [`render`] has in `diagnostics`.
pub(super) fn render_lines(reports: &[FileReport]) -> String {
    findings(reports).map(|finding| serde_json::to_string(&finding).unwrap_or_default() + "\n").collect()
}

fn findings(reports: &[FileReport]) -> impl Iterator<Item = JsonFinding<'_>> {
    reports.iter().flat_map(|report| report.findings.iter().map(|finding| json_finding(&report.path, finding)))
}

fn json_finding<'a>(path: &'a str, finding: &'a Finding) -> JsonFinding<'a> {
    JsonFinding {
        code: finding.code,
        name: finding.name,
        severity: finding.severity.as_str(),
        message: &finding.message,
        path,
        range: Range { start: finding.start, end: finding.end },
        related: finding
            .related
            .iter()
            .map(|related| JsonRelated { start: related.start, message: &related.message })
            .collect(),
        help: finding.help.as_deref(),
        notes: &finding.notes,
        fix: finding.fix.as_ref().map(|fix| JsonFix {
            title: &fix.title,
            effect: fix.effect,
            applicability: if fix.effect.is_safe() { "safe" } else { "unsafe" },
            edits: fix
                .edits
                .iter()
                .map(|edit| JsonEdit {
                    range: Range { start: edit.start, end: edit.end },
                    replacement: &edit.replacement,
                })
                .collect(),
        }),
    }
}
