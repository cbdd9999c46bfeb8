//! SGC030: several tags of which there can be one.

use crate::diagnostic::Severity;
use crate::lint::sigma::{self, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC030",
    name: "contradicting-tags",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("contradicting_tags.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let tags = tags(rule);
    for namespace in ["tlp", "detection"] {
        let mut of_one = tags.iter().filter(|tag| tag.namespace == namespace);
        let (Some(first), Some(second)) = (of_one.next(), of_one.next()) else { continue };
        if first.word.text != second.word.text {
            cx.report(second.word.place(), format!("the rule has two tags `{namespace}.…`"))
                .label("which one counts?")
                .related(first.word.place(), "the other one")
                .help("keep one");
        }
    }
}
