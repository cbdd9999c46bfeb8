//! YAML text to a tree of located scalars; the only door to the YAML parser.
//!
//! The parser's events are read one by one with a stack of our own, so that neither nesting nor aliases can exhaust
//! anything: the depth is capped, and an alias is a pointer to the node it repeats. The parser counts characters from
//! the start of what it is given; here everything is bytes of the file.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Marks, Tag};

use super::problem::{Flaw, ProblemKind};
use super::scalar::{self, Spelling};
use super::text::{Role, Style, Text, is_plain_string};
use super::tree::{Document, MAX_DEPTH, Node, NodeId};
use crate::span::FileSpan;

/// How many characters of its first line stand for a value without a map.
const MAX_FIRST_LINE: usize = 1_000;

/// Reads all documents of a file.
pub(super) fn read(source: &str) -> Result<Vec<Document>, Flaw> {
    let start = if source.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let offsets = Offsets::new(source, start);
    let mut builder = Builder::new(source, &offsets);
    let mut parser = Parser::new_from_str(source.get(start..).unwrap_or(""));
    while let Some(event) = parser.next_event() {
        let (event, marks) = event.map_err(|error| syntax_error(source, &offsets, &error))?;
        builder.event(event, marks)?;
    }
    Ok(builder.documents)
}

fn syntax_error(source: &str, offsets: &Offsets<'_>, error: &ScanError) -> Flaw {
    let start = offsets.byte(error.marker().index());
    // The parser has a limit of its own, which it may meet before the nodes are built here.
    if error.info() == "recursion limit exceeded" {
        return Flaw::too_deep(start);
    }
    let character = source.get(start..).and_then(|rest| rest.chars().next());
    let length = character.filter(|c| !matches!(c, '\r' | '\n')).map_or(0, char::len_utf8);
    let message = format!("not valid YAML: {}", error.info());
    Flaw::new(ProblemKind::Syntax, message, FileSpan::new(start, start + length))
}

/// Character offsets to byte offsets, without counting from the start each time.
struct Offsets<'a> {
    source: &'a str,
    /// Byte offset of every [`Self::STEP`]th character; empty where characters are bytes.
    checkpoints: Vec<usize>,
    start: usize,
}

impl<'a> Offsets<'a> {
    const STEP: usize = 64;

    fn new(source: &'a str, start: usize) -> Self {
        let rest = source.get(start..).unwrap_or("");
        let checkpoints = if rest.is_ascii() {
            Vec::new()
        } else {
            rest.char_indices().step_by(Self::STEP).map(|(offset, _)| start + offset).collect()
        };
        Self { source, checkpoints, start }
    }

    fn byte(&self, character: usize) -> usize {
        if self.checkpoints.is_empty() {
            return (self.start + character).min(self.source.len());
        }
        let Some(checkpoint) = self.checkpoints.get(character / Self::STEP) else { return self.source.len() };
        let rest = self.source.get(*checkpoint..).unwrap_or("");
        rest.char_indices().nth(character % Self::STEP).map_or(self.source.len(), |(offset, _)| checkpoint + offset)
    }
}

/// A collection that has not ended.
struct Open {
    node: NodeId,
    key: Option<NodeId>,
}

struct Builder<'a> {
    source: &'a str,
    offsets: &'a Offsets<'a>,
    documents: Vec<Document>,
    current: Document,
    stack: Vec<Open>,
    anchors: BTreeMap<usize, NodeId>,
    /// Nodes that an alias repeats.
    repeated: Vec<NodeId>,
    /// Where the event before this one ended.
    after: usize,
}

impl<'a> Builder<'a> {
    fn new(source: &'a str, offsets: &'a Offsets<'a>) -> Self {
        Self {
            source,
            offsets,
            documents: Vec::new(),
            current: Document::default(),
            stack: Vec::new(),
            anchors: BTreeMap::new(),
            repeated: Vec::new(),
            after: offsets.start,
        }
    }

