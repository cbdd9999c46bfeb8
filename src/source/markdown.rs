//! Queries in Markdown: fenced code blocks labelled `kql`, `kusto` or `csl`.
//!
//! Only what decides where a fence begins and ends is read: block quotes, list items, headings and fences, by the
//! rules of `CommonMark`. Unlabelled fences are not queries; many of them are output or other languages.

use std::ops::Range;

use super::runs::{Pieces, Runs};

/// A query in a Markdown file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fence {
    /// The query, without the line end in front of the closing marker.
    pub(super) query: String,
    /// Where it stands.
    pub(super) runs: Runs,
    /// The lines between the fence markers.
    pub(super) body: Range<usize>,
    /// What each of its lines begins with in the file: indentation and quote marks.
    pub(super) prefix: String,
    /// The heading above it.
    pub(super) heading: Option<String>,
}

const LABELS: [&str; 3] = ["kql", "kusto", "csl"];

/// Finds all fences with a query in them.
pub(super) fn fences(source: &str) -> Vec<Fence> {
    let mut scan = Scan { source, fences: Vec::new(), heading: None, paragraph: None, lists: Vec::new(), open: None };
    let mut start = if source.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    while start < source.len() {
        let rest = source.get(start..).unwrap_or("");
        let end = start + rest.find('\n').map_or(rest.len(), |found| found + 1);
        scan.line(start, end);
        start = end;
    }
    scan.close(source.len());
    scan.fences
}

/// A fence that has begun.
struct Open<'a> {
    marker: u8,
    length: usize,
    /// Columns of indentation of the marker, which its lines may have too.
    indent: usize,
    quotes: usize,
    prefix: String,
    pieces: Option<Pieces<'a>>,
    body: usize,
}

struct Scan<'a> {
    source: &'a str,
    fences: Vec<Fence>,
    heading: Option<String>,
    /// The line above, if it may be the text of an underlined heading.
    paragraph: Option<&'a str>,
    /// Columns where the text of each list item around begins.
    lists: Vec<usize>,
    open: Option<Open<'a>>,
}

/// A position in a line, in bytes and in columns; a tab reaches to the next multiple of four.
#[derive(Clone, Copy)]
struct Cursor {
    offset: usize,
    column: usize,
}

impl<'a> Scan<'a> {
    fn line(&mut self, start: usize, end: usize) {
        let Some(open) = &self.open else {
            self.outside(start, end);
            return;
        };
        let (quotes, behind) = skip_quotes(self.source, Cursor { offset: start, column: 0 }, open.quotes);
        let text = skip_blanks(self.source, behind, usize::MAX);
        let content = self.source.get(text.offset..end).unwrap_or("");
        let left_container = quotes < open.quotes || (!content.trim().is_empty() && text.column < self.container());
        if left_container {
            self.close(start);
            self.outside(start, end);
        } else if is_closing(content, open) && text.column < self.container() + 4 {
            self.close(start);
        } else if let Some(open) = &mut self.open {
            let from = skip_blanks(self.source, behind, open.indent);
            if let Some(pieces) = &mut open.pieces {
                pieces.copy(from.offset..end);
            }
        }
    }

    /// A line outside fences: a heading, a list item, the beginning of a fence, or prose.
    fn outside(&mut self, start: usize, end: usize) {
        let (quotes, mut cursor) = skip_quotes(self.source, Cursor { offset: start, column: 0 }, usize::MAX);
        let line = self.source.get(cursor.offset..end).unwrap_or("");
        if line.trim().is_empty() {
            self.paragraph = None;
            return;
        }
        cursor = skip_blanks(self.source, cursor, usize::MAX);
        while self.lists.last().is_some_and(|column| cursor.column < *column) {
            self.lists.pop();
        }
        while let Some(item) = list_item(self.source, cursor, end).filter(|_| cursor.column < self.container() + 4) {
            cursor = item;
            self.lists.push(cursor.column);
        }
        let content = self.source.get(cursor.offset..end).unwrap_or("").trim_end();
        if cursor.column >= self.container() + 4 {
            self.paragraph = None;
            return;
        }
        if let Some((marker, length, info)) = opening(content) {
            self.open_fence(start, end, cursor, (marker, length, info), quotes);
            self.paragraph = None;
        } else {
            self.read_heading(content);
        }
    }

