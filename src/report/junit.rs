//! `JUnit` XML: a suite for each file, a failed case for each finding, one passed case for a clean file.

use std::fmt::Write as _;

use super::{FileReport, Finding};

pub(super) fn render(reports: &[FileReport]) -> String {
    let failures: usize = reports.iter().map(|report| report.findings.len()).sum();
    let tests: usize = reports.iter().map(|report| report.findings.len().max(1)).sum();
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let _ = writeln!(out, "<testsuites name=\"kqlift\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
    for report in reports {
        suite(&mut out, report);
    }
    out + "</testsuites>\n"
}

fn suite(out: &mut String, report: &FileReport) {
    let (path, failures) = (escape(&report.path), report.findings.len());
    let _ = writeln!(
        out,
        "  <testsuite name=\"{path}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">",
        failures.max(1)
    );
    if report.findings.is_empty() {
        let _ = writeln!(out, "    <testcase name=\"{path}\" classname=\"{path}\"/>");
    }
    for finding in &report.findings {
        case(out, &path, finding);
    }
    out.push_str("  </testsuite>\n");
}

fn case(out: &mut String, path: &str, finding: &Finding) {
    let (line, column) = (finding.start.line, finding.start.column);
    let name = escape(&format!("{} {}", finding.code, finding.name));
    let _ = writeln!(
        out,
        "    <testcase name=\"{name}\" classname=\"{path}\" file=\"{path}\" line=\"{line}\" column=\"{column}\">"
    );
    let severity = finding.severity.as_str();
    let message = escape(&finding.message);
    let help = finding.help.as_deref().map(|help| format!("; {}", escape(help))).unwrap_or_default();
    let _ = writeln!(
        out,
        "      <failure type=\"{severity}\" message=\"{message}\">{path}:{line}:{column}: {message}{help}</failure>"
    );
    out.push_str("    </testcase>\n");
}

/// For text and for attributes. Characters that XML 1.0 can't hold at all become a replacement character.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(character));
            }
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            other => out.push(other),
        }
    }
    out
}
