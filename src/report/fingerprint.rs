//! Names for findings that stay the same while the lines above them come and go.

use std::collections::BTreeMap;

use super::{FileReport, Finding};

/// One name for each finding of a file, in their order: the path, the code, the text of the line without its margin,
/// and a number where all of that is the same. Neither line numbers nor messages go in, so that a finding keeps its
/// name when the file grows or a message is reworded.
pub(super) fn fingerprints<'a>(report: &FileReport, findings: impl IntoIterator<Item = &'a Finding>) -> Vec<String> {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut names = Vec::new();
    for finding in findings {
        let line = line_of(&report.text, finding.span.start as usize).trim();
        let number = seen.entry((finding.code, line)).or_default();
        *number += 1;
        names.push(hash([&report.path, finding.code, line, &number.to_string()]));
    }
    names
}

fn line_of(text: &str, offset: usize) -> &str {
    let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("")
}

/// FNV-1a, 64 bits: the same on every platform and in every version, which the standard library's hash is not.
fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        // A byte that UTF-8 does not have keeps the parts apart.
        for byte in part.bytes().chain([0xFF]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
