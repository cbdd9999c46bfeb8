//! SGS051: relations that Sigma does not have.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Node;
use crate::schema::nearest;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS051",
    name: "unknown-relation",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_relation.md"),
    check: |cx| sigma::check(cx, check),
};

const KNOWN: &[&str] = &["derived", "obsolete", "merged", "renamed", "similar"];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let related = rule.get(&["related"]).map_or(&[][..], |node| match node {
        Node::List(items) => items,
        Node::Map(_) => std::slice::from_ref(node),
        Node::Scalar(_) | Node::Alias => &[],
    });
    for entry in related {
        let find = |wanted: &str| entry.entries().iter().find(|(key, _)| rule.word(key).text == wanted);
        let Some(first) = entry.first() else { continue };
        for key in ["id", "type"] {
            if find(key).is_none() {
                cx.report(first.place(), format!("this relation has no `{key}`"))
                    .label("leads nowhere")
                    .help("give the id of the other rule, and how it is related");
            }
        }
        let Some(word) = find("type").and_then(|(_, value)| value.scalar()).map(|scalar| rule.word(scalar)) else {
            continue;
        };
        if !KNOWN.contains(&word.text) {
            let mut report = cx.report(word.place(), format!("there is no relation `{}`", word.text));
            report.label("followed by no tool").help(format!("write one of {}", KNOWN.join(", ")));
            if let Some(meant) = nearest(word.text, KNOWN.iter().copied()) {
                report.fix(format!("write `{meant}`"), Effect::Same, vec![edit(word.place(), meant)]);
            }
        }
    }
}