    fn event(&mut self, event: Event<'_>, marks: Marks) -> Result<(), Flaw> {
        let range = self.offsets.byte(marks.start.index())..self.offsets.byte(marks.end.index());
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
            Event::DocumentEnd => self.end_document(),
            Event::Alias(anchor) => {
                if let Some(target) = self.anchors.get(&anchor).copied() {
                    self.repeated.push(target);
                    let id = self.add(Node::Alias(target), 0);
                    self.attach(id);
                }
            }
            Event::Scalar(value, style, anchor, tag) => {
                let text = self.scalar(value.into_owned(), style, tag.as_deref(), range.clone());
                let id = self.add(Node::Scalar(text), anchor);
                self.attach(id);
            }
            Event::SequenceStart(anchor, _) => self.open(Node::Sequence(Vec::new()), anchor, range.start)?,
            Event::MappingStart(anchor, _) => self.open(Node::Mapping(Vec::new()), anchor, range.start)?,
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
        }
        // Marks of empty nodes and of ends may lie behind what follows; a place once passed stays passed.
        if range.end > self.after {
            self.after = range.end;
        }
        Ok(())
    }

    fn scalar(&self, value: String, style: ScalarStyle, tag: Option<&Tag>, range: std::ops::Range<usize>) -> Text {
        let spelling = match style {
            ScalarStyle::Plain => Spelling::Plain,
            ScalarStyle::SingleQuoted => Spelling::Single,
            ScalarStyle::DoubleQuoted => Spelling::Double,
            ScalarStyle::Literal | ScalarStyle::Folded => Spelling::Block,
        };
        let is_string = match (spelling, tag) {
            (Spelling::Plain, None) => is_plain_string(&value),
            (Spelling::Plain, Some(tag)) => tag.suffix == "str" || tag.suffix.is_empty(),
            (Spelling::Single | Spelling::Double | Spelling::Block, _) => true,
        };
        let range = if value.is_empty() && spelling == Spelling::Plain { self.empty_plain() } else { range };
        let start = range.start;
        let exact = scalar::decode(self.source, spelling, self.after, range, &value);
        let (runs, token, style) = match exact {
            Some(exact) => (Some(exact.runs), exact.token, exact.style),
            None => (None, self.first_line(start), Style::Plain),
        };
        Text { value, runs, token, style, role: self.role(), depth: self.stack.len(), is_string, is_shared: false }
    }

    /// Where an absent value would stand: right behind the `:` or `-` in front of it.
    fn empty_plain(&self) -> std::ops::Range<usize> {
        let rest = self.source.get(self.after..).unwrap_or("");
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let start = match rest.as_bytes().get(blanks) {
            Some(b':' | b'-' | b'?') => self.after + blanks + 1,
            Some(_) | None => self.after,
        };
        start..start
    }

    /// The rest of the line from `start` on; not more than fits in a report, since a file may be one line.
    fn first_line(&self, start: usize) -> FileSpan {
        let rest = self.source.get(start..).unwrap_or("");
        let characters = rest.char_indices().take_while(|(_, c)| !matches!(c, '\r' | '\n'));
        let end = characters.take(MAX_FIRST_LINE).last().map_or(0, |(offset, c)| offset + c.len_utf8());
        FileSpan::new(start, start + end)
    }

    /// What the node that comes next is to the collection around it.
    fn role(&self) -> Role {
        match self.stack.last() {
            None => Role::Value,
            Some(open) => match (self.current.node(open.node), open.key) {
                (Some(Node::Mapping(_)), None) => Role::Key,
                (Some(Node::Mapping(_)), Some(_)) => Role::Value,
                (Some(Node::Sequence(_) | Node::Scalar(_) | Node::Alias(_)) | None, _) => Role::Item,
            },
        }
    }

    fn add(&mut self, node: Node, anchor: usize) -> NodeId {
        let id = NodeId(self.current.nodes.len());
        self.current.nodes.push(node);
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
        id
    }

    fn attach(&mut self, id: NodeId) {
        let Some(open) = self.stack.last_mut() else {
            self.current.root = Some(id);
            return;
        };
        match self.current.nodes.get_mut(open.node.0) {
            Some(Node::Sequence(items)) => items.push(id),
            Some(Node::Mapping(entries)) => match open.key.take() {
                Some(key) => entries.push((key, id)),
                None => open.key = Some(id),
            },
            Some(Node::Scalar(_) | Node::Alias(_)) | None => {}
        }
    }

    fn open(&mut self, node: Node, anchor: usize, start: usize) -> Result<(), Flaw> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(Flaw::too_deep(start));
        }
        let node = self.add(node, anchor);
        self.stack.push(Open { node, key: None });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Flaw> {
        let Some(open) = self.stack.pop() else { return Ok(()) };
        if let Some(Node::Mapping(entries)) = self.current.node(open.node) {
            self.current.refuse_duplicates(entries)?;
        }
        self.attach(open.node);
        Ok(())
    }

    fn end_document(&mut self) {
        self.mark_repeated();
        self.documents.push(std::mem::take(&mut self.current));
        self.stack.clear();
        self.anchors.clear();
    }

    /// Marks every text that an alias repeats, alone or as a part of what it repeats.
    fn mark_repeated(&mut self) {
        let mut seen = vec![false; if self.repeated.is_empty() { 0 } else { self.current.nodes.len() }];
        while let Some(id) = self.repeated.pop() {
            if seen.get(id.0).copied().unwrap_or(true) {
                continue;
            }
            seen[id.0] = true;
            match self.current.nodes.get_mut(id.0) {
                Some(Node::Scalar(text)) => text.is_shared = true,
                Some(Node::Sequence(items)) => self.repeated.extend(items.iter()),
                Some(Node::Mapping(entries)) => {
                    self.repeated.extend(entries.iter().flat_map(|(key, value)| [*key, *value]));
                }
                Some(Node::Alias(_)) | None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Node, Offsets, read};

    #[test]
    fn characters_become_bytes() {
        let source = format!("\u{FEFF}{}", "aä€😀".repeat(50));
        let offsets = Offsets::new(&source, 3);
        for (index, (byte, _)) in source.char_indices().skip(1).enumerate() {
            assert_eq!(offsets.byte(index), byte);
        }
        assert_eq!(offsets.byte(1_000), source.len());
    }

    #[test]
    fn an_alias_repeats_a_node_and_shares_its_texts() {
        let documents = read("a: &x {k: v}\nb: *x\nc: d\n").expect("valid YAML");
        let shared: Vec<_> = documents[0]
            .nodes
            .iter()
            .filter_map(|node| match node {
                Node::Scalar(text) => Some((text.value.as_str(), text.is_shared)),
                Node::Sequence(_) | Node::Mapping(_) | Node::Alias(_) => None,
            })
            .filter_map(|(value, is_shared)| is_shared.then_some(value))
            .collect();
        assert_eq!(shared, ["k", "v"]);
    }

    #[test]
    fn an_alias_that_holds_itself_is_no_endless_tree() {
        assert!(read("&x [*x, *x]\n").is_ok());
    }

    #[test]
    fn nesting_is_capped() {
        for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
            assert!(read(&text).is_err());
        }
    }
}
