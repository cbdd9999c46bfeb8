//! Syntax errors, in words that a person can act on.

use crate::span::Span;

/// One syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What kind of mistake it is.
    pub kind: SyntaxErrorKind,
    /// One sentence without a full stop.
    pub message: String,
    /// Where; empty at the end of the text.
    pub span: Span,
    /// What to write instead.
    pub help: Option<String>,
    /// The bracket that is never closed, where the error stands at the place that it should have been closed.
    pub opened: Vec<Span>,
}

/// Kinds of syntax error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyntaxErrorKind {
    /// Something else was expected here.
    Unexpected,
    /// A string that does not end on its line, or at all.
    UnclosedString,
    /// A literal such as `datetime(` that does not end on its line.
    UnclosedLiteral,
    /// A bracket that never closes.
    UnclosedBracket,
    /// A backslash escape that KQL does not have.
    BadEscape,
    /// A GUID without `guid(…)`.
    RawGuid,
    /// A word that is a keyword stands where a name is needed.
    KeywordAsName,
    /// A tabular operator that does not exist.
    UnknownOperator,
    /// A type that does not exist.
    UnknownType,
    /// `a == b == c`
    ChainedOperator,
    /// `*` where no value can stand for it.
    MisplacedStar,
    /// Brackets nested too deeply, or too many operators in one expression.
    TooDeep,
}

impl SyntaxErrorKind {
    /// Kusto's own code for this kind of mistake.
    pub fn kusto_code(self) -> &'static str {
        match self {
            Self::UnclosedString | Self::UnclosedLiteral => "KS001",
            Self::BadEscape => "KS002",
            Self::Unexpected | Self::UnclosedBracket => "KS005",
            Self::KeywordAsName => "KS228",
            Self::UnknownOperator => "KS176",
            Self::UnknownType => "KS160",
            Self::RawGuid => "KS214",
            Self::ChainedOperator => "KS198",
            Self::MisplacedStar | Self::TooDeep => "KS006",
        }
    }
}

impl SyntaxError {
    /// An error whose message follows from its kind and text.
    pub(super) fn new(kind: SyntaxErrorKind, span: Span, text: &str) -> Self {
        let found = span.slice(text);
        let (message, help) = match kind {
            SyntaxErrorKind::UnclosedString if found.starts_with("```") || found.starts_with("~~~") => {
                (format!("this string never ends: {} are missing", fence(found)), None)
            }
            SyntaxErrorKind::UnclosedString => (
                "this string does not end on its line".to_owned(),
                Some("close the quote; a string over several lines is written between triple backquotes".to_owned()),
            ),
            SyntaxErrorKind::UnclosedLiteral => {
                (format!("`{found}` does not end on its line"), Some("close the parenthesis".to_owned()))
            }
            SyntaxErrorKind::UnclosedBracket => (format!("`{found}` is never closed"), None),
            SyntaxErrorKind::BadEscape => (
                format!("`{found}` is no escape of KQL"),
                Some("write the string verbatim, `@\"…\"`, or double the backslash".to_owned()),
            ),
            SyntaxErrorKind::RawGuid => {
                ("a GUID needs `guid(…)` around it".to_owned(), Some(format!("write `guid({found})`, or a string")))
            }
            SyntaxErrorKind::KeywordAsName => {
                (format!("`{found}` is a keyword and can't be a name here"), Some(format!("write `['{found}']`")))
            }
            SyntaxErrorKind::UnknownType => (
                format!("there is no type `{found}`"),
                nearest(found, TYPES).map(|near| format!("did you mean `{near}`?")),
            ),
            SyntaxErrorKind::ChainedOperator => (
                format!("`{found}` can't follow another comparison"),
                Some("put parentheses around one of them".to_owned()),
            ),
            SyntaxErrorKind::MisplacedStar => (
                "`*` can't stand here".to_owned(),
                Some("use it as a whole argument, or left of `==` and of string operators".to_owned()),
            ),
            SyntaxErrorKind::TooDeep => (
                format!("nested more than {} levels deep", super::MAX_NESTING),
                Some("split the query with `let`".to_owned()),
            ),
            SyntaxErrorKind::Unexpected | SyntaxErrorKind::UnknownOperator => (format!("unexpected `{found}`"), None),
        };
        Self { kind, message, span, help, opened: Vec::new() }
    }

    /// The error of a text that is nested too deeply to be given a thread.
    pub(super) fn too_deep(end: usize) -> Self {
        Self::new(SyntaxErrorKind::TooDeep, Span::at(end), "")
    }
}

/// The quotes of a string over several lines, in words.
fn fence(found: &str) -> &'static str {
    if found.starts_with('~') { "three tildes" } else { "three backquotes" }
}

/// The type words, for suggestions.
pub(super) const TYPES: &[&str] =
    &["bool", "datetime", "decimal", "dynamic", "guid", "int", "long", "real", "string", "timespan"];

/// The candidate that `word` most likely was meant to be.
pub(super) fn nearest<'c>(word: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let lower = word.to_ascii_lowercase();
    candidates
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_ascii_lowercase()), *candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().min(word.len()) / 3 || *distance == 0)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Whether Kusto's parser refuses a word as a type. Old names such as `int64` are accepted.
pub(super) fn is_unknown_type(word: &str) -> bool {
    !(TYPES.contains(&word) || matches!(word, "boolean" | "date" | "double" | "int8" | "int64" | "time" | "uniqueid"))
}
