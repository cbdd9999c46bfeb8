//! Texts as a file spells them: the new bytes for an edit, in the style of the scalar.
//!
//! Nothing here is sure of itself. What it writes is a proposal, which [`super::edit`] reads again and compares.

use std::fmt::Write as _;

use super::scalar::Block;
use super::text::{Style, Text};
use crate::span::{FileSpan, Span};

/// A replacement of bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Patch {
    /// What is replaced.
    pub(super) place: FileSpan,
    /// The new bytes.
    pub(super) replacement: String,
}

/// What a file looks like where new lines have to fit in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// The file.
    pub(super) source: &'a str,
    /// Its line end.
    pub(super) line_end: &'a str,
}

impl<'a> Surroundings<'a> {
    /// Takes the line end from the first line.
    pub(super) fn new(source: &'a str) -> Self {
        let is_windows = source.find('\n').is_some_and(|end| source[..end].ends_with('\r'));
        Self { source, line_end: if is_windows { "\r\n" } else { "\n" } }
    }

    /// A replacement text with the line ends that its target has after decoding: YAML knows only line feeds, a JSON
    /// string spells its own, other texts keep those of the file.
    pub(super) fn normalized(self, target: &Text, replacement: &str) -> String {
        let text = replacement.replace("\r\n", "\n");
        match &target.style {
            Style::JsonString if target.value.contains("\r\n") => text.replace('\n', "\r\n"),
            Style::Plain | Style::Single | Style::Double | Style::Block(_) | Style::JsonString | Style::JsonWord => {
                text
            }
            Style::Whole | Style::Comment | Style::Fence(_) => text.replace('\n', self.line_end),
        }
    }

    /// Replaces one range of a text where it stands; nothing if the style has no spelling for that.
    pub(super) fn in_place(self, text: &Text, span: Span, replacement: &str) -> Option<Patch> {
        let place = text.runs.as_ref()?.edit_span(span);
        let is_line_start = |offset: u32| offset as usize == text.value.len() && text.value.ends_with('\n');
        let end = if is_line_start(span.end) { SeamEnd::NextLine } else { SeamEnd::MidLine };
        let seam = Seam { starts_line: is_line_start(span.start), end };
        let is_multiline = replacement.contains('\n');
        let replacement = match &text.style {
            Style::Plain | Style::Single if is_multiline => return None,
            Style::Plain if text.value.is_empty() => format!(" {replacement}"),
            Style::Plain | Style::Whole | Style::Comment | Style::JsonWord => replacement.to_owned(),
            Style::Single => replacement.replace('\'', "''"),
            Style::Double | Style::JsonString => escaped(replacement),
            Style::Block(block) if self.is_folded(*block) && is_multiline => return None,
            Style::Block(block) => self.indented(replacement, &" ".repeat(block.indent), seam),
            Style::Fence(prefix) => self.indented(replacement, prefix, seam),
        };
        Some(Patch { place, replacement })
    }

    /// Ways to write a whole text anew, the closest to the present style first.
    pub(super) fn anew(self, text: &Text, value: &str) -> Vec<Patch> {
        let patch = |replacement: String| Patch { place: text.token, replacement };
        let double = format!("\"{}\"", escaped(value));
        let single = format!("'{}'", value.replace('\'', "''"));
        match &text.style {
            Style::Plain if text.token.is_empty() => vec![patch(format!(" {single}")), patch(format!(" {double}"))],
            Style::Plain | Style::Single => vec![patch(single), patch(double)],
            Style::Double | Style::JsonString => vec![patch(double)],
            Style::JsonWord => vec![patch(value.to_owned())],
            Style::Block(block) => self.literal(*block, value),
            Style::Fence(prefix) => vec![patch(self.lines(value, prefix, text.token))],
            Style::Whole | Style::Comment => Vec::new(),
        }
    }

    /// The lines of a text behind a prefix, with a line end at the end where the bytes of `old` have one.
    fn lines(self, value: &str, prefix: &str, old: FileSpan) -> String {
        let mut lines = self.indented(value, prefix, Seam { starts_line: true, end: SeamEnd::LineEnd });
        if self.source.get(old.range()).is_some_and(|old| old.ends_with(['\n', '\r'])) {
            lines.push_str(self.line_end);
        }
        lines
    }

    /// A block scalar written anew as a literal one. An indentation indicator, which counts from the indentation of
    /// the parent, is tried out where one is needed.
    fn literal(self, block: Block, value: &str) -> Vec<Patch> {
        let content = value.trim_end_matches('\n');
        let chomping = match value.len() - content.len() {
            0 => "-",
            1 if !content.is_empty() => "",
            _ => "+",
        };
        let indent = " ".repeat(block.indent.max(1));
        let body = self.lines(value.strip_suffix('\n').unwrap_or(value), &indent, block.body);
        let place = FileSpan { start: block.header.start, end: block.body.end };
        let between = self.source.get(block.header.end as usize..block.body.start as usize).unwrap_or("");
        let written = |indicator: &str| Patch { place, replacement: format!("|{indicator}{chomping}{between}{body}") };
        if content.trim_start_matches('\n').starts_with(' ') {
            (1..=9).map(|indicator: usize| written(&indicator.to_string())).collect()
        } else {
            vec![written("")]
        }
    }

    fn is_folded(self, block: Block) -> bool {
        self.source.as_bytes().get(block.header.start as usize) == Some(&b'>')
    }

    /// Lines behind a prefix; empty lines stay empty.
    fn indented(self, text: &str, prefix: &str, seam: Seam) -> String {
        let mut written = String::new();
        let last = text.split('\n').count() - 1;
        for (index, line) in text.split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if index > 0 {
                written.push_str(self.line_end);
            }
            let is_behind_prefix = index == 0 && !seam.starts_line;
            let is_next_line = index == last && line.is_empty() && seam.end == SeamEnd::NextLine;
            let is_empty_line = line.is_empty() && (index < last || seam.end == SeamEnd::LineEnd);
            if !is_behind_prefix && !is_next_line {
                written.push_str(if is_empty_line { prefix.trim_end() } else { prefix });
            }
            written.push_str(line);
        }
        written
    }
}

/// How a piece of text joins the lines of the file around it.
#[derive(Debug, Clone, Copy)]
struct Seam {
    /// It begins where no prefix stands yet.
    starts_line: bool,
    /// What follows it.
    end: SeamEnd,
}

/// What follows a piece of text in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SeamEnd {
    /// The rest of a line.
    MidLine,
    /// A line end.
    LineEnd,
    /// The next line, prefix and all.
    NextLine,
}

/// The inside of a double-quoted scalar on one line, and of a JSON string: every escape is one of both.
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' => push_escape(&mut written, character),
            control if control.is_control() => push_escape(&mut written, control),
            other => written.push(other),
        }
    }
    written
}

fn push_escape(written: &mut String, character: char) {
    // Writing to a string does not fail.
    let _ = write!(written, "\\u{:04X}", u32::from(character));
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn quotes_breaks_and_controls_are_escaped() {
        assert_eq!(escaped("a\"\\\n\tä\u{7}\u{2028}"), "a\\\"\\\\\\n\\tä\\u0007\\u2028");
    }
}
