//! Regular expressions of Sigma values.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{Ast, ErrorKind, GroupKind, RepetitionKind, RepetitionRange, Span};

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lint) struct RegexError {
    /// A few words.
    pub(in crate::lint) message: String,
    /// First byte of what is wrong.
    pub(in crate::lint) start: usize,
    /// One past the last byte.
    pub(in crate::lint) end: usize,
    /// Whether engines that backtrack read it.
    pub(in crate::lint) is_of_some_engines: bool,
}

/// Reads an expression as engines do that do not backtrack.
pub(in crate::lint) fn parse_regex(text: &str) -> Result<(), RegexError> {
    if let Some((start, length)) = foreign_group(text) {
        let message = "a look-around, an atomic group or a back-reference".to_owned();
        return Err(RegexError { message, start, end: start + length, is_of_some_engines: true });
    }
    // Escapes of letters and digits, braces that are no repetition, names and flags are read in many ways.
    match Parser::new().parse(text).err().filter(|error| is_wrong_everywhere(error.kind())) {
        Some(error) => {
            let (message, Span { start, end }) = (error.kind().to_string(), *error.span());
            Err(RegexError { message, start: start.offset, end: end.offset, is_of_some_engines: false })
        }
        None => Ok(()),
    }
}

fn is_wrong_everywhere(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ClassUnclosed
            | ErrorKind::ClassRangeInvalid
            | ErrorKind::GroupUnclosed
            | ErrorKind::GroupUnopened
            | ErrorKind::RepetitionMissing
            | ErrorKind::RepetitionCountInvalid
            | ErrorKind::EscapeUnexpectedEof
    )
}

/// Groups and references that engines without backtracking don't have: place and length.
fn foreign_group(text: &str) -> Option<(usize, usize)> {
    const OPENINGS: &[&str] = &["(?=", "(?!", "(?<=", "(?<!", "(?>"];

    let mut is_escaped = false;
    let mut is_in_class = false;
    for (place, c) in text.char_indices() {
        if is_escaped {
            is_escaped = false;
            if !is_in_class && ('1'..='9').contains(&c) {
                return Some((place - 1, 2));
            }
            continue;
        }
        match c {
            '\\' => is_escaped = true,
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            '(' if !is_in_class => {
                let rest = text.get(place..).unwrap_or("");
                if let Some(opening) = OPENINGS.iter().find(|opening| rest.starts_with(**opening)) {
                    return Some((place, opening.len()));
                }
            }
            _ => {}
        }
    }
    None
}

/// The place of an unbounded repetition whose inside begins or ends with another one of the same, so that a text can be
/// split between the two in many ways.
pub(in crate::lint) fn nested_repetition(text: &str) -> Option<(usize, usize)> {
    find(&Parser::new().parse(text).ok()?)
}

fn find(ast: &Ast) -> Option<(usize, usize)> {
    match ast {
        Ast::Repetition(repetition) => {
            if is_unbounded(&repetition.op.kind) && is_ambiguous(&repetition.ast) {
                return Some((repetition.span.start.offset, repetition.span.end.offset));
            }
            find(&repetition.ast)
        }
        Ast::Group(group) => find(&group.ast),
        Ast::Alternation(alternation) => alternation.asts.iter().find_map(find),
        Ast::Concat(concat) => concat.asts.iter().find_map(find),
        Ast::Empty(_)
        | Ast::Flags(_)
        | Ast::Literal(_)
        | Ast::Dot(_)
        | Ast::Assertion(_)
        | Ast::ClassUnicode(_)
        | Ast::ClassPerl(_)
        | Ast::ClassBracketed(_) => None,
    }
}

fn is_unbounded(kind: &RepetitionKind) -> bool {
    match kind {
        RepetitionKind::ZeroOrMore | RepetitionKind::OneOrMore | RepetitionKind::Range(RepetitionRange::AtLeast(_)) => {
            true
        }
        RepetitionKind::ZeroOrOne
        | RepetitionKind::Range(RepetitionRange::Exactly(_) | RepetitionRange::Bounded(..)) => false,
    }
}

/// Whether what is repeated is nothing but a repetition itself.
fn is_ambiguous(ast: &Ast) -> bool {
    match ast {
        Ast::Group(group) => {
            matches!(
                group.kind,
                GroupKind::CaptureIndex(_) | GroupKind::CaptureName { .. } | GroupKind::NonCapturing(_)
            ) && is_ambiguous(&group.ast)
        }
        Ast::Repetition(repetition) => is_unbounded(&repetition.op.kind),
        Ast::Alternation(alternation) => alternation.asts.iter().any(is_ambiguous),
        Ast::Concat(_)
        | Ast::Empty(_)
        | Ast::Flags(_)
        | Ast::Literal(_)
        | Ast::Dot(_)
        | Ast::Assertion(_)
        | Ast::ClassUnicode(_)
        | Ast::ClassPerl(_)
        | Ast::ClassBracketed(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{nested_repetition, parse_regex};

    #[test]
    fn expressions_of_some_engines_and_of_none() {
        let is_of_some = |text: &str| parse_regex(text).err().map(|error| error.is_of_some_engines);
        assert_eq!(is_of_some(r"a(?!b)"), Some(true));
        assert_eq!(is_of_some(r"(a)\1"), Some(true));
        assert_eq!(is_of_some(r"[\1(?=]"), None);
        assert_eq!(is_of_some(r"a(b"), Some(false));
        assert_eq!(is_of_some(r"*a"), Some(false));
        assert_eq!(is_of_some(r"\/\-\e{x"), None);
    }

    #[test]
    fn repetitions_in_repetitions() {
        assert!(nested_repetition(r"(a+)+").is_some());
        assert!(nested_repetition(r"x(?:\w*|y)*z").is_some());
        assert!(nested_repetition(r"(a+b)+").is_none());
        assert!(nested_repetition(r"(a+){2}").is_none());
    }
}
