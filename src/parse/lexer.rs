//! Tokens.
//!
//! The grammar does not need them; the scan, the places of errors and `kqlift parse --emit tokens` do.

use super::error::{SyntaxError, SyntaxErrorKind};
use super::scan::is_blank;
use crate::span::Span;

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// Kinds of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// `// …`
    Comment,
    /// A name or keyword, such as `FileName`, `mv-expand`, `!has`, `in~`.
    Word,
    /// A number or timespan.
    Number,
    /// A string of any form.
    String,
    /// `datetime(…)`, `long(…)`, …
    Literal,
    /// Operators, brackets, separators; also a whole line `#…` in front of the first statement.
    Punctuation,
    /// A character that KQL does not have.
    Unknown,
}

/// The tokens of a text, comments included.
pub fn tokens(text: &str) -> Vec<Token> {
    Lexer::new(text).collect()
}

/// Words with hyphens that are one token.
const HYPHENATED: &[&str] = &[
    "assert-schema",
    "graph-mark-components",
    "graph-match",
    "graph-shortest-paths",
    "graph-to-table",
    "graph-where-edges",
    "graph-where-nodes",
    "granny-asc",
    "granny-desc",
    "macro-expand",
    "make-graph",
    "make-series",
    "materialized-view-combine",
    "mv-apply",
    "mv-expand",
    "parse-kv",
    "parse-where",
    "partitioned-by",
    "project-away",
    "project-by-names",
    "project-keep",
    "project-rename",
    "project-reorder",
    "project-smart",
    "sample-distinct",
    "top-hitters",
    "top-nested",
];

/// Operators of two characters.
pub(super) const PAIRS: &[&str] = &["==", "=~", "!=", "!~", "<=", ">=", "<>", "..", "=>"];

/// Reads tokens one by one; remembers what is wrong with them.
pub(super) struct Lexer<'q> {
    text: &'q str,
    bytes: &'q [u8],
    position: usize,
    /// Where the last comment ends: U+2028 and U+2029 are blanks there, and nowhere else.
    comment_end: usize,
    /// Whether nothing but comments and directives has been read.
    is_at_start: bool,
    /// Unclosed strings and literals, bad escapes, raw GUIDs.
    pub(super) errors: Vec<SyntaxError>,
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        let start = self.position;
        let byte = self.byte(0)?;
        let kind = if byte == b'#' && self.is_at_start { self.directive() } else { self.token(byte) };
        self.is_at_start &= byte == b'#' || kind == TokenKind::Comment;
        Some(Token { kind, span: Span::new(start, self.position) })
    }
}

