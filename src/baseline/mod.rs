//! Findings that were there before: a file that lists them, so that only new ones are reported.
//!
//! The file is JSON, sorted, one finding a line: two branches that both change it merge without a conflict unless they
//! are about the same finding.

mod key;

pub use key::entries;

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

/// Version of the file format.
const VERSION: u32 = 1;

/// What a finding is recognised by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Identifier of the rule, or the path of its file.
    pub rule: String,
    /// Code of the lint rule.
    pub code: String,
    /// Hash of the syntax node and the operators around it.
    #[serde(serialize_with = "as_hexadecimal", deserialize_with = "from_hexadecimal")]
    pub node: u64,
    /// Which of several equal ones.
    pub ordinal: u32,
}

/// A set of findings that are not to be reported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    entries: BTreeSet<Entry>,
}

/// Why a baseline can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineError(String);

impl fmt::Display for BaselineError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for BaselineError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    entries: Vec<Entry>,
}

impl Baseline {
    /// A baseline of these findings.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self { entries: entries.into_iter().collect() }
    }

    /// Reads the text of a baseline file.
    ///
    /// # Errors
    /// Says what is wrong with a text that is none, or one of a later version.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let file: File =
            serde_json::from_str(text).map_err(|error| BaselineError(format!("it is no baseline: {error}")))?;
        if file.version != VERSION {
            let message = format!("its version is {}; this kqlift reads version {VERSION}", file.version);
            return Err(BaselineError(message));
        }
        Ok(Self::new(file.entries))
    }

    /// The text of a baseline file.
    pub fn render(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"entries\": [");
        for (index, entry) in self.entries.iter().enumerate() {
            // Strings and numbers only: serialising them can't fail.
            let line = serde_json::to_string(entry).unwrap_or_default();
            let _ = write!(text, "{}\n    {line}", if index > 0 { "," } else { "" });
        }
        text.push_str(if self.entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        text
    }

    /// Whether a finding is in it.
    pub fn contains(&self, entry: &Entry) -> bool {
        self.entries.contains(entry)
    }

    /// The entries in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Entries that stand for none of these findings.
    pub fn stale(&self, found: &BTreeSet<Entry>) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| !found.contains(entry)).collect()
    }

    /// Only the entries that stand for one of these findings.
    #[must_use]
    pub fn shrunk(&self, found: &BTreeSet<Entry>) -> Self {
        Self { entries: self.entries.intersection(found).cloned().collect() }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn as_hexadecimal<S: serde::Serializer>(node: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{node:016x}"))
}

fn from_hexadecimal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    u64::from_str_radix(&text, 16).map_err(|_| serde::de::Error::custom(format!("`{text}` is no hash")))
}

#[cfg(test)]
mod tests {
    use super::{Baseline, Entry};

    #[test]
    fn the_file_is_sorted_and_reads_back() {
        let entry =
            |rule: &str, ordinal| Entry { rule: rule.to_owned(), code: "TRM001".to_owned(), node: 0xAB, ordinal };
        let baseline = Baseline::new([entry("b", 0), entry("a", 1), entry("a", 0)]);
        let text = baseline.render();
        assert_eq!(
            text,
            "{\n  \"version\": 1,\n  \"entries\": [\n    \
             {\"rule\":\"a\",\"code\":\"TRM001\",\"node\":\"00000000000000ab\",\"ordinal\":0},\n    \
             {\"rule\":\"a\",\"code\":\"TRM001\",\"node\":\"00000000000000ab\",\"ordinal\":1},\n    \
             {\"rule\":\"b\",\"code\":\"TRM001\",\"node\":\"00000000000000ab\",\"ordinal\":0}\n  ]\n}\n"
        );
        assert_eq!(Baseline::parse(&text), Ok(baseline));
        assert_eq!(Baseline::parse(&Baseline::default().render()), Ok(Baseline::default()));
        let shrunk = Baseline::parse(&text).map(|read| read.shrunk(&[entry("a", 1), entry("z", 0)].into()));
        assert_eq!(shrunk, Ok(Baseline::new([entry("a", 1)])));
    }

    #[test]
    fn other_files_are_refused() {
        for text in [
            "",
            "[]",
            "{\"version\": 1}",
            "{\"version\": 2, \"entries\": []}",
            "{\"version\":1,\"entries\":[],\"x\":1}",
        ] {
            assert!(Baseline::parse(text).is_err(), "{text}");
        }
    }
}
