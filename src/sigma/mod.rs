//! Sigma rules: text in, a model that loses nothing out, and back; and the meaning of a detection.
//!
//! [`read`] takes a YAML file with any number of documents and gives its detection rules, correlations and filters;
//! old collections (`action: global`) are expanded. [`write`] gives a file that reads as the same rules. [`lower`]
//! gives the meaning of a detection rule and refuses by name what has none, such as an unresolved placeholder.
//! [`Collection`] finds what belongs together in several files, and [`fill`] puts values in the places of placeholders.
//! [`outline`] shows a rule as it stands in the file, whatever is wrong with it, for lint rules.

mod collection;
mod condition;
mod likeness;
mod lower;
mod model;
mod modifier;
mod neighbours;
pub mod outline;
mod pattern;
mod placeholder;
mod places;
mod reader;
pub mod taxonomy;
mod writer;

pub use collection::{Collection, meanings};
pub use condition::{Condition, ConditionError, ConditionExpr, Quantifier, Target};
pub use likeness::means_the_same;
pub use lower::{Part, correlate, lower, lower_placed, lower_with_filters};
pub use model::*;
pub use modifier::Modifier;
pub use neighbours::{CalledBy, Neighbours};
pub use pattern::{Pattern, Segment};
pub use placeholder::{PlaceholderValues, fill};
pub use places::Places;
pub use reader::read;
pub use writer::write;

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigmaProblem {
    /// Number of the YAML document, from 0.
    pub document: usize,
    /// Keys and indices that lead to the value, joined by dots; empty for the document itself.
    pub path: String,
    /// One sentence without full stop.
    pub message: String,
    /// Place inside the value, for conditions.
    pub span: Option<crate::span::Span>,
}

/// How the message begins that names a placeholder without a value.
const OPEN_PLACEHOLDER: &str = "the placeholder `%";

impl SigmaProblem {
    /// Whether values have to be filled in before the rule means anything.
    pub fn is_open_placeholder(&self) -> bool {
        self.message.starts_with(OPEN_PLACEHOLDER)
    }
}

impl std::fmt::Display for SigmaProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            write!(formatter, "{}", self.message)
        } else {
            write!(formatter, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for SigmaProblem {}
