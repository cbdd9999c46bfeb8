//! A condition as named selections and the expression over them.
//!
//! What a map can hold becomes one: conjuncts on different keys, alternatives as lists. What is nested deeper gets
//! names of its own and an explicit expression.

use super::super::boolean::{Tree, Words};
use super::super::condition::{Condition, FieldTest, Match};
use super::super::yaml::Node;
use super::item::{Item, exists, items};

const WORDS: Words = Words { and: " and ", or: " or ", not: ("not (", ")"), constants: ("", "") };

/// Alternatives of maps: what one name of a detection can hold.
type Block = Vec<Vec<Item>>;

/// The `detection` of a rule; `None` if there is nothing to detect.
pub(super) fn detection(condition: &Condition) -> Option<Node> {
    let mut writer = Writer::default();
    let expression = writer.expression(condition.clone().conjuncts())?;
    let mut entries: Vec<(String, Node)> =
        writer.blocks.into_iter().map(|(name, block)| (name, block_node(block))).collect();
    entries.push(("condition".to_owned(), Node::Text(expression)));
    Some(Node::Map(entries))
}

#[derive(Default)]
struct Writer {
    blocks: Vec<(String, Block)>,
}

impl Writer {
    fn expression(&mut self, conjuncts: Vec<Condition>) -> Option<String> {
        let (mut selections, mut filters, mut nested) = (Vec::new(), Vec::new(), Vec::new());
        for conjunct in with_selection(conjuncts) {
            match (block(&conjunct), &conjunct) {
                (Some(found), _) => add(&mut selections, found),
                (None, Condition::Not(inner)) => match block(inner) {
                    Some(found) if filters.contains(&found) => {}
                    Some(found) => filters.push(found),
                    None => nested.push(conjunct),
                },
                (None, _) => nested.push(conjunct),
            }
        }
        let is_nested = !nested.is_empty();
        let mut parts = Vec::new();
        parts.extend(self.group(selections, "selection", "all of selection_*", is_nested));
        for conjunct in &nested {
            parts.push(self.nested(conjunct));
        }
        parts.extend(self.filters(filters));
        match parts.len() {
            0 => None,
            1 => Some(parts[0].write(&WORDS, &leaf)),
            _ => Some(Tree::All(parts).write(&WORDS, &leaf)),
        }
    }

    fn group(&mut self, blocks: Vec<Block>, stem: &str, all: &str, is_nested: bool) -> Vec<Tree<String>> {
        let is_one = blocks.len() == 1 && !is_nested;
        let is_pattern_safe = blocks.len() > 1 && !is_nested;
        let mut names = Vec::new();
        for block in blocks {
            let name = if is_one { stem.to_owned() } else { self.next_name(stem) };
            self.blocks.push((name.clone(), block));
            names.push(Tree::Leaf(name));
        }
        if is_pattern_safe { vec![Tree::Leaf(all.to_owned())] } else { names }
    }

    fn filters(&mut self, blocks: Vec<Block>) -> Option<Tree<String>> {
        if blocks.is_empty() {
            return None;
        }
        for block in blocks {
            let name = self.next_name("filter_main");
            self.blocks.push((name, block));
        }
        Some(Tree::Not(Box::new(Tree::Leaf("1 of filter_main_*".to_owned()))))
    }

    fn next_name(&self, stem: &str) -> String {
        let taken = self.blocks.iter().filter(|(name, _)| name.starts_with(stem)).count();
        format!("{stem}_{}", taken + 1)
    }

    fn nested(&mut self, condition: &Condition) -> Tree<String> {
        if let Some(found) = block(condition) {
            return self.named(found, "selection");
        }
        match condition {
            Condition::Constant(value) => Tree::Constant(*value),
            Condition::Not(inner) => Tree::Not(Box::new(match block(inner) {
                Some(found) => self.named(found, "filter_optional"),
                None => self.nested(inner),
            })),
            Condition::All(parts) => Tree::All(parts.iter().map(|part| self.nested(part)).collect()),
            Condition::Any(parts) => Tree::Any(self.alternatives(parts)),
            // A single test is always a block.
            Condition::Match(_) => Tree::Constant(true),
        }
    }

    /// Alternatives that maps can hold share one name.
    fn alternatives(&mut self, parts: &[Condition]) -> Vec<Tree<String>> {
        let (mut shared, mut others) = (Vec::new(), Vec::new());
        for part in parts {
            match block(part) {
                Some(found) => shared.extend(found),
                None => others.push(part),
            }
        }
        let mut trees = Vec::new();
        if !shared.is_empty() {
            trees.push(self.named(joined(shared), "selection"));
        }
        trees.extend(others.into_iter().map(|part| self.nested(part)));
        trees
    }

    /// The name of a block inside a nested expression; equal blocks share one.
    fn named(&mut self, block: Block, stem: &str) -> Tree<String> {
        if let Some((name, _)) = self.blocks.iter().find(|(_, other)| *other == block) {
            return Tree::Leaf(name.clone());
        }
        let name = self.next_name(stem);
        self.blocks.push((name.clone(), block));
        Tree::Leaf(name)
    }
}

