//! JSON text to a tree of located scalars.
//!
//! The crates that read JSON with places keep the raw text of a value or its line and column, not where each character
//! of a string stands once its escapes are resolved. That map is what findings and edits need, and with it half of a
//! JSON reader is written; the other half is small. `tests/json.rs` holds it against `serde_json`.

use super::problem::{Flaw, ProblemKind};
use super::runs::Pieces;
use super::text::{Role, Style, Text};
use super::tree::{Document, MAX_DEPTH, Node, NodeId};
use crate::source::runs::Runs;
use crate::span::FileSpan;

/// Reads a file that holds one JSON value. A byte order mark in front of it is stepped over.
pub(super) fn read(source: &str) -> Result<Document, Flaw> {
    let position = if source.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let mut reader = Reader { source, position, depth: 0, document: Document::default() };
    reader.skip_blanks();
    let root = reader.value(Role::Value)?;
    reader.skip_blanks();
    if reader.position < source.len() {
        return Err(reader.unexpected("the end of the file"));
    }
    reader.document.root = Some(root);
    Ok(reader.document)
}

struct Reader<'a> {
    source: &'a str,
    position: usize,
    /// How many arrays and objects are open.
    depth: usize,
    document: Document,
}

impl Reader<'_> {
    fn value(&mut self, role: Role) -> Result<NodeId, Flaw> {
        match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'"') => self.string(role),
            Some(b't' | b'f' | b'n') => self.word(role),
            Some(b'-' | b'0'..=b'9') => self.number(role),
            Some(_) | None => Err(self.unexpected("a value")),
        }
    }

    fn object(&mut self) -> Result<NodeId, Flaw> {
        let id = self.open(Node::Mapping(Vec::new()))?;
        let mut entries = Vec::new();
        let mut is_first = true;
        while self.has_next(b'}', is_first)? {
            is_first = false;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in quotes"));
            }
            let key = self.string(Role::Key)?;
            self.skip_blanks();
            self.expect(b':', "`:`")?;
            self.skip_blanks();
            entries.push((key, self.value(Role::Value)?));
        }
        self.document.refuse_duplicates(&entries)?;
        self.close(id, Node::Mapping(entries));
        Ok(id)
    }

    fn array(&mut self) -> Result<NodeId, Flaw> {
        let id = self.open(Node::Sequence(Vec::new()))?;
        let mut items = Vec::new();
        while self.has_next(b']', items.is_empty())? {
            items.push(self.value(Role::Item)?);
        }
        self.close(id, Node::Sequence(items));
        Ok(id)
    }

    /// Steps over the bracket of a collection; its node comes in front of what it holds.
    fn open(&mut self, node: Node) -> Result<NodeId, Flaw> {
        self.depth += 1;
        if self.depth >= MAX_DEPTH {
            return Err(Flaw::too_deep(self.position));
        }
        self.position += 1;
        Ok(self.add(node))
    }

    fn close(&mut self, id: NodeId, node: Node) {
        self.depth -= 1;
        if let Some(place) = self.document.nodes.get_mut(id.index()) {
            *place = node;
        }
    }

    /// Steps to the next element, or over the closing bracket.
    fn has_next(&mut self, end: u8, is_first: bool) -> Result<bool, Flaw> {
        self.skip_blanks();
        match self.peek() {
            Some(byte) if byte == end => {
                self.position += 1;
                Ok(false)
            }
            Some(b',') if !is_first => {
                self.position += 1;
                self.skip_blanks();
                Ok(true)
            }
            Some(_) if is_first => Ok(true),
            Some(_) | None => Err(self.unexpected(if end == b'}' { "`,` or `}`" } else { "`,` or `]`" })),
        }
    }

    fn string(&mut self, role: Role) -> Result<NodeId, Flaw> {
        let start = self.position;
        let mut pieces = Pieces::new(self.source, start + 1);
        self.position += 1;
        loop {
            let from = self.position;
            let rest = self.source.as_bytes().get(from..).unwrap_or(&[]);
            let length = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1F)).count();
            self.position += length;
            pieces.copy(from..self.position);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let from = self.position;
                    let character = self.escape()?;
                    pieces.put(character, from..self.position);
                }
                Some(_) | None => return Err(self.unexpected("`\"`")),
            }
        }
        self.position += 1;
        let (value, runs) = pieces.finish();
        Ok(self.scalar(value, runs, start, Style::JsonString, role))
    }

    /// Steps over an escape and gives its character. Two `\u` escapes of a surrogate pair are one.
    fn escape(&mut self) -> Result<char, Flaw> {
        let kind = self.source.as_bytes().get(self.position + 1).copied();
        let character = match kind {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            Some(_) | None => return Err(self.unexpected("an escape of JSON")),
        };
        self.position += 2;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Result<char, Flaw> {
        let first = self.hexadecimal(self.position);
        let second = || self.hexadecimal(self.position + 6);
        let decoded = match first {
            Some(high @ 0xD800..=0xDBFF) => {
                let low = second().filter(|low| (0xDC00..=0xDFFF).contains(low));
                low.map(|low| (0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00), 12))
            }
            Some(code) => Some((code, 6)),
            None => None,
        };
        let character = decoded.and_then(|(code, length)| Some((char::from_u32(code)?, length)));
        let Some((character, length)) = character else {
            return Err(self.unexpected("an escape that stands for a character"));
        };
        self.position += length;
        Ok(character)
    }

    /// The number of the `\uXXXX` at `position`.
    fn hexadecimal(&self, position: usize) -> Option<u32> {
        let digits = self.source.get(position..position + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    }

    fn word(&mut self, role: Role) -> Result<NodeId, Flaw> {
        let rest = self.source.get(self.position..).unwrap_or("");
        match ["true", "false", "null"].into_iter().find(|word| rest.starts_with(word)) {
            Some(word) => Ok(self.bare(word.len(), role)),
            None => Err(self.unexpected("a value")),
        }
    }

    fn number(&mut self, role: Role) -> Result<NodeId, Flaw> {
        let bytes = self.source.as_bytes().get(self.position..).unwrap_or(&[]);
        let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
        let sign = usize::from(bytes.first() == Some(&b'-'));
        let whole = digits(sign);
        let mut length = sign + whole;
        let mut is_complete = whole > 0 && (whole == 1 || bytes.get(sign) != Some(&b'0'));
        if bytes.get(length) == Some(&b'.') {
            let fraction = digits(length + 1);
            is_complete &= fraction > 0;
            length += 1 + fraction;
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            let exponent = digits(length + 1 + sign);
            is_complete &= exponent > 0;
            length += 1 + sign + exponent;
        }
        if is_complete { Ok(self.bare(length, role)) } else { Err(self.unexpected("a number")) }
    }

    /// Adds the next `length` bytes as a value without quotes.
    fn bare(&mut self, length: usize, role: Role) -> NodeId {
        let start = self.position;
        self.position += length;
        let value = self.source.get(start..self.position).unwrap_or("").to_owned();
        self.scalar(value, Runs::identity(start, length), start, Style::JsonWord, role)
    }

    fn scalar(&mut self, value: String, runs: Runs, start: usize, style: Style, role: Role) -> NodeId {
        let is_string = style == Style::JsonString;
        let token = FileSpan::new(start, self.position);
        let text = Text { role, depth: self.depth, is_string, ..Text::verbatim(value, runs, token, style) };
        self.add(Node::Scalar(text))
    }

    fn add(&mut self, node: Node) -> NodeId {
        let id = NodeId(self.document.nodes.len());
        self.document.nodes.push(node);
        id
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.position).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
    }

    fn expect(&mut self, byte: u8, words: &str) -> Result<(), Flaw> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected(words));
        }
        self.position += 1;
        Ok(())
    }

    fn unexpected(&self, expected: &str) -> Flaw {
        let next = self.source.get(self.position..).and_then(|rest| rest.chars().next());
        let length = next.filter(|c| !matches!(c, '\r' | '\n')).map_or(0, char::len_utf8);
        let message = format!("not valid JSON: {expected} is expected here");
        Flaw::new(ProblemKind::JsonSyntax, message, FileSpan::new(self.position, self.position + length))
    }
}
