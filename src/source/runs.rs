//! The map from a decoded text to the bytes of the file that it came from.
//!
//! Kept as runs: stretches where text and file advance together, and single characters that the file spells with
//! another number of bytes (an escape, a folded line break, a Windows line end). File bytes between two runs are
//! indentation and the like, which no character of the text stands for.

use std::ops::Range;

use crate::span::{FileSpan, Span};

/// One stretch of a text and the file bytes that spell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    text: u32,
    text_length: u32,
    file: u32,
    file_length: u32,
}

impl Run {
    fn text_end(self) -> u32 {
        self.text + self.text_length
    }

    fn file_end(self) -> u32 {
        self.file + self.file_length
    }

    /// Whether text and file advance together, byte by byte.
    fn is_linear(self) -> bool {
        self.text_length == self.file_length
    }
}

/// Where each byte of a decoded text stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Runs {
    runs: Vec<Run>,
    /// Where the text begins in the file; the place of an empty text.
    origin: u32,
}

impl Runs {
    /// The map of a text that stands in the file as it is, from byte `start` on.
    pub(super) fn identity(start: usize, length: usize) -> Self {
        let mut pieces = Pieces::new("", start);
        pieces.push(length, start..start + length);
        pieces.runs
    }

    /// The file bytes that spell `span`, without the indentation around it.
    pub(super) fn file_span(&self, span: Span) -> FileSpan {
        let start = self.start_of(span.start);
        let end = if span.is_empty() { start } else { self.end_of(span.end) };
        FileSpan { start, end: end.max(start) }
    }

    /// Where an edit of `span` happens. Unlike in [`Self::file_span`], the end lies in front of the next character of
    /// the text, behind the indentation of its line.
    pub(super) fn edit_span(&self, span: Span) -> FileSpan {
        let start = self.start_of(span.start);
        FileSpan { start, end: self.start_of(span.end).max(start) }
    }

    /// The place in front of the character at `offset`; behind the last one if there is none.
    fn start_of(&self, offset: u32) -> u32 {
        let index = self.runs.partition_point(|run| run.text_end() <= offset);
        match self.runs.get(index) {
            Some(run) if run.is_linear() => run.file + offset.saturating_sub(run.text),
            Some(run) => run.file,
            None => self.runs.last().map_or(self.origin, |run| run.file_end()),
        }
    }

    /// The place behind the character that ends at `offset`.
    fn end_of(&self, offset: u32) -> u32 {
        let index = self.runs.partition_point(|run| run.text_end() < offset);
        match self.runs.get(index) {
            Some(run) if run.is_linear() => run.file + offset.saturating_sub(run.text),
            Some(run) => run.file_end(),
            None => self.runs.last().map_or(self.origin, |run| run.file_end()),
        }
    }
}

/// A text under construction, together with its map.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    /// The text that the ranges of [`Self::copy`] count in.
    source: &'a str,
    /// The decoded text so far.
    pub(super) text: String,
    runs: Runs,
    length: usize,
}

impl<'a> Pieces<'a> {
    /// Nothing yet; the first character is expected at byte `origin` of `source`.
    pub(super) fn new(source: &'a str, origin: usize) -> Self {
        let origin = FileSpan::new(origin, origin).start;
        Self { source, text: String::new(), runs: Runs { runs: Vec::new(), origin }, length: 0 }
    }

    /// Appends bytes of the file as they are.
    pub(super) fn copy(&mut self, range: Range<usize>) {
        let piece = self.source.get(range.clone()).unwrap_or("");
        self.text.push_str(piece);
        self.push(piece.len(), range);
    }

    /// Appends one character that the file spells as `range`.
    pub(super) fn put(&mut self, character: char, range: Range<usize>) {
        self.text.push(character);
        self.push(character.len_utf8(), range);
    }

    /// Without the line end at the end, if there is one.
    #[must_use]
    pub(super) fn without_last_break(mut self) -> Self {
        let length = if self.text.ends_with("\r\n") { 2 } else { usize::from(self.text.ends_with('\n')) };
        self.text.truncate(self.text.len() - length);
        self.length -= length;
        let mut left = Span::new(0, length).end;
        while let Some(last) = self.runs.runs.pop_if(|_| left > 0) {
            let taken = left.min(last.text_length);
            left -= taken;
            if taken < last.text_length && last.is_linear() {
                let (text_length, file_length) = (last.text_length - taken, last.file_length - taken);
                self.runs.runs.push(Run { text_length, file_length, ..last });
            }
        }
        self
    }

    /// The text and its map.
    pub(super) fn finish(self) -> (String, Runs) {
        (self.text, self.runs)
    }

    fn push(&mut self, text_length: usize, range: Range<usize>) {
        if text_length == 0 {
            return;
        }
        let text = Span::new(self.length, self.length + text_length);
        let file = FileSpan::new(range.start, range.end);
        self.length += text_length;
        let run = Run {
            text: text.start,
            text_length: text.end - text.start,
            file: file.start,
            file_length: file.end - file.start,
        };
        match self.runs.runs.last_mut() {
            Some(last) if last.is_linear() && run.is_linear() && last.file_end() == run.file => {
                last.text_length += run.text_length;
                last.file_length += run.file_length;
            }
            Some(_) | None => self.runs.runs.push(run),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pieces;
    use crate::span::{FileSpan, Span};

    #[test]
    fn escapes_and_indentation_are_stepped_over() {
        // The text `a"b` + line break + `c`, spelled `a\"b`, a line end, two blanks, `c`.
        let source = "a\\\"b\n  c";
        let mut pieces = Pieces::new(source, 0);
        pieces.copy(0..1);
        pieces.put('"', 1..3);
        pieces.copy(3..5);
        pieces.copy(7..8);
        let (text, runs) = pieces.finish();
        assert_eq!(text, "a\"b\nc");
        assert_eq!(runs.file_span(Span::new(1, 2)), FileSpan::new(1, 3));
        assert_eq!(runs.file_span(Span::new(2, 4)), FileSpan::new(3, 5));
        assert_eq!(runs.edit_span(Span::new(2, 4)), FileSpan::new(3, 7));
        assert_eq!(runs.file_span(Span::at(4)), FileSpan::new(7, 7));
        assert_eq!(runs.file_span(Span::at(5)), FileSpan::new(8, 8));
    }
}