impl<'q> Lexer<'q> {
    pub(super) fn new(text: &'q str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            position: 0,
            comment_end: usize::MAX,
            is_at_start: true,
            errors: Vec::new(),
        }
    }

    fn token(&mut self, byte: u8) -> TokenKind {
        match byte {
            b'/' if self.starts_with("//") => self.comment(),
            b'"' | b'\'' => self.plain_string(byte),
            b'@' if matches!(self.byte(1), Some(b'"' | b'\'')) => self.verbatim_string(),
            b'`' if self.starts_with("```") => self.multi_line_string("```"),
            b'~' if self.starts_with("~~~") => self.multi_line_string("~~~"),
            b'h' | b'H' if self.is_string_prefix() => {
                self.position += 1;
                let quote = self.bytes[self.position];
                self.token(quote)
            }
            b'!' if self.byte(1).is_some_and(|next| next.is_ascii_alphabetic()) => {
                self.position += 1;
                self.word(self.position)
            }
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.word(self.position),
            _ => self.punctuation(),
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.byte(0) {
            if byte.is_ascii() {
                if !is_blank(byte as char) {
                    return;
                }
                self.position += 1;
            } else {
                match self.text[self.position..].chars().next() {
                    Some(c)
                        if is_blank(c) || matches!(c, '\u{2028}' | '\u{2029}') && self.position == self.comment_end =>
                    {
                        self.position += c.len_utf8();
                    }
                    _ => return,
                }
            }
        }
    }

    fn is_string_prefix(&self) -> bool {
        match self.byte(1) {
            Some(b'"' | b'\'') => true,
            Some(b'@') => matches!(self.byte(2), Some(b'"' | b'\'')),
            Some(b'`') => self.bytes[self.position + 1..].starts_with(b"```"),
            Some(b'~') => self.bytes[self.position + 1..].starts_with(b"~~~"),
            _ => false,
        }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.position + ahead).copied()
    }

    fn starts_with(&self, prefix: &str) -> bool {
        self.bytes[self.position..].starts_with(prefix.as_bytes())
    }

    fn error(&mut self, kind: SyntaxErrorKind, span: Span) {
        self.errors.push(SyntaxError::new(kind, span, self.text));
    }

    /// To the end of the line.
    fn skip_line(&mut self) {
        let rest = &self.text[self.position..];
        self.position += rest.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(rest.len());
    }

    /// A line for the client that sends the query; whatever it says, it is one token.
    fn directive(&mut self) -> TokenKind {
        self.skip_line();
        TokenKind::Punctuation
    }

    fn comment(&mut self) -> TokenKind {
        self.skip_line();
        self.comment_end = self.position;
        TokenKind::Comment
    }

    fn unclosed_string(&mut self, start: usize) -> TokenKind {
        self.error(SyntaxErrorKind::UnclosedString, Span::new(start, self.position));
        TokenKind::String
    }

    fn plain_string(&mut self, quote: u8) -> TokenKind {
        let start = self.position;
        self.position += 1;
        loop {
            match self.byte(0) {
                Some(byte) if byte == quote => {
                    self.position += 1;
                    return TokenKind::String;
                }
                Some(b'\\') => self.escape(),
                Some(b'\n' | b'\r') | None => return self.unclosed_string(start),
                Some(_) => self.position += 1,
            }
        }
    }

    /// At a backslash of a plain string: steps over the escape and reports one that Kusto does not have.
    fn escape(&mut self) {
        let start = self.position;
        let digits = |count: usize| {
            self.bytes.get(start + 2..start + 2 + count).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        };
        let length = match self.byte(1) {
            Some(b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'0'..=b'7') => 2,
            Some(b'x') if digits(2) => 4,
            Some(b'u') if digits(4) => 6,
            Some(b'U') if digits(8) => 10,
            Some(b'\n' | b'\r') | None => {
                self.position += 1;
                return;
            }
            Some(_) => {
                let next = self.text[start + 1..].chars().next().map_or(0, char::len_utf8);
                self.position = start + 1 + next;
                return self.error(SyntaxErrorKind::BadEscape, Span::new(start, self.position));
            }
        };
        self.position += length;
    }

    fn verbatim_string(&mut self) -> TokenKind {
        let start = self.position;
        let quote = self.bytes[start + 1];
        self.position += 2;
        loop {
            match self.byte(0) {
                Some(byte) if byte == quote && self.byte(1) == Some(quote) => self.position += 2,
                Some(byte) if byte == quote => {
                    self.position += 1;
                    return TokenKind::String;
                }
                Some(b'\n' | b'\r') | None => return self.unclosed_string(start),
                Some(_) => self.position += 1,
            }
        }
    }

    fn multi_line_string(&mut self, fence: &str) -> TokenKind {
        let start = self.position;
        self.position += fence.len();
        if let Some(length) = self.text[self.position..].find(fence) {
            self.position += length + fence.len();
        } else {
            self.position = self.text.len();
            self.error(SyntaxErrorKind::UnclosedString, Span::new(start, start + fence.len()));
        }
        TokenKind::String
    }

    /// A word, number, literal with parentheses, or raw GUID, whose letters begin at `start`.
    fn word(&mut self, start: usize) -> TokenKind {
        while self.byte(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$') {
            self.position += 1;
        }
        let word = &self.text[start..self.position];
        if self.byte(0) == Some(b'(') && is_literal_keyword(word) {
            return self.literal_with_parentheses(start);
        }
        if word.len() == 8 && self.byte(0) == Some(b'-') && is_guid(&self.text[start..]) {
            self.position = start + GUID_LENGTH;
            self.error(SyntaxErrorKind::RawGuid, Span::new(start, self.position));
            return TokenKind::Literal;
        }
        if word.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            return self.number(start);
        }
        match self.byte(0) {
            Some(b'~') if word == "in" => self.position += 1,
            Some(b'-') => {
                if let Some(whole) = hyphenated_keyword(self.text, start) {
                    self.position = start + whole.len();
                }
            }
            _ => {}
        }
        TokenKind::Word
    }

    /// Behind the digits and letters of a number: its fraction and exponent.
    fn number(&mut self, start: usize) -> TokenKind {
        let is_plain = self.text[start..self.position].bytes().all(|byte| byte.is_ascii_digit());
        if is_plain && self.byte(0) == Some(b'.') && self.byte(1) != Some(b'.') {
            self.position += 1;
            while self.byte(0).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
                self.position += 1;
            }
        }
        let has_exponent =
            self.text[start..self.position].ends_with(['e', 'E']) && matches!(self.byte(0), Some(b'+' | b'-'));
        if has_exponent && self.byte(1).is_some_and(|byte| byte.is_ascii_digit()) {
            self.position += 1;
            while self.byte(0).is_some_and(|byte| byte.is_ascii_digit()) {
                self.position += 1;
            }
        }
        TokenKind::Number
    }

    fn punctuation(&mut self) -> TokenKind {
        if PAIRS.iter().any(|pair| self.starts_with(pair)) {
            self.position += 2;
            return TokenKind::Punctuation;
        }
        let c = self.text[self.position..].chars().next().unwrap_or('\0');
        self.position += c.len_utf8();
        if "+-*/%<>=()[]{}.,:;|#".contains(c) { TokenKind::Punctuation } else { TokenKind::Unknown }
    }

    /// `datetime(…)`: one token up to the first `)`, whatever stands between.
    fn literal_with_parentheses(&mut self, start: usize) -> TokenKind {
        let rest = &self.text[self.position..];
        match rest.find([')', '\n', '\r']) {
            Some(length) if rest.as_bytes()[length] == b')' => self.position += length + 1,
            length => {
                self.error(SyntaxErrorKind::UnclosedLiteral, Span::new(start, self.position + 1));
                self.position += length.unwrap_or(rest.len());
            }
        }
        TokenKind::Literal
    }
}

