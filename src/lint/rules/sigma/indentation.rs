//! SGC022: keys that are not indented by four blanks a level.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::{Node, Scalar};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC022",
    name: "indentation",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("indentation.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for part in ["logsource", "detection", "correlation", "filter"] {
        if let Some(key) = rule.get(&[part]).and_then(odd_key) {
            let column = key.column;
            cx.report(key.place(), format!("this key is indented by {column}"))
                .label("not a multiple of four")
                .help("indent each level by four blanks");
            return;
        }
    }
}

/// The first key that stands elsewhere. Keys of the items of a list stand two further, behind the hyphen.
fn odd_key(node: &Node) -> Option<&Scalar> {
    match node {
        Node::Map(entries) => entries.iter().find_map(|(key, value)| {
            let is_odd = key.column % 4 != 0;
            if is_odd { Some(key) } else { odd_key(value) }
        }),
        Node::List(_) | Node::Scalar(_) | Node::Alias => None,
    }
}
