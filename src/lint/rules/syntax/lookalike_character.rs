//! SYN007: a character that looks like one of KQL's, or like nothing at all.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::literal::place_in_literal;
use crate::lint::mistake::{Mistake, Tokens, ascii_form};
use crate::lint::regex::string_literals;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SYN007",
    name: "lookalike-character",
    category: Category::Syntax,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("lookalike_character.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    check_code(cx);
    check_literals(cx);
}

fn check_code(cx: &mut Context<'_>) {
    if cx.errors().is_empty() {
        return;
    }
    let tokens = Tokens::of(cx);
    for error in cx.errors() {
        if tokens.mistake(error) != Some(Mistake::Lookalike) {
            continue;
        }
        let at = error.span.start as usize;
        let Some(found) = cx.text().get(at..).and_then(|rest| rest.chars().next()) else { continue };
        let Some(ascii) = ascii_form(found) else { continue };
        let place = Span::new(at, at + found.len_utf8());
        let edits = edits(cx, place, ascii);
        cx.report(place, format!("`{found}` only looks like `{ascii}`, and KQL does not know it"))
            .label(format!("U+{:04X}", u32::from(found)))
            .help(format!("type `{ascii}`; text from web pages and mails often has such characters"))
            .fix(format!("write `{ascii}`"), Effect::Same, edits);
    }
}

/// Replaces a character, and for a quote the one that closes it on the same line.
fn edits(cx: &Context<'_>, place: Span, ascii: char) -> Vec<Edit> {
    let replace = |place: Span| Edit { place: place.into(), replacement: ascii.to_string() };
    let mut edits = vec![replace(place)];
    if matches!(ascii, '"' | '\'') {
        let rest = cx.text().get(place.end as usize..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        if let Some((offset, closing)) = line.char_indices().find(|(_, c)| ascii_form(*c) == Some(ascii) || *c == ascii)
        {
            let start = place.end as usize + offset;
            edits.push(replace(Span::new(start, start + closing.len_utf8())));
        }
    }
    edits
}

/// A character inside a text that nobody can see makes it another text.
fn check_literals(cx: &mut Context<'_>) {
    let mut literals: Vec<_> = string_literals(cx).into_iter().collect();
    literals.sort_by_key(|(span, _)| *span);
    for (span, literal) in literals {
        let Some((offset, found)) = literal.value.char_indices().find(|(_, c)| is_invisible(*c)) else { continue };
        let range = offset..offset + found.len_utf8();
        let place = place_in_literal(cx.text(), literal, range).unwrap_or(span);
        // An escape is written on purpose.
        if cx.slice(place).starts_with('\\') {
            continue;
        }
        cx.report(place, format!("this text holds a character that nobody can see, U+{:04X}", u32::from(found)))
            .severity(Severity::Info)
            .label("invisible")
            .help(format!("delete it, or write it as `\\u{:04X}` if it is meant", u32::from(found)));
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}
