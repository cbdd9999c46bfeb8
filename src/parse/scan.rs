//! One pass over the bytes before the grammar runs.
//!
//! It knows tokens and brackets, and nothing else. That is enough to cap the nesting, to report a string or
//! bracket at the place where it opens, to report bad escapes once, and to cut a broken query into pieces.

use super::error::{SyntaxError, SyntaxErrorKind};
use super::lexer::{Lexer, TokenKind};
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
    /// Brackets that are never closed, in order of closing attempts.
    pub unclosed: Vec<usize>,
    /// Unclosed strings and literals, bad escapes, raw GUIDs, too deep nesting.
    pub errors: Vec<SyntaxError>,
    /// Deepest nesting of brackets.
    pub deepest: usize,
    /// Whether that is more than [`MAX_NESTING`].
    pub is_too_deep: bool,
}

/// Scans a query.
pub(super) fn scan(text: &str) -> Scan {
    let mut lexer = Lexer::new(text);
    let mut scan = Scan::default();
    let mut brackets = Brackets { text, open: Vec::new() };
    for token in lexer.by_ref() {
        let position = token.span.start as usize;
        match (token.kind, text.as_bytes()[position]) {
            (TokenKind::Comment, _) => scan.comments.push(token.span),
            (TokenKind::Punctuation, b'(') => brackets.open(b')', position, &mut scan),
            (TokenKind::Punctuation, b'[') => brackets.open(b']', position, &mut scan),
            (TokenKind::Punctuation, b'{') => brackets.open(b'}', position, &mut scan),
            (TokenKind::Punctuation, close @ (b')' | b']' | b'}')) => brackets.close(close, &mut scan),
            (TokenKind::Punctuation, b';') if brackets.open.is_empty() => scan.semicolons.push(position),
            (TokenKind::Punctuation, b'|') if brackets.open.is_empty() => scan.pipes.push(position),
            _ => {}
        }
    }
    scan.errors.append(&mut lexer.errors);
    scan.unclosed.extend(brackets.open.into_iter().map(|(_, start)| start));
    scan.unclosed.sort_unstable();
    scan
}

/// The brackets that are open: closing byte and position.
struct Brackets<'q> {
    text: &'q str,
    open: Vec<(u8, usize)>,
}

impl Brackets<'_> {
    fn open(&mut self, close: u8, position: usize, scan: &mut Scan) {
        if self.open.len() < MAX_NESTING {
            self.open.push((close, position));
            scan.deepest = scan.deepest.max(self.open.len());
        } else if !scan.is_too_deep {
            // The text is refused, so what stands deeper need not be known.
            scan.is_too_deep = true;
            let place = Span::new(position, position + 1);
            scan.errors.push(SyntaxError::new(SyntaxErrorKind::TooDeep, place, self.text));
        }
    }

    fn close(&mut self, close: u8, scan: &mut Scan) {
        // A bracket of the wrong kind is the grammar's to report; here it only must not confuse the nesting.
        if let Some(index) = self.open.iter().rposition(|(expected, _)| *expected == close) {
            scan.unclosed.extend(self.open.drain(index + 1..).map(|(_, start)| start));
            self.open.pop();
        }
    }
}

/// Whether Kusto takes a character as blank.
pub(super) fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\n' | '\r' | '\u{C}' | '\u{A0}' | '\u{1680}' | '\u{180E}' | '\u{2000}'
            ..='\u{200B}' | '\u{202F}' | '\u{205F}' | '\u{3000}' | '\u{FEFF}'
    )
}

/// Characters that end a comment, and stand nowhere else.
const COMMENT_ENDS: [char; 2] = ['\u{2028}', '\u{2029}'];

/// The end of `start..end` without blanks and comments there.
pub(super) fn trim_end(text: &str, comments: &[Span], start: usize, end: usize) -> usize {
    let mut end = end;
    loop {
        let piece = text.get(start..end).unwrap_or("");
        let trimmed = start + piece.trim_end_matches(is_blank).len();
        // A comment reaches to its line end, so it is the last thing before the blanks.
        let next = comments.partition_point(|comment| (comment.start as usize) < trimmed);
        match next.checked_sub(1).and_then(|index| comments.get(index)) {
            Some(comment) if comment.start as usize >= start && is_ended(text, *comment, trimmed) => {
                end = comment.start as usize;
            }
            _ => return trimmed,
        }
    }
}

/// Whether a comment, with the character that ends it, reaches to `end`.
fn is_ended(text: &str, comment: Span, end: usize) -> bool {
    let behind = text.get(comment.end as usize..end).unwrap_or("");
    behind.strip_prefix(COMMENT_ENDS).unwrap_or(behind).is_empty()
}

/// The start of `start..end` without blanks and comments there.
pub(super) fn trim_start(text: &str, comments: &[Span], start: usize, end: usize) -> usize {
    let mut start = start;
    loop {
        let piece = text.get(start..end).unwrap_or("");
        start += piece.len() - piece.trim_start_matches(is_blank).len();
        match comments.binary_search_by_key(&start, |comment| comment.start as usize) {
            Ok(index) => {
                start = comments[index].end as usize;
                let behind = text.get(start..end).unwrap_or("");
                start += behind.len() - behind.strip_prefix(COMMENT_ENDS).unwrap_or(behind).len();
            }
            Err(_) => return start.min(end),
        }
    }
}
