//! SGS057: keys that a log source does not have.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Node;
use crate::schema::nearest;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS057",
    name: "unknown-log-source-key",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_log_source_key.md"),
    check: |cx| sigma::check(cx, check),
};

const KEYS: &[&str] = &["category", "product", "service", "definition"];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for (key, _) in rule.get(&["logsource"]).map_or(&[][..], Node::entries) {
        let key = rule.word(key);
        if KEYS.contains(&key.text) {
            continue;
        }
        let mut report = cx.report(key.place(), format!("a log source has no key `{}`", key.text));
        report.label("read by no converter").help(format!("use {}", KEYS.join(", ")));
        if let Some(meant) = nearest(key.text, KEYS.iter().copied()) {
            report.fix(format!("write `{meant}`"), Effect::Unknown, vec![edit(key.place(), meant)]);
        }
    }
}