fn is_literal_keyword(word: &str) -> bool {
    matches!(
        word,
        "datetime"
            | "date"
            | "timespan"
            | "time"
            | "int64"
            | "int32"
            | "int"
            | "long"
            | "real"
            | "double"
            | "decimal"
            | "guid"
            | "bool"
    )
}

const GUID_LENGTH: usize = 36;

fn is_guid(text: &str) -> bool {
    let Some(candidate) = text.as_bytes().get(..GUID_LENGTH) else { return false };
    let shape = candidate.iter().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    shape && !text.as_bytes().get(GUID_LENGTH).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// The keyword with a hyphen that stands at a place: one token, even where `a - b` could be meant.
pub(super) fn hyphenated_keyword(text: &str, start: usize) -> Option<&'static str> {
    let rest = text.get(start..)?;
    HYPHENATED.iter().copied().find(|keyword| starts_with_word(rest, keyword))
}

/// Whether a keyword with a hyphen begins at `word`, but goes on behind: of `project-awayx`, Kusto sees no keyword at all.
pub(super) fn continues_hyphenated(text: &str, word: Span) -> bool {
    let (Some(rest), length) = (text.get(word.start as usize..), word.len()) else { return false };
    HYPHENATED.iter().any(|keyword| {
        keyword.len() > length
            && rest.starts_with(keyword)
            && rest.as_bytes().get(length) == Some(&b'-')
            && !starts_with_word(rest, keyword)
    })
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}
