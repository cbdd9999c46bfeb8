//! SGC005: keys that every finished rule has.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Node;
use crate::sigma::outline::{Kind, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC005",
    name: "missing-metadata",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("missing_metadata.md"),
    check: |cx| sigma::check(cx, check),
};

/// What a rule has, and what it is for.
const KEYS: &[(&str, &str)] = &[
    ("status", "says whether the rule is tried"),
    ("description", "says what is found and why it matters"),
    ("references", "say where the knowledge comes from"),
    ("author", "says whom to ask"),
    ("date", "says how old the knowledge is"),
    ("level", "says how urgent an alert is"),
];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    if rule.scalar(&["id"]).is_none() || rule.is_part_of_collection() {
        return;
    }
    let is_needed = |key: &str| key != "references" || rule.kind == Kind::Detection;
    for (key, purpose) in KEYS.iter().filter(|(key, _)| is_needed(key) && is_absent(rule, key)) {
        cx.report(rule.head(), format!("the rule has no `{key}`"))
            .label("in this rule")
            .help(format!("add `{key}`, which {purpose}"));
    }
}

fn is_absent(rule: &Outline<'_>, key: &str) -> bool {
    match rule.get(&[key]) {
        None => true,
        Some(Node::Scalar(scalar)) => rule.word(scalar).is_null(),
        Some(Node::List(items)) => items.is_empty(),
        Some(Node::Map(_) | Node::Alias) => false,
    }
}
