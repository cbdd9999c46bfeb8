//! SGC013: links to ATT&CK where a tag belongs.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC013",
    name: "reference-to-attack",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("reference_to_attack.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for reference in rule.list(&["references"]) {
        if reference.text.starts_with("https://attack.mitre.org/") {
            cx.report(reference.place(), "this link says what a tag says")
                .label("not seen by coverage tools")
                .help("write a tag such as `attack.t1059.001`");
        }
    }
}
