//! Rules among the resources of ARM templates, of exports from the API, and of lists of Graph detection rules.
//!
//! Such a file is one document with many rules. A rule is a subtree; its texts, key paths and metadata are read as if
//! it were a file of its own.

use super::detect::{self, Detected};
use super::document::View;
use super::tree::{Document, Node, NodeId};
use crate::rule::RuleKind;

/// Rules and other things of note in one document.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The node of each rule, and what it is.
    pub(super) rules: Vec<(NodeId, Detected)>,
    /// What was passed over, a few words each.
    pub(super) notes: Vec<String>,
}

/// Key path of the query of a resource.
pub(super) const RESOURCE_QUERY: &[&str] = &["properties", "query"];

/// Where templates keep resources, those within resources included, and where an answer of an API keeps its items.
const NESTED: &[&[&str]] = &[
    &["resources"],
    &["properties", "mainTemplate", "resources"],
    &["properties", "template", "resources"],
    &["value"],
];

/// The category by which Sentinel tells hunting queries from other saved searches.
const HUNTING: &str = "Hunting Queries";

/// Looks for rules: the document itself, items of a list, items of an answer of an API, resources of a template.
pub(super) fn find(document: &Document) -> Found {
    let mut found = Found::default();
    let Some(root) = document.root() else { return found };
    let mut open = match document.node(root) {
        Some(Node::Sequence(items)) => items.iter().rev().copied().collect(),
        Some(Node::Scalar(_) | Node::Mapping(_) | Node::Alias(_)) | None => vec![root],
    };
    while let Some(node) = open.pop() {
        let view = View::of(document, node, None);
        match classify(&view) {
            Class::Rule(detected) => found.rules.push((node, detected)),
            Class::PassedOver(words) => found.notes.push(words),
            Class::Other => {
                let lists = NESTED.iter().filter_map(|path| view.at(path));
                let below: Vec<NodeId> = lists.flat_map(|list| sequence(document, list)).copied().collect();
                open.extend(below.into_iter().rev());
            }
        }
    }
    found
}

fn sequence(document: &Document, list: NodeId) -> &[NodeId] {
    match document.node(list) {
        Some(Node::Sequence(items)) => items,
        Some(Node::Scalar(_) | Node::Mapping(_) | Node::Alias(_)) | None => &[],
    }
}

enum Class {
    Rule(Detected),
    PassedOver(String),
    Other,
}

fn classify(view: &View<'_>) -> Class {
    if view.at(detect::CONDITION_QUERY).is_some_and(|node| view.is_text(node)) {
        return Class::Rule(Detected::Defender);
    }
    let Some(resource) = text(view, &["type"]) else { return Class::Other };
    let Some(kind) = kind(view, resource) else {
        return if view.at(RESOURCE_QUERY).is_some() {
            Class::PassedOver(format!("a resource of type `{resource}`"))
        } else {
            Class::Other
        };
    };
    match text(view, RESOURCE_QUERY) {
        None => Class::PassedOver(format!("a resource of type `{resource}` without a query")),
        Some(query) if is_template_expression(query) => {
            Class::PassedOver(format!("a resource of type `{resource}` whose query is a template expression"))
        }
        Some(_) => Class::Rule(Detected::Resource(kind)),
    }
}

fn kind(view: &View<'_>, resource: &str) -> Option<RuleKind> {
    let is = |word: &str| resource.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(word));
    if is("alertRules") || is("alertRuleTemplates") {
        let is_nrt = text(view, &["kind"]).is_some_and(|kind| kind.eq_ignore_ascii_case("nrt"));
        return Some(if is_nrt { RuleKind::Nrt } else { RuleKind::Scheduled });
    }
    if !is("savedSearches") {
        return None;
    }
    if text(view, &["properties", "category"]).is_some_and(|category| category.eq_ignore_ascii_case(HUNTING)) {
        return Some(RuleKind::Hunting);
    }
    text(view, &["properties", "functionAlias"]).map(|_| RuleKind::Function)
}

fn text<'a>(view: &View<'a>, path: &[&str]) -> Option<&'a str> {
    view.value(view.at(path)?)
}

/// Whether a value is computed when the template is deployed: `[variables('query')]`. `['a table']` is KQL.
fn is_template_expression(value: &str) -> bool {
    let Some(inner) = value.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else { return false };
    let word = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    word > 0 && inner[word..].starts_with('(')
}

#[cfg(test)]
mod tests {
    use super::is_template_expression;

    #[test]
    fn template_expressions_are_calls_in_brackets() {
        assert!(is_template_expression("[variables('query')]"));
        assert!(is_template_expression("[concat('T', parameters('x'))]"));
        assert!(!is_template_expression("['a table']"));
        assert!(!is_template_expression("T | where a in (x[0])"));
        assert!(!is_template_expression("[["));
    }
}