    fn open_fence(&mut self, start: usize, end: usize, cursor: Cursor, fence: (u8, usize, &str), quotes: usize) {
        let (marker, length, info) = fence;
        let label = info.split_whitespace().next().unwrap_or("");
        let is_query = LABELS.iter().any(|known| label.eq_ignore_ascii_case(known));
        // A list marker in front of the fence is indentation for the lines after it.
        let prefix = self.source.get(start..cursor.offset).unwrap_or("");
        let prefix = prefix.chars().map(|c| if matches!(c, '>' | '\t') { c } else { ' ' }).collect();
        let pieces = is_query.then(|| Pieces::new(self.source, end));
        self.open = Some(Open { marker, length, indent: cursor.column, quotes, prefix, pieces, body: end });
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.take() else { return };
        let Some(pieces) = open.pieces else { return };
        let (query, runs) = pieces.without_last_break().finish();
        if !query.trim().is_empty() {
            let heading = self.heading.clone();
            self.fences.push(Fence { query, runs, body: open.body..end, prefix: open.prefix, heading });
        }
    }

    fn read_heading(&mut self, content: &'a str) {
        let level = content.bytes().take_while(|byte| *byte == b'#').count();
        let rest = content.get(level..).unwrap_or("");
        let is_underline = !content.is_empty() && content.bytes().all(|byte| byte == b'=');
        if (1..=6).contains(&level) && (rest.is_empty() || rest.starts_with([' ', '\t'])) {
            self.set_heading(strip_closing_marks(rest.trim()));
            self.paragraph = None;
        } else if let Some(text) = self.paragraph.take().filter(|_| is_underline) {
            self.set_heading(text);
        } else {
            self.paragraph = Some(content);
        }
    }

    fn set_heading(&mut self, text: &str) {
        self.heading = (!text.is_empty()).then(|| text.to_owned());
    }

    /// The column where the text of the innermost list item begins.
    fn container(&self) -> usize {
        self.lists.last().copied().unwrap_or(0)
    }
}

/// Steps over up to `most` quote marks, each with up to three blanks in front and one behind.
fn skip_quotes(source: &str, start: Cursor, most: usize) -> (usize, Cursor) {
    let (mut cursor, mut quotes) = (start, 0);
    while quotes < most {
        let mark = skip_blanks(source, cursor, cursor.column + 3);
        if source.as_bytes().get(mark.offset) != Some(&b'>') {
            break;
        }
        let behind = Cursor { offset: mark.offset + 1, column: mark.column + 1 };
        cursor = skip_blanks(source, behind, behind.column + 1);
        quotes += 1;
    }
    (quotes, cursor)
}

/// Steps over blanks, but not beyond `column`; a tab that would reach beyond stays.
fn skip_blanks(source: &str, start: Cursor, column: usize) -> Cursor {
    let mut cursor = start;
    loop {
        let next = match source.as_bytes().get(cursor.offset) {
            Some(b' ') => cursor.column + 1,
            Some(b'\t') => cursor.column / 4 * 4 + 4,
            Some(_) | None => return cursor,
        };
        if next > column {
            return cursor;
        }
        cursor = Cursor { offset: cursor.offset + 1, column: next };
    }
}

/// The place where the text of a list item begins, if `-`, `*`, `+` or a number stands at `start`.
fn list_item(source: &str, start: Cursor, end: usize) -> Option<Cursor> {
    let line = source.get(start.offset..end)?;
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let width = match (digits, line.as_bytes().get(digits)?) {
        (0, b'-' | b'*' | b'+') => 1,
        (1..=9, b'.' | b')') => digits + 1,
        _ => return None,
    };
    let marker_end = Cursor { offset: start.offset + width, column: start.column + width };
    if !line.get(width..)?.starts_with([' ', '\t']) {
        return None;
    }
    let text = skip_blanks(source, marker_end, usize::MAX);
    // Five blanks and more are one blank and an indented code block.
    let is_code = text.column > marker_end.column + 4 || text.offset >= end;
    Some(if is_code { skip_blanks(source, marker_end, marker_end.column + 1) } else { text })
}

