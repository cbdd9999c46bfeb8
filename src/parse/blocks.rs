//! The queries of a text in which somebody keeps several, one below the other.
//!
//! Editors for KQL take an empty line for the end of a query; the language does not. So a text that is one valid query
//! stays one, whatever lines it has, and any other is divided at those empty lines behind which a query begins beyond
//! doubt, or might begin and is one. Tokens decide that, so that a broken query is still a query of its own.

use super::expected::OPERATORS;
use super::keywords::restriction;
use super::lexer::{Lexer, Token, TokenKind};
use super::parse;
use super::scan::is_blank;
use crate::span::Span;
use crate::syntax::{BinaryOp, InOp};

/// The queries of a text: each with the comments above it, without the empty lines around it. A text with one query is
/// given as it is.
pub fn queries(text: &str) -> Vec<Span> {
    let whole = Span::new(0, text.len());
    let seams = if has_empty_line(text) { Tokens::of(text).seams() } else { Vec::new() };
    if seams.is_empty() || parse(text).is_accepted() {
        return vec![whole];
    }
    let mut queries = Vec::new();
    let mut start = 0;
    for (index, seam) in seams.iter().enumerate() {
        let end = seams.get(index + 1).map_or(text.len(), |next| next.position);
        let stands = match seam.certainty {
            Certainty::Certain => true,
            Certainty::Possible => parse(&text[seam.position..end]).is_accepted(),
        };
        if stands {
            queries.push(lines_of(text, start, seam.position));
            start = seam.position;
        }
    }
    if queries.is_empty() {
        return vec![whole];
    }
    queries.push(lines_of(text, start, text.len()));
    queries
}

/// A range without the empty lines around it.
fn lines_of(text: &str, start: usize, end: usize) -> Span {
    let piece = &text[start..end];
    let code = piece.trim_start_matches(is_blank);
    let indent = piece[..piece.len() - code.len()].rfind('\n').map_or(0, |line_end| line_end + 1);
    Span::new(start + indent, start + piece.trim_end_matches(is_blank).len())
}

fn has_empty_line(text: &str) -> bool {
    text.lines().any(|line| line.chars().all(is_blank))
}

/// How sure it is that a query begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certainty {
    /// Nothing else begins like this.
    Certain,
    /// A call or a lone name, which might also be the rest of something broken.
    Possible,
}

/// A place where a text may be divided: behind an empty line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seam {
    position: usize,
    certainty: Certainty,
}

/// The tokens of a text without its comments.
struct Tokens<'q> {
    text: &'q str,
    tokens: Vec<Token>,
}

impl<'q> Tokens<'q> {
    fn of(text: &'q str) -> Self {
        Self { text, tokens: Lexer::new(text).filter(|token| token.kind != TokenKind::Comment).collect() }
    }

