//! Plain and quoted scalars: escapes, and line breaks folded to blanks.

use std::ops::Range;

use super::Decoded;
use crate::source::runs::Pieces;
use crate::span::FileSpan;

/// Decodes the plain scalar that fills `range`.
pub(super) fn plain(source: &str, range: Range<usize>) -> Decoded {
    let mut flow = Flow { pieces: Pieces::new(source, range.start), source, position: range.start, end: range.end };
    while let Some(byte) = flow.peek() {
        if is_blank_or_break(byte) { flow.fold(false) } else { flow.copy_until(is_blank_or_break) }
    }
    flow.finish(range.start, range.end)
}

/// Decodes the single-quoted scalar whose opening quote is byte `start`.
pub(super) fn single(source: &str, start: usize) -> Option<Decoded> {
    let mut flow = Flow::open(source, start, b'\'')?;
    loop {
        match flow.peek()? {
            b'\'' if source.as_bytes().get(flow.position + 1) == Some(&b'\'') => flow.put('\'', 2),
            b'\'' => return Some(flow.close(start)),
            b' ' | b'\t' | b'\n' | b'\r' => flow.fold(false),
            _ => flow.copy_until(|byte| byte == b'\'' || is_blank_or_break(byte)),
        }
    }
}

/// Decodes the double-quoted scalar whose opening quote is byte `start`.
pub(super) fn double(source: &str, start: usize) -> Option<Decoded> {
    let mut flow = Flow::open(source, start, b'"')?;
    loop {
        match flow.peek()? {
            b'"' => return Some(flow.close(start)),
            b'\\' if matches!(source.as_bytes().get(flow.position + 1), Some(b'\n' | b'\r')) => {
                flow.position += 1;
                flow.position += break_length(source.as_bytes(), flow.position);
                flow.fold(true);
            }
            b'\\' => {
                let (character, length) = escape(source.get(flow.position..)?)?;
                flow.put(character, length);
            }
            b' ' | b'\t' | b'\n' | b'\r' => flow.fold(false),
            _ => flow.copy_until(|byte| byte == b'"' || byte == b'\\' || is_blank_or_break(byte)),
        }
    }
}

/// Reads the escape that `text` begins with: the character and the length of its spelling.
fn escape(text: &str) -> Option<(char, usize)> {
    let numeric = |digits: usize| {
        let code = u32::from_str_radix(text.get(2..2 + digits)?, 16).ok()?;
        Some((char::from_u32(code)?, 2 + digits))
    };
    let character = match *text.as_bytes().get(1)? {
        b'0' => '\0',
        b'a' => '\x07',
        b'b' => '\x08',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\x0B',
        b'f' => '\x0C',
        b'r' => '\r',
        b'e' => '\x1B',
        b' ' => ' ',
        b'"' => '"',
        b'/' => '/',
        b'\\' => '\\',
        b'N' => '\u{85}',
        b'_' => '\u{A0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        b'x' => return numeric(2),
        b'u' => return numeric(4),
        b'U' => return numeric(8),
        _ => return None,
    };
    Some((character, 2))
}

/// A scan over a scalar that may span lines.
struct Flow<'a> {
    pieces: Pieces<'a>,
    source: &'a str,
    position: usize,
    end: usize,
}

impl<'a> Flow<'a> {
    fn open(source: &'a str, start: usize, quote: u8) -> Option<Self> {
        (source.as_bytes().get(start) == Some(&quote)).then(|| Self {
            pieces: Pieces::new(source, start + 1),
            source,
            position: start + 1,
            end: source.len(),
        })
    }

    /// Ends a quoted scalar at its closing quote.
    fn close(self, start: usize) -> Decoded {
        let end = self.position + 1;
        self.finish(start, end)
    }

    fn finish(self, start: usize, end: usize) -> Decoded {
        let (text, runs) = self.pieces.finish();
        Decoded { text, runs, token: FileSpan::new(start, end) }
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.position).copied().filter(|_| self.position < self.end)
    }

    fn put(&mut self, character: char, length: usize) {
        self.pieces.put(character, self.position..self.position + length);
        self.position += length;
    }

    /// Copies at least one byte, up to the next one that `stop` names. All such bytes are ASCII.
    fn copy_until(&mut self, stop: impl Fn(u8) -> bool) {
        let start = self.position;
        let rest = self.source.as_bytes().get(start..self.end).unwrap_or(&[]);
        let length = rest.iter().skip(1).position(|byte| stop(*byte)).map_or(rest.len(), |found| found + 1);
        self.position += length;
        self.pieces.copy(start..self.position);
    }

    /// Takes blanks and line breaks: blanks inside a line stay, one break is a blank, each further one a line break.
    /// After an escaped break (`continued`) there is no blank.
    fn fold(&mut self, continued: bool) {
        let start = self.position;
        let mut breaks: Vec<Range<usize>> = Vec::new();
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' => self.position += 1,
                b'\n' | b'\r' => {
                    let length = break_length(self.source.as_bytes(), self.position);
                    breaks.push(self.position..self.position + length);
                    self.position += length;
                }
                _ => break,
            }
        }
        let mut breaks = breaks.into_iter();
        if !continued {
            match (breaks.next(), breaks.len()) {
                (None, _) => self.pieces.copy(start..self.position),
                (Some(only), 0) => self.pieces.put(' ', only),
                (Some(_), _) => {}
            }
        }
        for further in breaks {
            self.pieces.put('\n', further);
        }
    }
}

fn is_blank_or_break(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Length of the line break at `position`: two for a Windows line end.
pub(super) fn break_length(bytes: &[u8], position: usize) -> usize {
    match (bytes.get(position), bytes.get(position + 1)) {
        (Some(b'\r'), Some(b'\n')) => 2,
        (Some(b'\r' | b'\n'), _) => 1,
        (Some(_) | None, _) => 0,
    }
}
