//! A document, or a part of one, seen as a rule: look-ups by key, numbers for its texts, and aliases followed with a budget.

use std::cell::Cell;
use std::ops::Range;

use super::text::Text;
use super::tree::{Document, Node, NodeId};
use crate::rule::Located;
use crate::span::{Place, Span, TextId};

/// How many aliases are followed while one rule is read. Real rules have a handful; without a limit, lists of aliases
/// to lists of aliases would grow without bound.
const ALIAS_BUDGET: u32 = 1_000;

/// Longest key path that is recorded. Paths repeat the names above them, so that endless names would fill memory.
const MAX_PATH: usize = 160;

/// A document, or one of its nodes, with a number for each text.
pub(super) struct View<'a> {
    document: &'a Document,
    root: Option<NodeId>,
    /// Place of the first node in the order of nodes.
    first: usize,
    ids: Vec<TextId>,
    aliases_left: Cell<u32>,
}

impl<'a> View<'a> {
    /// Numbers the texts: the scalar `query` is [`TextId::QUERY`], all others follow in the order of the file.
    pub(super) fn new(document: &'a Document, query: Option<NodeId>) -> Self {
        Self::of_nodes(document, document.root(), 0..document.nodes.len(), query)
    }

    /// The same for the texts of one node.
    pub(super) fn of(document: &'a Document, root: NodeId, query: Option<NodeId>) -> Self {
        Self::of_nodes(document, Some(root), document.subtree(root), query)
    }

    fn of_nodes(document: &'a Document, root: Option<NodeId>, nodes: Range<usize>, query: Option<NodeId>) -> Self {
        let first = nodes.start;
        let mut next = TextId::QUERY.0;
        let number = |(id, node): (NodeId, &Node)| match node {
            Node::Scalar(_) if Some(id) == query => TextId::QUERY,
            Node::Scalar(_) => {
                next += 1;
                TextId(next)
            }
            Node::Sequence(_) | Node::Mapping(_) | Node::Alias(_) => TextId::QUERY,
        };
        let ids = document.nodes_in(nodes).map(number).collect();
        Self { document, root, first, ids, aliases_left: Cell::new(ALIAS_BUDGET) }
    }

    /// The node at a path of keys, aliases followed.
    pub(super) fn at(&self, path: &[&str]) -> Option<NodeId> {
        path.iter().try_fold(self.resolve(self.root?)?, |node, key| self.get(node, key))
    }

    /// The value of a key.
    pub(super) fn get(&self, mapping: NodeId, key: &str) -> Option<NodeId> {
        self.entries(mapping)
            .iter()
            .find(|(name, _)| self.value(*name) == Some(key))
            .and_then(|(_, value)| self.resolve(*value))
    }

    /// Keys and values of a mapping; none for anything else.
    pub(super) fn entries(&self, id: NodeId) -> &'a [(NodeId, NodeId)] {
        match self.document.node(id) {
            Some(Node::Mapping(entries)) => entries,
            Some(Node::Scalar(_) | Node::Sequence(_) | Node::Alias(_)) | None => &[],
        }
    }

    /// Items of a list; a single value counts as a list of one.
    pub(super) fn items(&self, id: NodeId) -> Vec<NodeId> {
        match self.document.node(id) {
            Some(Node::Sequence(items)) => items.iter().filter_map(|item| self.resolve(*item)).collect(),
            Some(Node::Scalar(_) | Node::Mapping(_)) => vec![id],
            Some(Node::Alias(_)) | None => Vec::new(),
        }
    }

    /// The text of a scalar that is not null.
    pub(super) fn value(&self, id: NodeId) -> Option<&'a str> {
        self.text(id).filter(|text| !text.is_null()).map(|text| text.value.as_str())
    }

    /// Whether the node is a scalar; a key without a value counts.
    pub(super) fn is_text(&self, id: NodeId) -> bool {
        self.text(id).is_some()
    }

    /// The value of a scalar with its place.
    pub(super) fn located(&self, id: NodeId) -> Option<Located<String>> {
        let value = self.value(id)?;
        Some(Located { value: value.to_owned(), place: self.place(id, value)? })
    }

    /// The value at a path with its place.
    pub(super) fn located_at(&self, path: &[&str]) -> Option<Located<String>> {
        self.located(self.at(path)?)
    }

    /// Every key with its path.
    pub(super) fn keys(&self) -> Vec<(String, TextId)> {
        let mut keys = Vec::new();
        if let Some(root) = self.root {
            self.collect_keys(root, "", &mut keys);
        }
        keys
    }

    fn collect_keys(&self, node: NodeId, prefix: &str, keys: &mut Vec<(String, TextId)>) {
        if prefix.len() > MAX_PATH {
            return;
        }
        let join = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        match self.document.node(node) {
            Some(Node::Mapping(entries)) => {
                for (key, value) in entries {
                    let Some(text) = self.text(*key) else { continue };
                    let path = join(&text.value);
                    keys.extend(self.id(*key).map(|id| (path.clone(), id)));
                    self.collect_keys(*value, &path, keys);
                }
            }
            Some(Node::Sequence(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.collect_keys(*item, &join(&index.to_string()), keys);
                }
            }
            Some(Node::Scalar(_) | Node::Alias(_)) | None => {}
        }
    }

    fn place(&self, id: NodeId, value: &str) -> Option<Place> {
        Some(Place { text: self.id(id)?, span: Span::new(0, value.len()) })
    }

    /// The number of a text. An alias may lead out of the part of the document that is seen.
    fn id(&self, node: NodeId) -> Option<TextId> {
        self.ids.get(node.index().checked_sub(self.first)?).copied()
    }

    fn text(&self, id: NodeId) -> Option<&'a Text> {
        match self.document.node(id) {
            Some(Node::Scalar(text)) => Some(text),
            Some(Node::Sequence(_) | Node::Mapping(_) | Node::Alias(_)) | None => None,
        }
    }

    /// Follows an alias. It never points to another alias.
    pub(super) fn resolve(&self, id: NodeId) -> Option<NodeId> {
        match self.document.node(id)? {
            Node::Alias(target) => {
                self.aliases_left.set(self.aliases_left.get().checked_sub(1)?);
                Some(*target)
            }
            Node::Scalar(_) | Node::Sequence(_) | Node::Mapping(_) => Some(id),
        }
    }
}

/// The texts of a node in the order of their numbers: the query first.
pub(super) fn texts(document: &Document, root: NodeId, query: Option<NodeId>) -> Vec<Text> {
    let mut texts = vec![Text::absent()];
    for (id, node) in document.nodes_in(document.subtree(root)) {
        match node {
            Node::Scalar(text) if Some(id) == query => texts[0] = text.clone(),
            Node::Scalar(text) => texts.push(text.clone()),
            Node::Sequence(_) | Node::Mapping(_) | Node::Alias(_) => {}
        }
    }
    texts
}