    /// The text of a token; empty if there is none.
    fn text(&self, index: usize) -> &'q str {
        self.tokens.get(index).map_or("", |token| token.span.slice(self.text))
    }

    fn is_word(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|token| token.kind == TokenKind::Word)
    }

    fn seams(&self) -> Vec<Seam> {
        let has_partner = self.brackets_with_partner();
        let mut seams = Vec::new();
        let (mut depth, mut is_statement_start, mut is_query) = (0_usize, true, false);
        for (index, has_partner) in has_partner.into_iter().enumerate() {
            let is_closing = has_partner && matches!(self.text(index), ")" | "]" | "}");
            if depth == 0
                && is_query
                && let Some(position) = self.behind_empty_line(index)
                && self.may_end_query(index - 1)
                && let Some(certainty) = self.begins_query(index)
            {
                seams.push(Seam { position, certainty });
                is_statement_start = true;
            }
            if depth == 0 && self.text(index) == ";" {
                is_statement_start = true;
            } else if is_statement_start {
                // A block of nothing but `let` belongs to the query that uses them.
                is_query = !matches!(self.text(index), "let" | "set" | "declare" | "alias" | "restrict");
                is_statement_start = false;
            }
            match (has_partner, is_closing) {
                (true, true) => depth = depth.saturating_sub(1),
                (true, false) => depth += 1,
                (false, _) => {}
            }
        }
        seams
    }

    /// For each token, whether it is a bracket that has a partner. One that has none must not hold the rest together.
    fn brackets_with_partner(&self) -> Vec<bool> {
        let mut has_partner = vec![false; self.tokens.len()];
        let mut open: Vec<(usize, &str)> = Vec::new();
        for index in 0..self.tokens.len() {
            let close = match self.text(index) {
                "(" => ")",
                "[" => "]",
                "{" => "}",
                close @ (")" | "]" | "}") => {
                    // Texts that are nested more deeply are not parsed either.
                    let near = open.len().saturating_sub(super::MAX_NESTING);
                    if let Some(partner) = open[near..].iter().rposition(|(_, wanted)| *wanted == close) {
                        has_partner[open[near + partner].0] = true;
                        has_partner[index] = true;
                        open.truncate(near + partner);
                    }
                    continue;
                }
                _ => continue,
            };
            open.push((index, close));
        }
        has_partner
    }

    /// The end of the first empty line between a token and the one before it.
    fn behind_empty_line(&self, index: usize) -> Option<usize> {
        let before = self.tokens.get(index.checked_sub(1)?)?.span.end as usize;
        let between = &self.text[before..self.tokens.get(index)?.span.start as usize];
        let mut line_start = between.find('\n')? + 1;
        loop {
            let line_end = line_start + between[line_start..].find('\n')? + 1;
            if between[line_start..line_end].chars().all(is_blank) {
                return Some(before + line_end);
            }
            line_start = line_end;
        }
    }

    /// Whether a query may end with a token. A pipe is allowed: a query that is only half written ends with it.
    fn may_end_query(&self, index: usize) -> bool {
        let Some(token) = self.tokens.get(index) else { return false };
        let text = self.text(index);
        match token.kind {
            TokenKind::Word => !awaits_more(text),
            TokenKind::Number | TokenKind::String | TokenKind::Literal => true,
            TokenKind::Punctuation => matches!(text, ")" | "]" | "}" | "*" | ";" | "|"),
            TokenKind::Comment | TokenKind::Unknown => false,
        }
    }

    /// Whether a query begins at a token that stands behind an empty line.
    fn begins_query(&self, index: usize) -> Option<Certainty> {
        let (word, next) = (self.text(index), self.text(index + 1));
        let is_behind_pipe = self.text(index.wrapping_sub(1)) == "|";
        let is_it = match word {
            "let" => self.is_word(index + 1) && matches!(self.text(index + 2), "=" | "("),
            "set" => self.is_word(index + 1),
            "declare" => matches!(next, "query_parameters" | "pattern"),
            "alias" => next == "database",
            "restrict" => next == "access",
            "datatable" | "externaldata" => next == "(" && !is_behind_pipe,
            "range" => self.text(index + 2) == "from" && !is_behind_pipe,
            "union" | "find" | "search" | "print" => {
                !is_behind_pipe && !matches!(next, "" | "," | ")" | "." | "=" | "==" | "=~" | "!=" | "|")
            }
            _ => return self.begins_with_name(index),
        };
        is_it.then_some(Certainty::Certain)
    }

    /// The same for a query that begins with a table, a function or a parenthesis.
    fn begins_with_name(&self, index: usize) -> Option<Certainty> {
        let (word, next) = (self.text(index), self.text(index + 1));
        if word == "(" {
            return (!self.is_word(index.checked_sub(1)?)).then_some(Certainty::Possible);
        }
        let is_table_name = self.is_word(index)
            && !word.starts_with('!')
            && restriction(word).is_none()
            && !awaits_more(word)
            && !OPERATORS.contains(&word);
        if !is_table_name {
            return None;
        }
        match next {
            "|" if self.text(index + 2) == "|" => None,
            "|" => Some(Certainty::Certain),
            "(" => Some(Certainty::Possible),
            _ => {
                let is_alone = index + 1 == self.tokens.len() || self.behind_empty_line(index + 1).is_some();
                (is_alone && word.starts_with(|c: char| c.is_ascii_uppercase())).then_some(Certainty::Possible)
            }
        }
    }
}

/// Words between two parts of a query, and operators with more than one name. Upper case is a slip, but clear.
const CONNECTIVES: &[&str] =
    &["AND", "NOT", "OR", "between", "by", "filter", "from", "limit", "not", "of", "on", "step", "to", "with"];

/// Whether something must follow a word before its query can end.
fn awaits_more(word: &str) -> bool {
    let is_complete = matches!(word, "count" | "getschema" | "serialize");
    CONNECTIVES.contains(&word)
        || (OPERATORS.contains(&word) && !is_complete)
        || BinaryOp::from_spelling(word).is_some()
        || InOp::from_spelling(word).is_some()
}
