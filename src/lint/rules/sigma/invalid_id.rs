//! SGS002: an id that is no UUID.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Node;
use crate::sigma::outline::{Outline, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS002",
    name: "invalid-id",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("invalid_id.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let related = rule.get(&["related"]).map_or(&[][..], |node| match node {
        Node::List(items) => items,
        Node::Map(_) => std::slice::from_ref(node),
        Node::Scalar(_) | Node::Alias => &[],
    });
    let related = related.iter().flat_map(Node::entries);
    let related = related.filter(|(key, _)| rule.word(key).text == "id").filter_map(|(_, value)| value.scalar());
    let related: Vec<Word<'_>> = related.map(|scalar| rule.word(scalar)).collect();
    for id in rule.scalar(&["id"]).into_iter().chain(related) {
        if !is_uuid(id.text) {
            cx.report(id.place(), "this is no UUID")
                .label("refused by tools")
                .help("write 32 hexadecimal digits as 8-4-4-4-12, such as `uuidgen` gives");
        }
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
