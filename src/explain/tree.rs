//! Conditions as indented lines, for both renderings of the page.

use super::predicates::{PredicateNode, StagePredicate};
use super::words::listed;

/// One line of a tree.
pub(super) struct Line {
    /// How deep it stands.
    pub(super) depth: usize,
    /// What it says.
    pub(super) text: String,
}

/// Most values of one list that a page prints; the JSON has all.
const MOST_VALUES: usize = 24;

/// The lines of a condition, or of the branches of a column.
pub(super) fn lines(predicate: &StagePredicate) -> Vec<Line> {
    let mut lines = Vec::new();
    match &predicate.column {
        Some(column) => match &predicate.tree {
            PredicateNode::Branches { .. } => {
                lines.push(Line { depth: 0, text: format!("`{column}` is") });
                branches(&predicate.tree, 1, &mut lines);
            }
            tree => {
                lines.push(Line { depth: 0, text: format!("`{column}` is true if") });
                push(tree, "", 1, &mut lines);
            }
        },
        None => push(&predicate.tree, "", 0, &mut lines),
    }
    lines
}

fn push(node: &PredicateNode, lead: &str, depth: usize, lines: &mut Vec<Line>) {
    let mut line = |text: String| lines.push(Line { depth, text: format!("{lead}{text}") });
    match node {
        PredicateNode::All { of } => {
            line("all of:".to_owned());
            for part in of {
                push(part, "", depth + 1, lines);
            }
        }
        PredicateNode::Any { of } => {
            line("at least one of:".to_owned());
            for part in of {
                push(part, "", depth + 1, lines);
            }
        }
        PredicateNode::Not { of } => {
            let (words, parts) = match of.as_ref() {
                PredicateNode::Any { of } => ("none of:", of.as_slice()),
                PredicateNode::All { of } => ("not all of:", of.as_slice()),
                other => ("not:", std::slice::from_ref(other)),
            };
            line(words.to_owned());
            for part in parts {
                push(part, "", depth + 1, lines);
            }
        }
        PredicateNode::Test { meaning, values, is_list, remarks, .. } => {
            let mut text = meaning.clone();
            if *is_list {
                text = format!("{text} {}", listed(values, MOST_VALUES));
            }
            if !remarks.is_empty() {
                text = format!("{text} ({})", remarks.join("; "));
            }
            line(text);
        }
        PredicateNode::Branches { .. } => {
            line("the first that applies:".to_owned());
            branches(node, depth + 1, lines);
        }
        PredicateNode::Value { text } => line(text.clone()),
        PredicateNode::Unknown { reason } => line(format!("not understood: {reason}")),
    }
}

fn branches(node: &PredicateNode, depth: usize, lines: &mut Vec<Line>) {
    let PredicateNode::Branches { branches, otherwise } = node else { return };
    for branch in branches {
        match &branch.then {
            PredicateNode::Value { text } => push(&branch.when, &format!("{text} if "), depth, lines),
            nested => {
                push(&branch.when, "if ", depth, lines);
                push(nested, "then ", depth + 1, lines);
            }
        }
    }
    push(otherwise, "otherwise ", depth, lines);
}
