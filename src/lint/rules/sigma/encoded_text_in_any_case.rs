//! SGM030: encoded text that is looked for in any case.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM030",
    name: "encoded-text-in-any-case",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("encoded_text_in_any_case.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| !item.has(Modifier::Cased)) {
        if let Some(place) = item.modifier(Modifier::Base64Offset).or_else(|| item.modifier(Modifier::Base64)) {
            cx.report(place, "in another case, this is another text")
                .label("looked for in any case")
                .help("add the modifier `cased`");
        }
    }
}
