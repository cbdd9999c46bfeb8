//! Rules that detect the same, written once.
//!
//! Thresholds over the same events each come with a rule about those events. All but the first are left out, and the
//! correlations name the first.

use std::collections::BTreeMap;

use super::super::yaml::Node;

/// Keys in which rules differ that detect the same.
const OF_IDENTITY: [&str; 4] = ["title", "id", "name", "description"];

/// The documents without rules that repeat an earlier one, unless a correlation asks for both.
pub(super) fn shared(documents: Vec<Node>) -> Vec<Node> {
    let mut kept: Vec<Node> = Vec::new();
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let together: Vec<Vec<String>> = documents.iter().map(referred).collect();
    for document in documents {
        let same = kept.iter().find(|other| detects_same(&document, other));
        match (name(&document), same.and_then(name)) {
            (Some(name), Some(first)) if !together.iter().any(|names| has(names, name) && has(names, first)) => {
                renamed.insert(name.to_owned(), first.to_owned());
            }
            _ => kept.push(document),
        }
    }
    for document in &mut kept {
        rename(document, &renamed);
    }
    kept
}

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|other| other == name)
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Node::Map(entries) = node else { return None };
    entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

fn name(document: &Node) -> Option<&str> {
    match entry(document, "name") {
        Some(Node::Text(name)) => Some(name),
        _ => None,
    }
}

/// The names that a correlation refers to.
fn referred(document: &Node) -> Vec<String> {
    let rules = entry(document, "correlation").and_then(|correlation| entry(correlation, "rules"));
    let Some(Node::List(rules)) = rules else { return Vec::new() };
    let text = |rule: &Node| if let Node::Text(name) = rule { Some(name.clone()) } else { None };
    rules.iter().filter_map(text).collect()
}

fn detects_same(left: &Node, right: &Node) -> bool {
    let (Node::Map(left), Node::Map(right)) = (left, right) else { return false };
    let what = |entries: &[(String, Node)]| -> Vec<(String, Node)> {
        entries.iter().filter(|(key, _)| !OF_IDENTITY.contains(&key.as_str())).cloned().collect()
    };
    left.iter().any(|(key, _)| key == "detection") && what(left) == what(right)
}

/// Names the rules of a correlation, and the fields of each, by their new names.
fn rename(document: &mut Node, renamed: &BTreeMap<String, String>) {
    let Node::Map(entries) = document else { return };
    for (key, value) in entries.iter_mut() {
        match (key.as_str(), value) {
            ("rules", Node::List(rules)) => {
                for rule in rules {
                    if let Node::Text(name) = rule {
                        *name = renamed.get(name).unwrap_or(name).clone();
                    }
                }
            }
            ("correlation", inner) => rename(inner, renamed),
            ("aliases", Node::Map(aliases)) => {
                for (_, fields) in aliases {
                    if let Node::Map(fields) = fields {
                        for (name, _) in fields {
                            *name = renamed.get(name).unwrap_or(name).clone();
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
