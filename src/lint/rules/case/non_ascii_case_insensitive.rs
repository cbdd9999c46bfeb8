//! CSE015: a letter beyond ASCII for an operator that ignores the case of ASCII letters only.

use crate::diagnostic::Severity;
use crate::lint::predicate::{excludes, ignores_case, texts_with_places};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE015",
    name: "non-ascii-case-insensitive",
    category: Category::Case,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("non_ascii_case_insensitive.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates().iter().filter(|predicate| ignores_case(predicate.op)) {
        // A function has brought the value to one case already.
        if !predicate.subject.functions.is_empty() {
            continue;
        }
        let is_cased = |c: char| !c.is_ascii() && (c.is_lowercase() || c.is_uppercase()) && flipped(c) != c;
        let Some((text, place, letter)) = texts_with_places(predicate)
            .find_map(|(text, place)| Some((text, place, text.chars().find(|c| is_cased(*c))?)))
        else {
            continue;
        };
        let (operator, column) = (cx.slice(predicate.op_span), cx.slice(predicate.subject.span));
        let other: String = text.chars().map(|c| if c == letter { flipped(c) } else { c }).collect();
        let misses = if excludes(predicate) { "not excluded" } else { "not found" };
        cx.report(place, format!("`{operator}` ignores the letter case of ASCII letters only, and `{letter}` is none"))
            .label(format!("`{letter}` in the other case is another letter"))
            .help(format!("bring the value to one case: `tolower({column})`, and the text too"))
            .note(format!("{misses} today: {column}=\"{other}\""));
    }
}

/// The letter in its other case, where that is one letter.
fn flipped(letter: char) -> char {
    let mut other: Box<dyn Iterator<Item = char>> =
        if letter.is_lowercase() { Box::new(letter.to_uppercase()) } else { Box::new(letter.to_lowercase()) };
    match (other.next(), other.next()) {
        (Some(only), None) => only,
        _ => letter,
    }
}
