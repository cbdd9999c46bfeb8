//! How often each lint rule was found: `--statistics`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::FileReport;

/// The findings of one lint rule.
#[derive(Debug, Clone, Serialize)]
struct Count {
    code: &'static str,
    name: &'static str,
    #[serde(rename = "count")]
    findings: usize,
    /// Those with a safe fix.
    fixable: usize,
    /// Those with an unsafe one.
    unsafe_fixable: usize,
}

/// From the most frequent to the rarest; equal ones by code.
fn counts(reports: &[FileReport]) -> Vec<Count> {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for finding in reports.iter().flat_map(|report| &report.findings) {
        let (code, name) = (finding.code, finding.name);
        let new = Count { code, name, findings: 0, fixable: 0, unsafe_fixable: 0 };
        let entry = counts.entry(code).or_insert(new);
        entry.findings += 1;
        let safe = finding.fix.as_ref().map(|fix| fix.effect.is_safe());
        entry.fixable += usize::from(safe == Some(true));
        entry.unsafe_fixable += usize::from(safe == Some(false));
    }
    let mut counts: Vec<Count> = counts.into_values().collect();
    counts.sort_by_key(|count| (usize::MAX - count.findings, count.code));
    counts
}

/// A table for people: count, code, how many have a fix, name.
pub fn statistics(reports: &[FileReport]) -> String {
    let mut out = String::new();
    for Count { code, name, findings, fixable, unsafe_fixable } in counts(reports) {
        let fixes = match (fixable, unsafe_fixable) {
            (0, 0) => String::new(),
            (safe, 0) => format!("{safe} fixable"),
            (0, unsafe_ones) => format!("{unsafe_ones} fixable unsafely"),
            (safe, unsafe_ones) => format!("{safe} fixable, {unsafe_ones} unsafely"),
        };
        let _ = writeln!(out, "{}", format!("{findings:>6}  {code:<7}  {name:<42}  {fixes}").trim_end());
    }
    out
}

/// The same as a JSON list.
pub fn statistics_json(reports: &[FileReport]) -> String {
    // Strings and numbers only: serialising them can't fail.
    serde_json::to_string_pretty(&counts(reports)).unwrap_or_default() + "\n"
}
