//! What other parts of the program know about a rule: given to the page, never looked up by it.

use serde::{Deserialize, Serialize};

use super::language::LanguageCounts;

/// What became of a conversion of the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversionNote {
    /// The target.
    pub target: String,
    /// Whether there is a result.
    pub is_converted: bool,
    /// Worst class of loss.
    pub class: String,
    /// Reasons of the losses, or of the refusal, each once, with how often it occurs.
    pub reasons: Vec<(String, usize)>,
}

/// A finding of the linter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingNote {
    /// Stable code.
    pub code: String,
    /// Name of the lint rule.
    pub name: String,
    /// How much it matters.
    pub severity: String,
    /// One sentence.
    pub message: String,
    /// Line of the file, from 1.
    pub line: usize,
}

/// What the page is given besides the rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Surroundings {
    /// Conversions, in the order of targets; `null` if none were tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions: Option<Vec<ConversionNote>>,
    /// Findings of the linter in order of position; `null` if it did not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<FindingNote>>,
    /// Number of rules in the corpus that indicators were counted in; `null` if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corpus: Option<usize>,
    /// The same by the language of those rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corpus_by_language: Option<LanguageCounts>,
}
