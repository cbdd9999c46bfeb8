//! A structured file as a tree of located scalars, whatever it is written in.

use std::ops::Range;

use super::problem::{Flaw, ProblemKind};
use super::text::Text;
use crate::span::FileSpan;

/// How deep lists and mappings may stand in each other.
pub(super) const MAX_DEPTH: usize = 128;

/// Number of a node within its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NodeId(pub(super) usize);

impl NodeId {
    /// Its place in the order of nodes.
    pub(super) fn index(self) -> usize {
        self.0
    }
}

/// One node of a document.
#[derive(Debug)]
pub(super) enum Node {
    /// A key or a value.
    Scalar(Text),
    /// A list.
    Sequence(Vec<NodeId>),
    /// Keys and values in the order of the file.
    Mapping(Vec<(NodeId, NodeId)>),
    /// The same as a node before it.
    Alias(NodeId),
}

/// One document: nodes in the order in which they begin.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// All nodes, each in front of what it holds.
    pub(super) nodes: Vec<Node>,
    /// The outermost one.
    pub(super) root: Option<NodeId>,
}

impl Document {
    /// The outermost node.
    pub(super) fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// The node itself, which may be an alias.
    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0)
    }

    /// The nodes at a range of places in the order in which they begin.
    pub(super) fn nodes_in(&self, range: Range<usize>) -> impl Iterator<Item = (NodeId, &Node)> {
        let first = range.start;
        let nodes = self.nodes.get(range).unwrap_or(&[]);
        nodes.iter().enumerate().map(move |(index, node)| (NodeId(first + index), node))
    }

    /// The node and all nodes that stand in it, as a range of places in the order of nodes.
    pub(super) fn subtree(&self, id: NodeId) -> Range<usize> {
        let mut last = id;
        loop {
            let next = match self.node(last) {
                Some(Node::Sequence(items)) => items.last().copied(),
                Some(Node::Mapping(entries)) => entries.last().map(|(_, value)| *value),
                Some(Node::Scalar(_) | Node::Alias(_)) | None => None,
            };
            match next {
                Some(next) => last = next,
                None => return id.0..last.0 + 1,
            }
        }
    }

    /// Refuses a mapping with one key twice: readers differ in which of the two counts.
    pub(super) fn refuse_duplicates(&self, entries: &[(NodeId, NodeId)]) -> Result<(), Flaw> {
        let mut keys: Vec<(&str, FileSpan)> = entries
            .iter()
            .filter_map(|(key, _)| match self.node(*key) {
                Some(Node::Scalar(text)) => Some((text.value.as_str(), text.token)),
                Some(Node::Sequence(_) | Node::Mapping(_) | Node::Alias(_)) | None => None,
            })
            .collect();
        keys.sort_unstable();
        let twice = keys.windows(2).find_map(|pair| match pair {
            [first, second] if first.0 == second.0 => Some((first, second)),
            _ => None,
        });
        match twice {
            Some((first, second)) => Err(Flaw::new(
                ProblemKind::DuplicateKey,
                format!("the key `{}` stands twice in one mapping", second.0),
                second.1,
            )
            .related(first.1, "first here")),
            None => Ok(()),
        }
    }
}
