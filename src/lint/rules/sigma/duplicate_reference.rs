//! SGC014: a reference that stands there twice.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC014",
    name: "duplicate-reference",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("duplicate_reference.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let references = rule.list(&["references"]);
    for (index, reference) in references.iter().enumerate() {
        let before = references.iter().take(index).find(|before| before.text == reference.text);
        if let Some(first) = before {
            cx.report(reference.place(), "this reference stands here twice")
                .label("again")
                .related(first.place(), "first here")
                .help("delete one, or give the link that was meant");
        }
    }
}
