//! One pass over the bytes before the grammar runs.
//!
//! It knows strings, comments and brackets, and nothing else. That is enough to cap the nesting, to report a string or
//! bracket at the place where it opens, to report bad escapes once, and to cut a broken query into pieces.

use super::error::{SyntaxError, SyntaxErrorKind};
use crate::span::Span;

/// Deepest nesting of brackets that is parsed.
pub const MAX_NESTING: usize = 256;

/// What the scan found.
#[derive(Debug, Clone, Default)]
pub(super) struct Scan {
    /// Every comment, without its line end.
    pub comments: Vec<Span>,
    /// Positions of `;` outside brackets.
    pub semicolons: Vec<usize>,
    /// Positions of `|` outside brackets.
    pub pipes: Vec<usize>,
    /// Unclosed strings and brackets, bad escapes, raw GUIDs.
    pub errors: Vec<SyntaxError>,
    /// Deepest nesting of brackets.
    pub deepest: usize,
    /// Whether that is more than [`MAX_NESTING`].
    pub is_too_deep: bool,
}

/// Scans a query.
pub(super) fn scan(text: &str) -> Scan {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), position: 0, open: Vec::new(), scan: Scan::default() };
    scanner.run();
    scanner.scan
}

/// Whether Kusto takes a character as blank.
pub(super) fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\n' | '\r' | '\u{C}' | '\u{A0}' | '\u{1680}' | '\u{180E}' | '\u{2000}'
            ..='\u{200B}' | '\u{202F}' | '\u{205F}' | '\u{3000}' | '\u{FEFF}'
    )
}

/// The end of `start..end` without blanks and comments there.
pub(super) fn trim_end(text: &str, comments: &[Span], start: usize, end: usize) -> usize {
    let mut end = end;
    loop {
        let piece = text.get(start..end).unwrap_or("");
        let trimmed = start + piece.trim_end_matches(is_blank).len();
        // A comment reaches to its line end, so it is the last thing before the blanks.
        let next = comments.partition_point(|comment| (comment.start as usize) < trimmed);
        match next.checked_sub(1).and_then(|index| comments.get(index)) {
            Some(comment) if comment.end as usize >= trimmed && comment.start as usize >= start => {
                end = comment.start as usize
            }
            _ => return trimmed,
        }
    }
}

/// The start of `start..end` without blanks and comments there.
pub(super) fn trim_start(text: &str, comments: &[Span], start: usize, end: usize) -> usize {
    let mut start = start;
    loop {
        let piece = text.get(start..end).unwrap_or("");
        start += piece.len() - piece.trim_start_matches(is_blank).len();
        match comments.binary_search_by_key(&start, |comment| comment.start as usize) {
            Ok(index) => start = comments[index].end as usize,
            Err(_) => return start.min(end),
        }
    }
}

struct Scanner<'q> {
    text: &'q str,
    bytes: &'q [u8],
    position: usize,
    /// Closing byte and position of every open bracket.
    open: Vec<(u8, usize)>,
    scan: Scan,
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.position) {
            match byte {
                b'/' if self.starts_with("//") => self.comment(),
                b'"' | b'\'' => self.plain_string(byte),
                b'@' if matches!(self.byte(1), Some(b'"' | b'\'')) => self.verbatim_string(),
                b'`' if self.starts_with("```") => self.multi_line_string("```"),
                b'~' if self.starts_with("~~~") => self.multi_line_string("~~~"),
                b'(' => self.open_bracket(b')'),
                b'[' => self.open_bracket(b']'),
                b'{' => self.open_bracket(b'}'),
                b')' | b']' | b'}' => self.close_bracket(byte),
                b';' | b'|' => self.separator(byte),
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.word(),
                _ => self.position += 1,
            }
        }
        for (_, start) in std::mem::take(&mut self.open) {
            self.error(SyntaxErrorKind::UnclosedBracket, Span::new(start, start + 1));
        }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.position + ahead).copied()
    }

    fn starts_with(&self, prefix: &str) -> bool {
        self.bytes[self.position..].starts_with(prefix.as_bytes())
    }

    fn error(&mut self, kind: SyntaxErrorKind, span: Span) {
        self.scan.errors.push(SyntaxError::new(kind, span, self.text));
    }

    fn comment(&mut self) {
        let start = self.position;
        let rest = &self.text[start..];
        let length = rest.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(rest.len());
        self.position += length;
        self.scan.comments.push(Span::new(start, self.position));
    }

    fn plain_string(&mut self, quote: u8) {
        let start = self.position;
        self.position += 1;
        loop {
            match self.byte(0) {
                Some(byte) if byte == quote => {
                    self.position += 1;
                    return;
                }
                Some(b'\\') => self.escape(),
                Some(b'\n' | b'\r') | None => {
                    return self.error(SyntaxErrorKind::UnclosedString, Span::new(start, self.position));
                }
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

    fn verbatim_string(&mut self) {
        let start = self.position;
        let quote = self.bytes[start + 1];
        self.position += 2;
        loop {
            match self.byte(0) {
                Some(byte) if byte == quote && self.byte(1) == Some(quote) => self.position += 2,
                Some(byte) if byte == quote => {
                    self.position += 1;
                    return;
                }
                Some(b'\n' | b'\r') | None => {
                    return self.error(SyntaxErrorKind::UnclosedString, Span::new(start, self.position));
                }
                Some(_) => self.position += 1,
            }
        }
    }

    fn multi_line_string(&mut self, fence: &str) {
        let start = self.position;
        self.position += fence.len();
        if let Some(length) = self.text[self.position..].find(fence) {
            self.position += length + fence.len();
        } else {
            self.position = self.text.len();
            self.error(SyntaxErrorKind::UnclosedString, Span::new(start, start + fence.len()));
        }
    }

    fn open_bracket(&mut self, close: u8) {
        self.open.push((close, self.position));
        self.scan.deepest = self.scan.deepest.max(self.open.len());
        if self.open.len() > MAX_NESTING && !self.scan.is_too_deep {
            self.scan.is_too_deep = true;
            self.error(SyntaxErrorKind::TooDeep, Span::new(self.position, self.position + 1));
        }
        self.position += 1;
    }

    fn close_bracket(&mut self, close: u8) {
        // A bracket of the wrong kind is the grammar's to report; here it only must not confuse the nesting.
        if let Some(index) = self.open.iter().rposition(|(expected, _)| *expected == close) {
            for (_, start) in self.open.drain(index + 1..).collect::<Vec<_>>() {
                self.error(SyntaxErrorKind::UnclosedBracket, Span::new(start, start + 1));
            }
            self.open.pop();
        }
        self.position += 1;
    }

    fn separator(&mut self, byte: u8) {
        if self.open.is_empty() {
            let places = if byte == b';' { &mut self.scan.semicolons } else { &mut self.scan.pipes };
            places.push(self.position);
        }
        self.position += 1;
    }

    /// A word, number, string prefix, literal with parentheses, or raw GUID.
    fn word(&mut self) {
        let start = self.position;
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
        }
    }

    /// `datetime(…)`: one token up to the first `)`, whatever stands between.
    fn literal_with_parentheses(&mut self, start: usize) {
        let rest = &self.text[self.position..];
        match rest.find([')', '\n', '\r']) {
            Some(length) if rest.as_bytes()[length] == b')' => self.position += length + 1,
            length => {
                self.error(SyntaxErrorKind::UnclosedLiteral, Span::new(start, self.position + 1));
                self.position += length.unwrap_or(rest.len());
            }
        }
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
