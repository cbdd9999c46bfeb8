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
    let tokens = Tokens::of(cx);
    let first = cx.errors().iter().find(|error| tokens.mistake(error) == Some(Mistake::Lookalike));
    let Some(first) = first.map(|error| error.span.start as usize) else { return };
    // The query runs once all of them are mended, and not before.
    let found = lookalikes(cx.text(), first);
    let Some(((place, ascii), others)) = found.split_first() else { return };
    let character = cx.slice(*place);
    let edit = |(place, ascii): &(Span, char)| Edit { place: (*place).into(), replacement: ascii.to_string() };
    let edits = found.iter().map(edit).collect();
    let code = character.chars().next().map_or(0, u32::from);
    let mut report = cx.report(*place, format!("`{character}` only looks like `{ascii}`, and KQL does not know it"));
    report
        .label(format!("U+{code:04X}"))
        .help(format!("type `{ascii}`; text from web pages and mails often has such characters"));
    for (other, _) in others.iter().take(SHOWN) {
        report.related(*other, "here too");
    }
    let title = if others.is_empty() { format!("write `{ascii}`") } else { "write KQL's own characters".to_owned() };
    report.fix(title, Effect::Same, edits);
}

/// Further places that a finding shows.
const SHOWN: usize = 3;

/// The characters from `from` on that only look like ones of KQL's, each with the one that is meant. Comments and what
/// stands between quotes, curly ones included, stay as they are.
fn lookalikes(text: &str, from: usize) -> Vec<(Span, char)> {
    let mut found = Vec::new();
    let mut characters = text.char_indices().skip_while(|(at, _)| *at < from).peekable();
    while let Some((at, c)) = characters.next() {
        let meant = ascii_form(c);
        if let Some(meant) = meant {
            found.push((Span::new(at, at + c.len_utf8()), meant));
        }
        match meant.unwrap_or(c) {
            quote @ ('"' | '\'') => {
                let is_curly = meant.is_some();
                while let Some((at, c)) = characters.next_if(|(_, c)| *c != '\n') {
                    if c == '\\' && !is_curly {
                        characters.next();
                    } else if is_curly && ascii_form(c) == Some(quote) {
                        found.push((Span::new(at, at + c.len_utf8()), quote));
                        break;
                    } else if c == quote {
                        break;
                    }
                }
            }
            '/' if characters.peek().is_some_and(|(_, next)| *next == '/') => {
                while characters.next_if(|(_, c)| *c != '\n').is_some() {}
            }
            _ => {}
        }
    }
    found
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

#[cfg(test)]
mod tests {
    use super::lookalikes;

    fn mended(text: &str) -> String {
        let mut mended = text.to_owned();
        for (span, ascii) in lookalikes(text, 0).into_iter().rev() {
            mended.replace_range(span.start as usize..span.end as usize, &ascii.to_string());
        }
        mended
    }

    #[test]
    fn every_pair_is_mended_and_no_text() {
        assert_eq!(mended("a == “x” and b == “–y” or c == 1 – 2"), "a == \"x\" and b == \"–y\" or c == 1 - 2");
        assert_eq!(mended("a == \"“x”\" // “\n| b == ‘z’"), "a == \"“x”\" // “\n| b == 'z'");
        assert_eq!(mended(r#"a == "\"“" and b == “x”"#), r#"a == "\"“" and b == "x""#);
    }
}
