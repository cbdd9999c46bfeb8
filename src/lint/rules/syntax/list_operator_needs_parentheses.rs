//! SYN005: a list without parentheses, or a list where a single text belongs.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::mistake::{Mistake, Tokens, list_form};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::parse::TokenKind;
use crate::span::Span;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SYN005",
    name: "list-operator-needs-parentheses",
    category: Category::Syntax,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("list_operator_needs_parentheses.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    if cx.errors().is_empty() {
        return;
    }
    let tokens = Tokens::of(cx);
    for error in cx.errors() {
        if tokens.mistake(error) != Some(Mistake::ListOperator) {
            continue;
        }
        let at = tokens.index_at(error.span);
        let Some(operator) = tokens.list_operator(at) else { continue };
        let (Some(place), written) = (tokens.get(operator).map(|token| token.span), tokens.text(operator)) else {
            continue;
        };
        if let Some(replacement) = list_form(written) {
            // `has` of one of the values is what `has_any` is; `contains` also finds them inside of terms.
            let effect = if written == "contains" { Effect::Narrower } else { Effect::Same };
            cx.report(place, format!("`{written}` takes one value, not a list"))
                .label("a list follows")
                .help(format!("use `{replacement}`, or join several tests with `or`"))
                .replace(place, replacement, format!("write `{replacement}`"), effect);
            continue;
        }
        let mut report = cx.report(place, format!("`{written}` takes a list in parentheses"));
        report.label("no parenthesis follows").help(format!("write `{written} (…)`"));
        if let Some([open, close]) = parentheses(&tokens, at) {
            let write = |span: Span, text: &str| Edit { place: span.into(), replacement: text.to_owned() };
            report.fix("write the parentheses", Effect::Same, vec![write(open, "("), write(close, ")")]);
        }
    }
}

/// Where the parentheses of a list belong: around its values, or in the place of other brackets.
fn parentheses(tokens: &Tokens<'_>, at: usize) -> Option<[Span; 2]> {
    if tokens.text(at) == "[" {
        return Some([tokens.get(at)?.span, tokens.get(tokens.closing(at)?)?.span]);
    }
    let values = values(tokens, at)?;
    Some([Span::at(values.start as usize), Span::at(values.end as usize)])
}

/// The value behind an operator, with the literals that follow it behind commas.
fn values(tokens: &Tokens<'_>, at: usize) -> Option<Span> {
    let first = value(tokens, at)?;
    let mut next = tokens.index_at(Span::at(first.end as usize));
    let mut last = first;
    while tokens.text(next) == "," {
        match tokens.get(next + 1) {
            Some(token) if matches!(token.kind, TokenKind::Number | TokenKind::String | TokenKind::Literal) => {
                last = token.span;
                next += 2;
            }
            _ => break,
        }
    }
    Some(first.to(last))
}

/// The value behind an operator: a literal, a name, or a call.
fn value(tokens: &Tokens<'_>, at: usize) -> Option<Span> {
    let first = tokens.get(at)?;
    match first.kind {
        TokenKind::Word if tokens.text(at + 1) == "(" => Some(first.span.to(tokens.get(tokens.closing(at + 1)?)?.span)),
        TokenKind::Word | TokenKind::Number | TokenKind::String | TokenKind::Literal => Some(first.span),
        TokenKind::Punctuation | TokenKind::Comment | TokenKind::Unknown => None,
    }
}
