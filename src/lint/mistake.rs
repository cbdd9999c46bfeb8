//! Syntax errors that are well-known mistakes: a rule of its own speaks about each, and `syntax-error` about the rest.

use super::Context;
use crate::parse::{SyntaxError, SyntaxErrorKind, Token, TokenKind, tokens};
use crate::span::Span;

/// A well-known mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mistake {
    /// `"\d"`: SYN002.
    Escape,
    /// `AND`: SYN003.
    UppercaseKeyword,
    /// `&&`, `=`, `not x`: SYN004.
    ForeignOperator,
    /// `has_any "x"`: SYN005.
    ListOperator,
    /// `“x”`: SYN007.
    Lookalike,
    /// A second query behind a blank line: SYN008.
    SecondQuery,
    /// What the parser stumbles over only because of the mistake before it.
    Aftermath,
}

/// The tokens of the query, for looking around an error.
pub(super) struct Tokens<'a> {
    text: &'a str,
    list: Vec<Token>,
    /// For each token.
    surroundings: Vec<Surroundings>,
}

/// What a token stands in, by indices.
#[derive(Debug, Clone, Copy, Default)]
struct Surroundings {
    /// The bracket that is open at the token.
    bracket: Option<usize>,
    /// The bracket that closes the token, if that is one.
    closing: Option<usize>,
    /// The first token of the statement.
    statement: usize,
}

impl<'a> Tokens<'a> {
    /// The tokens without comments.
    pub(super) fn of(cx: &Context<'a>) -> Self {
        let list = tokens(cx.text()).into_iter().filter(|token| token.kind != TokenKind::Comment).collect::<Vec<_>>();
        let mut tokens = Self { text: cx.text(), list, surroundings: Vec::new() };
        tokens.surroundings = tokens.survey();
        tokens
    }

    /// All at once: a query may have an error in each line.
    fn survey(&self) -> Vec<Surroundings> {
        let mut surroundings = vec![Surroundings::default(); self.list.len()];
        let (mut open, mut statement) = (Vec::new(), 0);
        for index in 0..surroundings.len() {
            surroundings[index].bracket = open.last().copied();
            surroundings[index].statement = statement;
            match self.text(index) {
                "(" | "[" | "{" => open.push(index),
                ")" | "]" | "}" => {
                    if let Some(partner) = open.pop() {
                        surroundings[partner].closing = Some(index);
                    }
                }
                ";" if open.is_empty() => statement = index + 1,
                _ => {}
            }
        }
        surroundings
    }

    /// The index of the token at or behind the start of a place.
    pub(super) fn index_at(&self, place: Span) -> usize {
        self.list.partition_point(|token| token.span.end <= place.start)
    }

    /// The token of an index.
    pub(super) fn get(&self, index: usize) -> Option<Token> {
        self.list.get(index).copied()
    }

