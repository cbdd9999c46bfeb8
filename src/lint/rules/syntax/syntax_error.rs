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

/// The finding of a syntax error. A bracket that is never closed is shown where it opens.
pub(in crate::lint) fn finding(error: &SyntaxError) -> Diagnostic {
    let label = |span, message: &str| Label { place: Place::query(span), message: message.to_owned() };
    let (place, related) = match error.opened.as_slice() {
        [] => (error.span, Vec::new()),
        [first, others @ ..] => {
            let others = others.iter().map(|other| label(*other, "and opened here"));
            (*first, others.chain([label(error.span, "read up to here")]).collect())
        }
    };
    Diagnostic {
        code: RULE.code,
        name: RULE.name,
        severity: RULE.severity,
        message: error.message.clone(),
        place: Place::query(place),
        label: if error.opened.is_empty() { String::new() } else { "opened here".to_owned() },
        related,
        help: error.help.clone(),
        notes: Vec::new(),
        fix: None,
    }
}
