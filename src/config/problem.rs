//! What is wrong with a configuration file, with its place.

use std::fmt;
use std::path::PathBuf;

use crate::span::FileSpan;

/// One mistake in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: FileSpan,
    /// One sentence, present tense, no full stop.
    pub message: String,
    /// A few words for the place; may be empty.
    pub label: String,
    /// What to do, in the imperative.
    pub help: Option<String>,
}

impl Problem {
    pub(super) fn new(place: std::ops::Range<usize>, message: String) -> Self {
        Self { place: FileSpan::new(place.start, place.end), message, label: String::new(), help: None }
    }

    pub(super) fn label(self, label: &str) -> Self {
        Self { label: label.to_owned(), ..self }
    }

    pub(super) fn help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }
}

/// Why the configuration can't be used.
#[derive(Debug)]
pub enum ConfigError {
    /// A file that can't be read.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A file with mistakes.
    Invalid {
        /// The file.
        path: PathBuf,
        /// Its text.
        text: String,
        /// The mistakes in the order of the file; at least one.
        problems: Vec<Problem>,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(formatter, "can't read {}: {error}", path.display()),
            Self::Invalid { path, problems, .. } => {
                write!(formatter, "the configuration {} can't be used", path.display())?;
                problems.iter().try_for_each(|problem| write!(formatter, "\n  {}", problem.message))
            }
        }
    }
}

impl std::error::Error for ConfigError {}