    /// The text of the token of an index; empty if there is none.
    pub(super) fn text(&self, index: usize) -> &'a str {
        self.get(index).map_or("", |token| token.span.slice(self.text))
    }

    /// The text of the token before an index; empty if there is none.
    pub(super) fn text_before(&self, index: usize) -> &'a str {
        index.checked_sub(1).map_or("", |before| self.text(before))
    }

    /// Whether no blank stands between a token and the next.
    pub(super) fn touches_next(&self, index: usize) -> bool {
        match (self.get(index), self.get(index + 1)) {
            (Some(first), Some(second)) => first.span.end == second.span.start,
            _ => false,
        }
    }

    /// The index of the bracket that closes the one at an index.
    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        self.surroundings.get(open)?.closing
    }

    /// The bracket that is open at an index.
    pub(super) fn opening(&self, index: usize) -> Option<usize> {
        self.surroundings.get(index)?.bracket
    }

    /// Which mistake an error is, if it is a well-known one.
    pub(super) fn mistake(&self, error: &SyntaxError) -> Option<Mistake> {
        match error.kind {
            SyntaxErrorKind::BadEscape => return Some(Mistake::Escape),
            SyntaxErrorKind::Unexpected | SyntaxErrorKind::UnknownOperator => {}
            SyntaxErrorKind::UnclosedString
            | SyntaxErrorKind::UnclosedLiteral
            | SyntaxErrorKind::UnclosedBracket
            | SyntaxErrorKind::RawGuid
            | SyntaxErrorKind::KeywordAsName
            | SyntaxErrorKind::UnknownType
            | SyntaxErrorKind::ChainedOperator
            | SyntaxErrorKind::MisplacedStar
            | SyntaxErrorKind::TooDeep => return None,
        }
        let at = self.index_at(error.span);
        if self.is_second_query(at) {
            return Some(Mistake::SecondQuery);
        }
        match self.text(at) {
            "AND" | "OR" => Some(Mistake::UppercaseKeyword),
            found if found.starts_with(is_lookalike) => Some(Mistake::Lookalike),
            _ if self.foreign_operator(at).is_some() => Some(Mistake::ForeignOperator),
            _ if self.list_operator(at).is_some() => Some(Mistake::ListOperator),
            _ if at >= 2 && self.text(at - 1) == "|" && self.text(at - 2) == "|" => Some(Mistake::Aftermath),
            _ => None,
        }
    }

    /// The index at which an operator of another language begins, for an error at a token.
    pub(super) fn foreign_operator(&self, at: usize) -> Option<usize> {
        let before = at.checked_sub(1);
        match self.text(at) {
            "&" if self.text(at + 1) == "&" && self.touches_next(at) => Some(at),
            "|" if self.text_before(at) == "|" && before.is_some_and(|before| self.touches_next(before)) => {
                before.filter(|_| self.is_on_one_line(at.saturating_sub(2), at + 1))
            }
            "=" => Some(at).filter(|_| self.is_in_condition(at)),
            "!" if self.text_before(at) == "=" && before.is_some_and(|before| self.touches_next(before)) => before,
            "!" if self.text(at + 1) == "(" => Some(at),
            "not" if is_negatable(self.text(at + 1)) => Some(at),
            // `!` and the word behind it are one token.
            word if word.strip_prefix('!').is_some_and(|name| name.starts_with(char::is_alphabetic)) => {
                Some(at).filter(|_| matches!(self.text_before(at), "where" | "filter" | "and" | "or" | "(" | ","))
            }
            _ if self.text_before(at) == "not" && self.text(at) != "(" => before,
            _ => None,
        }
    }

    /// Whether two tokens stand on one line.
    fn is_on_one_line(&self, first: usize, last: usize) -> bool {
        match (self.get(first), self.get(last)) {
            (Some(first), Some(last)) => !first.span.to(last.span).slice(self.text).contains('\n'),
            _ => false,
        }
    }

    /// Whether what stands before a token is the left side of a comparison: a name or path behind `where`, `and`, `or`.
    fn is_in_condition(&self, at: usize) -> bool {
        let mut before = at;
        while let Some(index) = before.checked_sub(1) {
            match self.text(index) {
                "where" | "filter" | "and" | "or" | "on" => return index + 1 < at,
                ")" | "]" => match self.opening(index) {
                    Some(open) => before = open,
                    None => return false,
                },
                "." => before = index,
                "(" if index + 1 < at => return true,
                _ if self.get(index).is_some_and(|token| token.kind == TokenKind::Word) => before = index,
                _ => return false,
            }
        }
        false
    }

    /// The index of an operator whose list is missing its parentheses, or that takes none, for an error at a token.
    pub(super) fn list_operator(&self, at: usize) -> Option<usize> {
        let before = at.checked_sub(1)?;
        if takes_list(self.text(before)) {
            return Some(before);
        }
        let operator = self.opening(at)?.checked_sub(1)?;
        (self.text(at) == "," && list_form(self.text(operator)).is_some()).then_some(operator)
    }

    /// Whether the token begins a query of its own: behind an empty line, and a pipe follows its name. Behind a `let`, it
    /// is the semicolon that is missing.
    fn is_second_query(&self, at: usize) -> bool {
        let (Some(before), Some(here)) = (at.checked_sub(1).and_then(|before| self.get(before)), self.get(at)) else {
            return false;
        };
        let between = Span { start: before.span.end, end: here.span.start }.slice(self.text);
        let has_empty_line = between.lines().skip(1).any(|line| line.trim().is_empty()) && between.contains('\n');
        let is_name = here.kind == TokenKind::Word && !self.text(at).starts_with('!');
        let begins_query = matches!(self.text(at), "let" | "find" | "search" | "union" | "print" | "range")
            || matches!(self.text(at + 1), "|" | "(");
        let statement = self.surroundings.get(at).map_or("", |surroundings| self.text(surroundings.statement));
        has_empty_line && is_name && begins_query && statement != "let" && self.opening(at).is_none()
    }
}

/// Operators that need a list in parentheses.
fn takes_list(operator: &str) -> bool {
    matches!(operator, "in" | "!in" | "in~" | "!in~" | "has_any" | "has_all")
}

/// The operator that takes a list, for one that takes a single text.
pub(super) fn list_form(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "==" => "in",
        "!=" => "!in",
        "=~" => "in~",
        "!~" => "!in~",
        "has" | "contains" => "has_any",
        _ => return None,
    })
}

/// Operators that have a form with `!`.
fn is_negatable(operator: &str) -> bool {
    matches!(
        operator,
        "in" | "in~"
            | "has"
            | "has_cs"
            | "contains"
            | "contains_cs"
            | "startswith"
            | "startswith_cs"
            | "endswith"
            | "endswith_cs"
            | "hasprefix"
            | "hassuffix"
            | "between"
    )
}

/// Whether a character outside of strings only looks like one of KQL's.
pub(super) fn is_lookalike(c: char) -> bool {
    ascii_form(c).is_some()
}

/// The character that one looks like.
pub(super) fn ascii_form(c: char) -> Option<char> {
    Some(match c {
        '“' | '”' | '„' | '‟' | '″' => '"',
        '‘' | '’' | '‚' | '‛' | '′' => '\'',
        '–' | '—' | '‐' | '‑' | '−' => '-',
        '｜' | '¦' | '│' => '|',
        '＝' => '=',
        '（' => '(',
        '）' => ')',
        '，' => ',',
        _ => return None,
    })
}
