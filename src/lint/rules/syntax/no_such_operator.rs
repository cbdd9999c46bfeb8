//! SYN006: an operator that KQL does not have, though others of its kind exist.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::parse::SyntaxError;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SYN006",
    name: "no-such-operator",
    category: Category::Syntax,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("no_such_operator.md"),
    check,
};

/// What people write, and what says it.
const OPERATORS: &[(&str, &str)] = &[
    ("!has_all", "negate the test: `not(x has_all (…))`"),
    ("!has_any", "negate the test: `not(x has_any (…))`"),
    ("contains_all", "join tests with `and`: `x contains \"a\" and x contains \"b\"`"),
    ("contains_any", "join tests with `or`, or use `has_any` for whole terms"),
    ("endswith_any", "join tests with `or`: `x endswith \"a\" or x endswith \"b\"`"),
    ("has_all_cs", "join tests with `and`: `x has_cs \"a\" and x has_cs \"b\"`"),
    ("has_any_cs", "join tests with `or`: `x has_cs \"a\" or x has_cs \"b\"`"),
    ("in_cs", "`in` has regard to letter case already"),
    ("startswith_any", "join tests with `or`: `x startswith \"a\" or x startswith \"b\"`"),
];

fn check(cx: &mut Context<'_>) {
    for error in cx.errors() {
        let Some((operator, help)) = absent_operator(cx.text(), error) else { continue };
        let start = error.span.start as usize;
        let place = crate::span::Span::new(start, start + operator.len());
        cx.report(place, format!("KQL has no operator `{operator}`")).label("no such operator").help(help);
    }
}

/// The operator that a syntax error stumbles over, if it is one of those that people expect to exist.
pub(in crate::lint) fn absent_operator(text: &str, error: &SyntaxError) -> Option<(&'static str, &'static str)> {
    let rest = text.get(error.span.start as usize..)?;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    OPERATORS
        .iter()
        .find(|(operator, _)| rest.strip_prefix(operator).is_some_and(|rest| !rest.starts_with(is_word)))
        .copied()
}