/// The conjuncts, one of which asks for something that is there: a rule of nothing but exceptions holds for events of any
/// kind. That a field is not empty is that it is there, and that it is not the empty text.
fn with_selection(mut conjuncts: Vec<Condition>) -> Vec<Condition> {
    if conjuncts.iter().any(|conjunct| !matches!(conjunct, Condition::Not(_)) || block(conjunct).is_some()) {
        return conjuncts;
    }
    let not_empty = conjuncts.iter_mut().find_map(|conjunct| match conjunct {
        Condition::Not(inner) => match &mut **inner {
            Condition::Match(found) if found.test == FieldTest::Empty => Some(found),
            _ => None,
        },
        _ => None,
    });
    let Some(found) = not_empty else { return conjuncts };
    let there = Condition::not(Condition::Match(Match { test: FieldTest::Missing, ..found.clone() }));
    found.test = super::super::forms::whole(String::new(), false);
    conjuncts.insert(0, there);
    conjuncts
}

fn leaf(name: &String, is_negated: bool) -> String {
    if is_negated { format!("not {name}") } else { name.clone() }
}

/// Adds a block to those that all must hold, merging maps where no key repeats.
fn add(blocks: &mut Vec<Block>, block: Block) {
    if let [map] = block.as_slice() {
        for other in blocks.iter_mut() {
            if let [into] = other.as_mut_slice()
                && let Some(merged) = merge(into, map)
            {
                *into = merged;
                return;
            }
        }
    }
    blocks.push(block);
}

/// The condition as one block, if a block can hold it.
fn block(condition: &Condition) -> Option<Block> {
    match condition {
        Condition::Not(inner) => match &**inner {
            Condition::Match(Match { field, test: FieldTest::Missing, .. }) => Some(vec![vec![exists(field)]]),
            _ => None,
        },
        Condition::Constant(_) => None,
        Condition::Match(found) => Some(items(found).into_iter().map(|item| vec![item]).collect()),
        Condition::Any(parts) => {
            let blocks: Option<Vec<Block>> = parts.iter().map(block).collect();
            Some(joined(blocks?.into_iter().flatten().collect()))
        }
        Condition::All(parts) => {
            let mut map = Vec::new();
            for part in parts {
                let found = block(part)?;
                let [other] = found.as_slice() else { return None };
                map = merge(&map, other)?;
            }
            Some(vec![map])
        }
    }
}

/// Both maps in one: keys must not repeat, except that `contains` can ask for several values at once.
fn merge(left: &[Item], right: &[Item]) -> Option<Vec<Item>> {
    let mut merged = left.to_vec();
    for item in right {
        if merged.contains(item) {
            continue;
        }
        let all_key = format!("{}|all", item.key);
        let Some(same) = merged.iter_mut().find(|other| other.key == item.key || other.key == all_key) else {
            merged.push(item.clone());
            continue;
        };
        if let Some(common) = common_values(same, item) {
            same.values = common;
            continue;
        }
        let is_single = same.values.len() == 1 || same.key == all_key;
        if !(item.takes_all && item.values.len() == 1 && is_single) || item.key.ends_with("|cased") {
            return None;
        }
        same.key = all_key;
        same.values
            .extend(item.values.iter().filter(|value| !same.values.contains(value)).cloned().collect::<Vec<_>>());
        if same.values.len() == 1 {
            same.key.clone_from(&item.key);
        }
    }
    Some(merged)
}

/// What is left of two lists of whole values of which both must hold one; `None` if that is not to be seen from them.
fn common_values(left: &Item, right: &Item) -> Option<Vec<Node>> {
    let text = |node: &Node| match node {
        Node::Quoted(text) | Node::Bare(text) if !text.contains(['*', '?', '\\']) => Some(text.to_lowercase()),
        _ => None,
    };
    if left.key != right.key || left.key.contains('|') {
        return None;
    }
    let wanted: Vec<String> = right.values.iter().map(text).collect::<Option<_>>()?;
    let known: Vec<String> = left.values.iter().map(text).collect::<Option<_>>()?;
    let both = left.values.iter().zip(known).filter(|(_, value)| wanted.contains(value));
    let common: Vec<Node> = both.map(|(node, _)| node.clone()).collect();
    // A field of several values may satisfy two lists by different ones, unless one list is part of the other.
    let is_part = common.len() == left.values.len() || common.len() == right.values.len();
    (!common.is_empty() && is_part).then_some(common)
}

/// Alternatives with the same single key become one list.
fn joined(maps: Block) -> Block {
    let mut joined: Block = Vec::new();
    for map in maps {
        let same = match map.as_slice() {
            [item] if !item.key.ends_with("|all") && !item.values.contains(&Node::Null) => joined.iter_mut().find(
                |other| matches!(other.as_slice(), [one] if one.key == item.key && !one.values.contains(&Node::Null)),
            ),
            _ => None,
        };
        match (same, map.as_slice()) {
            (Some(same), [item]) => {
                let new: Vec<Node> =
                    item.values.iter().filter(|value| !same[0].values.contains(value)).cloned().collect();
                same[0].values.extend(new);
            }
            _ => joined.push(map),
        }
    }
    joined
}

fn block_node(mut block: Block) -> Node {
    let map_node = |map: Vec<Item>| {
        let entry = |mut item: Item| {
            let value = if item.values.len() == 1 { item.values.remove(0) } else { Node::List(item.values) };
            (item.key, value)
        };
        Node::Map(map.into_iter().map(entry).collect())
    };
    if block.len() == 1 { map_node(block.remove(0)) } else { Node::List(block.into_iter().map(map_node).collect()) }
}
