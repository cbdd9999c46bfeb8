//! Searches: alternatives of items, and keywords.

use std::ops::Range;

use super::{ItemOutline, Outline, Uses, Word};
use crate::rule::Node;

/// Keys beside the searches in the map that holds them.
const OTHER_KEYS: &[&str] = &["condition", "timeframe", "rules"];

/// Deepest nesting of lists.
const MAX_DEPTH: usize = 32;

/// A search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchOutline<'a> {
    /// Its name.
    pub name: Word<'a>,
    /// What stands behind the name.
    pub node: &'a Node,
    /// Maps, one of which has to match: ranges of [`Outline::items`], all of which have to hold.
    pub alternatives: Vec<Range<usize>>,
    /// Values that are looked for in the whole event.
    pub keywords: Vec<Word<'a>>,
    /// Whether nothing of it was left out.
    pub is_whole: bool,
    /// What the conditions do with it.
    pub uses: Uses,
}

impl SearchOutline<'_> {
    /// The items, if it is one map and nothing else.
    pub fn only_map(&self) -> Option<&Range<usize>> {
        match self.alternatives.as_slice() {
            [only] if self.keywords.is_empty() && self.is_whole => Some(only),
            _ => None,
        }
    }
}

impl<'a> Outline<'a> {
    /// Reads the searches and their items.
    pub(super) fn read_searches(&mut self) {
        let entries = self.get(&[self.kind.key()]).map_or(&[][..], Node::entries);
        for (name, node) in entries {
            let name = self.word(name);
            if OTHER_KEYS.contains(&name.text) {
                continue;
            }
            let mut search = SearchOutline {
                name,
                node,
                alternatives: Vec::new(),
                keywords: Vec::new(),
                is_whole: true,
                uses: Uses::default(),
            };
            self.read_search(node, &mut search, 0);
            self.searches.push(search);
        }
    }

    fn read_search(&mut self, node: &'a Node, search: &mut SearchOutline<'a>, depth: usize) {
        match node {
            Node::Map(entries) => {
                let start = self.items.len();
                for (key, value) in entries {
                    let values = value.items().iter().filter_map(Node::scalar);
                    let values: Vec<Word<'a>> = values.map(|scalar| self.word(scalar)).collect();
                    let has_all = match value {
                        Node::List(items) => items.len() == values.len(),
                        Node::Scalar(_) => true,
                        Node::Map(_) | Node::Alias => false,
                    };
                    search.is_whole &= has_all;
                    self.items.push(ItemOutline::new(self.searches.len(), self.word(key), value, values));
                }
                search.alternatives.push(start..self.items.len());
            }
            Node::List(parts) if depth < MAX_DEPTH => {
                for part in parts {
                    self.read_search(part, search, depth + 1);
                }
            }
            Node::Scalar(scalar) => search.keywords.push(self.word(scalar)),
            Node::List(_) | Node::Alias => search.is_whole = false,
        }
    }
}