/// Marker, length and info string of the line that begins a fence.
fn opening(content: &str) -> Option<(u8, usize, &str)> {
    let marker = *content.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = content.bytes().take_while(|byte| *byte == marker).count();
    let info = content.get(length..)?.trim();
    (length >= 3 && !(marker == b'`' && info.contains('`'))).then_some((marker, length, info))
}

fn is_closing(content: &str, open: &Open<'_>) -> bool {
    let content = content.trim_end();
    content.len() >= open.length && content.bytes().all(|byte| byte == open.marker)
}

fn strip_closing_marks(heading: &str) -> &str {
    let text = heading.trim_end_matches('#');
    if text.is_empty() || text.ends_with([' ', '\t']) { text.trim_end() } else { heading }
}

#[cfg(test)]
mod tests {
    use super::fences;

    /// The queries of a text, each with what the file has at its first and at its last character.
    fn queries(text: &str) -> Vec<String> {
        let fences = fences(text);
        for fence in &fences {
            for (offset, character) in fence.query.char_indices() {
                let span = crate::span::Span::new(offset, offset + character.len_utf8());
                assert!(text[fence.runs.file_span(span).range()].chars().eq([character]), "{fence:?}");
            }
        }
        fences.into_iter().map(|fence| fence.query).collect()
    }

    #[test]
    fn labels_are_read_in_any_case_and_others_are_not() {
        assert_eq!(queries("```KQL\nA\n```\n~~~ kusto title=x\nB\n~~~\n```Csl\nC\n```\n"), ["A", "B", "C"]);
        assert_eq!(queries("```\nA\n```\n```sql\nB\n```\n```kqlx\nC\n```\n"), [""; 0]);
    }

    #[test]
    fn a_fence_in_another_fence_is_its_text() {
        assert_eq!(queries("````markdown\n```kql\nA\n```\n````\n```kql\nB\n```\n"), ["B"]);
        assert_eq!(queries("````kql\nA\n```\nB\n~~~~\nC\n`````\n"), ["A\n```\nB\n~~~~\nC"]);
    }

    #[test]
    fn indentation_of_the_marker_is_taken_from_each_line() {
        assert_eq!(queries("  ```kql\n  A\n    B\n C\n\n ```\n"), ["A\n  B\nC\n"]);
        assert_eq!(queries("    ```kql\n    A\n    ```\n"), [""; 0]);
        assert_eq!(queries("```kql\n\tA\n```\n"), ["\tA"]);
    }

    #[test]
    fn fences_stand_in_lists_and_quotes() {
        assert_eq!(queries("- a\n  - b\n\n    ```kql\n    A\n\n      B\n    ```\n"), ["A\n\n  B"]);
        assert_eq!(queries("1. ```kql\n   A\n   ```\n"), ["A"]);
        assert_eq!(queries("10. text\n\n\t```kql\n\tA\n\t```\n"), ["A"]);
        assert_eq!(queries("> ```kql\n> A\n>\n> B\n> ```\n"), ["A\n\nB"]);
        assert_eq!(queries("> - x\n>   ```kql\n>   A\n>   ```\n"), ["A"]);
    }

    #[test]
    fn a_fence_ends_with_what_it_stands_in() {
        assert_eq!(queries("- ```kql\n  A\nprose\n"), ["A"]);
        assert_eq!(queries("> ```kql\n> A\nprose\n"), ["A"]);
        assert_eq!(queries("```kql\nA\n| take 1\n"), ["A\n| take 1"]);
        assert_eq!(queries("```kql\nA"), ["A"]);
    }

    #[test]
    fn windows_line_ends_stay() {
        assert_eq!(queries("# T\r\n```kql\r\nA\r\n| take 1\r\n```\r\n"), ["A\r\n| take 1"]);
    }

    #[test]
    fn blank_fences_are_no_queries() {
        assert_eq!(queries("```kql\n```\n```kql\n \n```\n"), [""; 0]);
    }

    #[test]
    fn the_heading_above_is_the_title() {
        let text = "# One #\n```kql\nA\n```\nTwo\n===\n```kql\nB\n```\n```text\n# no\n```\n#no\n```kql\nC\n```\n## C#\n```kql\nD\n```\n";
        let headings: Vec<_> = fences(text).into_iter().map(|fence| fence.heading.unwrap_or_default()).collect();
        assert_eq!(headings, ["One", "Two", "Two", "C#"]);
    }
}
