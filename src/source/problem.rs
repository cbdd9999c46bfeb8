//! What is wrong with a file before any rule can be read from it.

use super::tree::MAX_DEPTH;
use crate::span::FileSpan;

/// Sort of a [`FileProblem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The YAML cannot be parsed.
    Syntax,
    /// The JSON cannot be parsed.
    JsonSyntax,
    /// A key stands twice in one mapping.
    DuplicateKey,
    /// Lists and mappings are nested beyond any use.
    TooDeep,
    /// The bytes are not UTF-8.
    Encoding,
    /// The bytes are not text.
    Binary,
    /// The file is larger than kqlift reads.
    TooLarge,
    /// The system does not give the bytes.
    Unreadable,
}

impl ProblemKind {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "invalid-yaml",
            Self::JsonSyntax => "invalid-json",
            Self::DuplicateKey => "duplicate-key",
            Self::TooDeep => "nested-too-deep",
            Self::Encoding => "invalid-encoding",
            Self::Binary => "binary-file",
            Self::TooLarge => "file-too-large",
            Self::Unreadable => "unreadable-file",
        }
    }
}

/// A file that cannot be read as rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    /// Sort of the problem.
    pub kind: ProblemKind,
    /// The file, as it was named.
    pub path: String,
    /// Text of the file, to draw the place; empty if it is not text or too large.
    pub text: String,
    /// One sentence, present tense, no full stop.
    pub message: String,
    /// Where it shows.
    pub place: FileSpan,
    /// What to do, in the imperative.
    pub help: Option<String>,
    /// Other places that are part of the story, each with a few words.
    pub related: Vec<(FileSpan, String)>,
}

/// A [`FileProblem`] without its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    kind: ProblemKind,
    message: String,
    place: FileSpan,
    help: Option<String>,
    related: Vec<(FileSpan, String)>,
}

impl Flaw {
    /// A problem at one place.
    pub(super) fn new(kind: ProblemKind, message: String, place: FileSpan) -> Self {
        Self { kind, message, place, help: None, related: Vec::new() }
    }

    /// Nesting beyond any use.
    pub(super) fn too_deep(start: usize) -> Self {
        let message = format!("nested more than {MAX_DEPTH} levels deep");
        Self::new(ProblemKind::TooDeep, message, FileSpan::new(start, start))
    }

    /// With what to do about it.
    pub(super) fn help(self, help: Option<&str>) -> Self {
        Self { help: help.map(str::to_owned), ..self }
    }

    /// With a second place.
    pub(super) fn related(mut self, place: FileSpan, words: &str) -> Self {
        self.related.push((place, words.to_owned()));
        self
    }

    /// The problem of this file.
    pub(super) fn of(self, path: String, text: String) -> FileProblem {
        let Self { kind, message, place, help, related } = self;
        FileProblem { kind, path, text, message, place, help, related }
    }
}
