//! GitLab's Code Quality report: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use serde::Serialize;

use super::fingerprint::fingerprints;
use super::{FileReport, Finding, Position};
use crate::diagnostic::Severity;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

pub(super) fn render(reports: &[FileReport]) -> String {
    let issues: Vec<Issue<'_>> = reports
        .iter()
        .flat_map(|report| {
            let names = fingerprints(report, &report.findings);
            report.findings.iter().zip(names).map(|(finding, name)| issue(&report.path, finding, name))
        })
        .collect();
    // Strings and numbers only: serialising them can't fail.
    serde_json::to_string_pretty(&issues).unwrap_or_default() + "\n"
}

fn issue<'a>(path: &'a str, finding: &'a Finding, fingerprint: String) -> Issue<'a> {
    Issue {
        description: format!("{}: {}", finding.name, finding.message),
        check_name: finding.code,
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: Location { path, positions: Positions { begin: finding.start, end: finding.end } },
    }
}
