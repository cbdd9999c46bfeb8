//! SGS010: tags with letters that tags don't have.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS010",
    name: "malformed-tag",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("malformed_tag.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for tag in tags(rule) {
        let text = tag.word.text;
        if is_tag(text) {
            continue;
        }
        let message = if tag.namespace.is_empty() {
            format!("`{text}` has no namespace")
        } else {
            format!("`{text}` has characters that tags don't have")
        };
        let lower = text.to_ascii_lowercase();
        let mut report = cx.report(tag.word.place(), message);
        report.label("found by no tool").help("write a namespace, a dot and a name in small letters");
        if is_tag(&lower) {
            report.fix(format!("write `{lower}`"), Effect::Same, vec![edit(tag.word.place(), lower)]);
        }
    }
}

fn is_tag(text: &str) -> bool {
    let is_plain = |part: &str, others: &[u8]| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || others.contains(&byte))
    };
    text.split_once('.').is_some_and(|(namespace, name)| is_plain(namespace, b"-_") && is_plain(name, b"-_."))
}
