//! Sigma rules: text in, a model that loses nothing out, and back; and the meaning of a detection.
//!
//! [`read`] takes a YAML file with any number of documents and gives its detection rules, correlations and filters;
//! old collections (`action: global`) are expanded. [`write`] gives a file that reads as the same rules. [`lower`]
//! gives the meaning of a detection rule and refuses by name what has none, such as an unresolved placeholder.
//! [`outline`] shows a rule as it stands in the file, whatever is wrong with it, for lint rules.

mod condition;
mod likeness;
mod lower;
mod model;
mod modifier;
mod neighbours;
pub mod outline;
mod pattern;
mod reader;
pub mod taxonomy;
mod writer;

pub use condition::{Condition, ConditionError, ConditionExpr, Quantifier, Target};
pub use likeness::means_the_same;
pub use lower::{lower, lower_with_filters};
pub use model::*;
pub use modifier::Modifier;
pub use neighbours::{CalledBy, Neighbours};
pub use pattern::{Pattern, Segment};
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
