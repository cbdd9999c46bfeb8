//! SGC008: a link in the description of a rule without references.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC008",
    name: "link-in-description",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("link_in_description.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    if !rule.list(&["references"]).is_empty() {
        return;
    }
    let Some(description) = rule.scalar(&["description"]) else { return };
    let lower = description.text.to_ascii_lowercase();
    let found = ["https://", "http://", "internal research"].into_iter().find_map(|sign| lower.find(sign));
    if let Some(start) = found {
        let length = description.text[start..].find(char::is_whitespace).unwrap_or(description.text.len() - start);
        cx.report(description.part(start, start + length), "the description holds what belongs into `references`")
            .label("not seen as a source")
            .help("move it into a list `references`");
    }
}
