//! Lines and columns of a file, for reports.

/// Start of each line of a text.
#[derive(Debug, Clone)]
pub struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Finds the lines of `text`. A byte order mark is not part of the first line.
    pub fn new(text: &'a str) -> Self {
        let first = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(offset, _)| offset + 1);
        Self { text, starts: std::iter::once(first).chain(breaks).collect() }
    }

    /// Line and column of byte `offset`, both from 1. The column counts characters, not bytes.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = self.text.get(start..end).unwrap_or("");
        let characters = if before.is_ascii() { before.len() } else { before.chars().count() };
        (line, characters + 1)
    }

    /// The bytes of line `line`, counted from 1, without its line end; empty past the last line.
    pub fn line(&self, line: usize) -> &'a str {
        let Some(start) = line.checked_sub(1).and_then(|index| self.starts.get(index)) else { return "" };
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        let text = self.text.get(*start..end).unwrap_or("");
        text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text))
    }
}

/// Line and column of one place, both from 1; see [`LineIndex`] for many places of one file.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    LineIndex::new(text).position(offset)
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, line_column};

    #[test]
    fn columns_count_characters_and_a_byte_order_mark_is_none() {
        let text = "\u{FEFF}ä=1\r\nb\n";
        let lines = LineIndex::new(text);
        assert_eq!(lines.position(3), (1, 1));
        assert_eq!(lines.position(5), (1, 2));
        assert_eq!(lines.position(9), (2, 1));
        assert_eq!(lines.position(text.len()), (3, 1));
        assert_eq!(lines.line(1), "ä=1");
        assert_eq!(lines.line(2), "b");
        assert_eq!(lines.line(4), "");
    }

    #[test]
    fn places_outside_the_text_or_inside_a_character_do_not_panic() {
        assert_eq!(line_column("", 7), (1, 1));
        assert_eq!(line_column("ä", 1), (1, 1));
        assert_eq!(line_column("\u{FEFF}", 0), (1, 1));
    }
}
