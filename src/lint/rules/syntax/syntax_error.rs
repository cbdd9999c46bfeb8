//! SYN001: the query does not parse.

use super::no_such_operator::absent_operator;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::lint::mistake::Tokens;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::parse::SyntaxError;
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SYN001",
    name: "syntax-error",
    category: Category::Syntax,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("syntax_error.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    if cx.errors().is_empty() {
        return;
    }
    let (text, tokens) = (cx.text(), Tokens::of(cx));
    for error in cx.errors() {
        if tokens.mistake(error).is_none() && absent_operator(text, error).is_none() {
            cx.add(finding(error));
        }
    }
}

/// The finding of a syntax error.
pub(in crate::lint) fn finding(error: &SyntaxError) -> Diagnostic {
    let opened = |span| Label { place: Place::query(span), message: "opened here".to_owned() };
    Diagnostic {
        code: RULE.code,
        name: RULE.name,
        severity: RULE.severity,
        message: error.message.clone(),
        place: Place::query(error.span),
        label: String::new(),
        related: error.opened.iter().copied().map(opened).collect(),
        help: error.help.clone(),
        notes: Vec::new(),
        fix: None,
    }
}
