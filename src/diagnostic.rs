//! Findings: what a lint rule or the parser says about a place, and how to mend it.
//!
//! A diagnostic knows nothing of files, lines or colours; [`crate::report`] adds those at the edge.

use crate::span::{Place, TextId};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Could be clearer or more robust.
    Info,
    /// Runs, and is likely wrong, evadable or costly.
    Warning,
    /// Does not run, or cannot match.
    Error,
}

impl Severity {
    /// The word that reports print.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a fix does to the set of rows that the whole rule returns.
///
/// The effect is at rule level: a widened predicate under a negation narrows the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The same rows for every input.
    Same,
    /// At least the rows of before.
    Wider,
    /// At most the rows of before.
    Narrower,
    /// Rows may come and go.
    Unknown,
}

impl Effect {
    /// The effect of the same edit under one more negation.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Same => Self::Same,
            Self::Wider => Self::Narrower,
            Self::Narrower => Self::Wider,
            Self::Unknown => Self::Unknown,
        }
    }

    /// Whether `--fix` applies such a fix without being asked for unsafe ones.
    pub fn is_safe(self) -> bool {
        self == Self::Same
    }

    /// The sign that reports print: `=`, `↑` (may match more), `↓` (may match less), `±`.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Same => "=",
            Self::Wider => "↑",
            Self::Narrower => "↓",
            Self::Unknown => "±",
        }
    }
}

/// A replacement of one range of one text of the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty range inserts.
    pub place: Place,
    /// The new text, as the decoded text has it: [`crate::source`] encodes it for the file.
    pub replacement: String,
}

/// A way to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the edit does, in the imperative: ``write `in~` ``.
    pub title: String,
    /// What it does to the result of the rule.
    pub effect: Effect,
    /// The edits; all or none are applied. They do not overlap.
    pub edits: Vec<Edit>,
}

/// A second place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// A few words.
    pub message: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, such as `TRM001`.
    pub code: &'static str,
    /// Name of the lint rule, such as `has-on-exact-name`.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence, present tense, no full stop.
    pub message: String,
    /// The smallest range that shows the problem.
    pub place: Place,
    /// A few words drawn under the range; may be empty.
    pub label: String,
    /// Other places that are part of the story.
    pub related: Vec<Label>,
    /// What to write instead, in the imperative.
    pub help: Option<String>,
    /// Evidence: a value that shows the effect, a count, a link.
    pub notes: Vec<String>,
    /// How to mend it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Whether the finding is about the query rather than its metadata.
    pub fn is_in_query(&self) -> bool {
        self.place.text == TextId::QUERY
    }
}
