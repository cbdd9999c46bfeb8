//! A part of a document as a tree of places.

use super::text::{Style, Text};
use super::tree::{Document, Node as Part, NodeId};
use crate::rule::{Node, Quoting, Scalar, ScalarKind};
use crate::span::{Span, TextId};

/// The tree of a node, with the numbers that the texts of its rule have.
pub(super) fn tree(source: &str, document: &Document, root: NodeId) -> Node {
    Outliner { source, document, next: TextId::QUERY.0 }.node(root)
}

struct Outliner<'a> {
    source: &'a str,
    document: &'a Document,
    /// Number of the text before the next one: texts are numbered in the order of the file.
    next: u32,
}

impl Outliner<'_> {
    /// The depth is capped where the document is read.
    fn node(&mut self, id: NodeId) -> Node {
        match self.document.node(id) {
            Some(Part::Scalar(text)) => Node::Scalar(self.scalar(text)),
            Some(Part::Sequence(items)) => Node::List(items.iter().map(|item| self.node(*item)).collect()),
            Some(Part::Mapping(entries)) => {
                let mut map = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let key = self.node(*key);
                    let value = self.node(*value);
                    map.extend(key.scalar().map(|key| (*key, value)));
                }
                Node::Map(map)
            }
            Some(Part::Alias(_)) | None => Node::Alias,
        }
    }

    fn scalar(&mut self, text: &Text) -> Scalar {
        self.next += 1;
        let start = text.token.start as usize;
        let line = self.source.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let kind = match (text.is_null(), text.is_string) {
            (true, _) => ScalarKind::Null,
            (false, true) => ScalarKind::Text,
            (false, false) => ScalarKind::Other,
        };
        let quoting = match &text.style {
            Style::Single => Quoting::Single,
            Style::Double | Style::JsonString => Quoting::Double,
            Style::Block(_) => Quoting::Block,
            Style::Plain | Style::JsonWord | Style::Whole | Style::Comment | Style::Fence(_) => Quoting::Plain,
        };
        let Span { end: length, .. } = Span::new(0, text.value.len());
        let Span { start: column, .. } = Span::at(start - line);
        Scalar { text: TextId(self.next), length, quoting, kind, column }
    }
}
