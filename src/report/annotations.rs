//! Lines that a build service turns into notes on a change: GitHub Actions and Azure Pipelines.

use std::fmt::Write as _;

use super::{FileReport, Finding};
use crate::diagnostic::Severity;

/// `::warning title=…,file=…,line=…::message`. See
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.
pub(super) fn github(reports: &[FileReport]) -> String {
    let mut out = String::new();
    for (report, finding) in pairs(reports) {
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let title = github_property(&format!("kqlift {} {}", finding.code, finding.name));
        let _ = write!(out, "::{level} title={title},file={}", github_property(&report.path));
        let _ = write!(out, ",line={},endLine={}", finding.start.line, finding.end.line);
        // Columns are only taken where both are on one line.
        if finding.start.line == finding.end.line {
            let _ = write!(out, ",col={},endColumn={}", finding.start.column, finding.end.column);
        }
        let place = format!("{}:{}:{}", report.path, finding.start.line, finding.start.column);
        let message = github_message(&format!("{place}: {} {}", finding.code, words(finding)));
        let _ = writeln!(out, "::{message}");
    }
    out
}

fn github_message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn github_property(text: &str) -> String {
    github_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// `##vso[task.logissue type=warning;sourcepath=…]message`. See
/// <https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands>. It knows no notes, so these are
/// warnings.
pub(super) fn azure(reports: &[FileReport]) -> String {
    let mut out = String::new();
    for (report, finding) in pairs(reports) {
        let kind = match finding.severity {
            Severity::Error => "error",
            Severity::Warning | Severity::Info => "warning",
        };
        let (path, code) = (azure_property(&report.path), azure_property(finding.code));
        let (line, column) = (finding.start.line, finding.start.column);
        let _ = writeln!(
            out,
            "##vso[task.logissue type={kind};sourcepath={path};linenumber={line};columnnumber={column};code={code};]{}",
            azure_message(&words(finding))
        );
    }
    out
}

fn azure_message(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

fn azure_property(text: &str) -> String {
    azure_message(text).replace(';', "%3B").replace(']', "%5D")
}

fn pairs(reports: &[FileReport]) -> impl Iterator<Item = (&FileReport, &Finding)> {
    reports.iter().flat_map(|report| report.findings.iter().map(move |finding| (report, finding)))
}

/// The message, and what to write instead.
fn words(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{}; {help}", finding.message),
        None => finding.message.clone(),
    }
}
