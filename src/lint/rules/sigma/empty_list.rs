//! SGS033: lists and maps with nothing in them.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::{Node, ScalarKind};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS033",
    name: "empty-list",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("empty_list.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        if matches!(item.node, Node::List(values) if values.is_empty()) {
            cx.report(item.key.place(), format!("the list behind `{}` is empty", item.key.text))
                .label("nothing to match")
                .help("add values, or delete the item");
        }
    }
    for search in &rule.searches {
        let is_empty = match search.node {
            Node::Map(entries) => entries.is_empty(),
            Node::List(items) => items.is_empty(),
            Node::Scalar(scalar) => scalar.kind == ScalarKind::Null,
            Node::Alias => false,
        };
        if is_empty {
            cx.report(search.name.place(), format!("the search `{}` is empty", search.name.text))
                .label("nothing to match")
                .help("add items, or delete the search");
        }
    }
}
