//! Literal and folded scalars: indentation, chomping, folding.
//!
//! The steps are those of the YAML parser in use, its habits included: at the end of a file without a final line
//! break, a clipped or kept scalar still ends with one. That line break stands for no byte of the file.

use std::ops::Range;

use super::flow::break_length;
use super::{Block, Decoded};
use crate::source::runs::Pieces;
use crate::span::FileSpan;

/// What happens to the line breaks at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// Decodes the block scalar whose `|` or `>` is byte `header`, and of which the parser made `value`.
pub(super) fn decode(source: &str, header: usize, value: &str) -> Option<(Decoded, Block)> {
    let bytes = source.as_bytes();
    let is_folded = bytes.get(header) == Some(&b'>');
    let indicators_end = header + 1 + bytes.get(header + 1..)?.iter().take_while(|byte| is_indicator(**byte)).count();
    let indicators = source.get(header + 1..indicators_end)?;
    let chomping = match (indicators.contains('-'), indicators.contains('+')) {
        (true, _) => Chomping::Strip,
        (false, true) => Chomping::Keep,
        (false, false) => Chomping::Clip,
    };
    let line_end = end_of_line(bytes, header);
    let body = line_end + break_length(bytes, line_end);
    let is_blank = value.bytes().all(|byte| byte == b'\n');
    let indent = if is_blank { None } else { Some(indent_of(source, body, value)?) };
    let mut lines = Lines { source, position: body, pieces: Pieces::new(source, body), is_folded };
    let content_end = match indent {
        Some(indent) => lines.decode(indent, chomping),
        None => lines.decode_blank(value.len())?,
    };
    let (text, runs) = lines.pieces.finish();
    let block = Block {
        indent: indent.unwrap_or(0),
        header: FileSpan::new(header, indicators_end),
        body: FileSpan::new(body, content_end.max(body)),
    };
    Some((Decoded { text, runs, token: FileSpan::new(header, content_end.max(indicators_end)) }, block))
}

/// Blanks in front of each line: what the first line with content has in the file, but not in the value. An indicator
/// alone would not tell, since it counts from the indentation of the parent.
fn indent_of(source: &str, body: usize, value: &str) -> Option<usize> {
    let content = value.trim_start_matches('\n');
    let bytes = source.as_bytes();
    let mut start = body;
    for _ in 0..value.len() - content.len() {
        let end = end_of_line(bytes, start);
        start = end + break_length(bytes, end);
    }
    let blanks = |bytes: &[u8]| bytes.iter().take_while(|byte| **byte == b' ').count();
    blanks(bytes.get(start..)?).checked_sub(blanks(content.as_bytes()))
}

fn is_indicator(byte: u8) -> bool {
    matches!(byte, b'+' | b'-' | b'1'..=b'9')
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or(&[]);
    from + rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())
}

struct Lines<'a> {
    source: &'a str,
    position: usize,
    pieces: Pieces<'a>,
    is_folded: bool,
}

impl Lines<'_> {
    /// Decodes lines of at least `indent` blanks; returns where the last line with content ends in the file.
    fn decode(&mut self, indent: usize, chomping: Chomping) -> usize {
        let bytes = self.source.as_bytes();
        let mut content_end = self.position;
        let mut first_break: Option<Range<usize>> = None;
        let mut was_blank = false;
        let (mut column, mut empty) = self.skip_indent(indent);
        while column == indent && self.has_content() && !(indent == 0 && self.is_document_marker()) {
            let is_blank = matches!(bytes.get(self.position), Some(b' ' | b'\t'));
            self.join(first_break.take(), &empty, was_blank || is_blank);
            was_blank = is_blank;
            let end = end_of_line(bytes, self.position);
            self.pieces.copy(self.position..end);
            column += end - self.position;
            let length = break_length(bytes, end);
            self.position = end + length;
            content_end = self.position;
            empty.clear();
            if length == 0 {
                break;
            }
            first_break = Some(end..end + length);
            (column, empty) = self.skip_indent(indent);
        }
        if chomping != Chomping::Strip {
            if let Some(last) = first_break {
                self.pieces.put('\n', last);
            }
            if self.position >= bytes.len() && column >= indent.max(1) {
                self.pieces.put('\n', bytes.len()..bytes.len());
            }
        }
        if chomping == Chomping::Keep {
            content_end = empty.last().map_or(content_end, |last| last.end);
            for further in empty {
                self.pieces.put('\n', further);
            }
        }
        content_end
    }

    /// Decodes a scalar without content: `count` line breaks.
    fn decode_blank(&mut self, count: usize) -> Option<usize> {
        let bytes = self.source.as_bytes();
        for _ in 0..count {
            let end = end_of_line(bytes, self.position);
            let length = break_length(bytes, end);
            self.source.get(self.position..end)?.trim_start_matches(' ').is_empty().then_some(())?;
            self.pieces.put('\n', end..end + length);
            self.position = end + length;
        }
        Some(self.position)
    }

    /// Puts what stands between two lines with content: folded to a blank where the style asks for it.
    fn join(&mut self, first: Option<Range<usize>>, further: &[Range<usize>], is_more_indented: bool) {
        let is_folded = self.is_folded && !is_more_indented;
        match first {
            Some(first) if !is_folded => self.pieces.put('\n', first),
            Some(first) if further.is_empty() => self.pieces.put(' ', first),
            Some(_) | None => {}
        }
        for further in further {
            self.pieces.put('\n', further.clone());
        }
    }

    /// Steps over empty lines and then over indentation; returns the column reached and the breaks stepped over.
    fn skip_indent(&mut self, indent: usize) -> (usize, Vec<Range<usize>>) {
        let bytes = self.source.as_bytes();
        let mut empty = Vec::new();
        loop {
            let rest = bytes.get(self.position..).unwrap_or(&[]);
            let column = rest.iter().take(indent).take_while(|byte| **byte == b' ').count();
            self.position += column;
            let length = break_length(bytes, self.position);
            if length == 0 {
                return (column, empty);
            }
            empty.push(self.position..self.position + length);
            self.position += length;
        }
    }

    fn has_content(&self) -> bool {
        !matches!(self.source.as_bytes().get(self.position), None | Some(b'\n' | b'\r'))
    }

    fn is_document_marker(&self) -> bool {
        let rest = self.source.get(self.position..).unwrap_or("");
        let marker = rest.strip_prefix("---").or_else(|| rest.strip_prefix("..."));
        marker.is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t', '\n', '\r']))
    }
}
