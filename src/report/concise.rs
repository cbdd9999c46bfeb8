//! One line a finding: `path:line:column: severity CODE [fix] name: message`.

use std::fmt::Write as _;

use super::{FileReport, Finding, Summary, fix_mark};

pub(super) fn render(reports: &[FileReport], is_quiet: bool) -> String {
    let mut out = String::new();
    for report in reports {
        for finding in &report.findings {
            let _ = writeln!(out, "{}", line(&report.path, finding));
        }
    }
    if !is_quiet {
        let _ = writeln!(out, "{}", Summary::of(reports).sentence());
    }
    out
}

fn line(path: &str, finding: &Finding) -> String {
    let mark = finding.fix.as_ref().map(|fix| format!("{} ", fix_mark(fix.effect))).unwrap_or_default();
    let Finding { start, severity, code, name, message, .. } = finding;
    format!("{path}:{}:{}: {} {code} {mark}{name}: {message}", start.line, start.column, severity.as_str())
}
