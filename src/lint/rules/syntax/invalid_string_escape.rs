//! SYN002: a backslash in a string that begins no escape.

use std::collections::BTreeMap;

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::parse::{SyntaxErrorKind, Token, TokenKind, tokens};
use crate::span::Span;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SYN002",
    name: "invalid-string-escape",
    category: Category::Syntax,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("invalid_string_escape.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let escapes = cx.errors().iter().filter(|error| error.kind == SyntaxErrorKind::BadEscape).map(|error| error.span);
    let escapes: Vec<Span> = escapes.collect();
    if escapes.is_empty() {
        return;
    }
    // One string is one mistake, however many backslashes it has.
    let mut by_string: BTreeMap<Span, Vec<Span>> = BTreeMap::new();
    for Token { span, kind } in tokens(cx.text()) {
        let inside = escapes.iter().copied().filter(|escape| kind == TokenKind::String && span.contains(*escape));
        by_string.entry(span).or_default().extend(inside);
    }
    for (string, escapes) in by_string {
        let Some((first, others)) = escapes.split_first() else { continue };
        let written = cx.slice(*first);
        let (title, effect, edits) = fix(cx, string, &escapes);
        let mut report = cx.report(*first, format!("`{written}` is no escape of KQL, so the string cannot be read"));
        report
            .label("a backslash begins an escape")
            .help("write the string verbatim, `@\"…\"`, or double the backslash");
        for other in others {
            report.related(*other, "neither is this");
        }
        report.fix(title, effect, edits);
    }
}

/// `@` in front of the string, if no escape in it is valid and would come to mean something else; else more backslashes.
fn fix(cx: &Context<'_>, string: Span, escapes: &[Span]) -> (&'static str, Effect, Vec<Edit>) {
    let text = cx.slice(string);
    let insert = |offset: usize, text: &str| Edit { place: Span::at(offset).into(), replacement: text.to_owned() };
    if text.matches('\\').count() == escapes.len() {
        let quote = text.find(['"', '\'']).unwrap_or(0);
        let edits = vec![insert(string.start as usize + quote, "@")];
        return ("write the string verbatim", Effect::Same, edits);
    }
    let edits = escapes.iter().map(|escape| insert(escape.start as usize, "\\")).collect();
    ("double the backslashes that begin no escape", Effect::Unknown, edits)
}
