//! The part in front of the first pipe: `field="value"` with wildcards, case-insensitive.
//!
//! There is no way to escape `*` there, and no `?`, no regular expression. A test that it cannot say is left to
//! `where`, and a wider one is put in front where there is one, because the part in front is what is fast.

use super::super::condition::{Comparison, Condition, FieldTest, Match, Shape, TextTest};
use super::super::required::required;
use super::super::term::{self, Part, Piece, pieces};
use super::{SEARCH, quote, quoted_name, tree};

/// The condition, if `search` can say exactly it.
pub(super) fn exact(condition: &Condition) -> Option<String> {
    is_exact(condition).then(|| inner(condition))
}

fn is_exact(condition: &Condition) -> bool {
    match condition {
        Condition::Constant(_) => true,
        Condition::All(parts) | Condition::Any(parts) => parts.iter().all(is_exact),
        Condition::Not(inner) => is_exact(inner),
        Condition::Match(found) if found.origin.is_computed => false,
        Condition::Match(found) => match &found.test {
            FieldTest::Text(text) => is_exact_text(text),
            FieldTest::Number(..) | FieldTest::Network(_) | FieldTest::Empty | FieldTest::Missing => true,
            FieldTest::Regex { .. } | FieldTest::SameAs { .. } | FieldTest::Formula(_) => false,
        },
    }
}

fn is_exact_text(text: &TextTest) -> bool {
    if text.shape == Shape::Fits {
        return !text.is_case_sensitive && text.needles.iter().all(|needle| with_stars(needle).is_some());
    }
    let is_term = matches!(text.shape, Shape::Term { .. });
    let has_wildcard = text.needles.iter().any(|needle| needle.contains(['*', '?']));
    let has_control = text.needles.iter().any(|needle| needle.chars().any(char::is_control));
    let keeps_case = !text.is_case_sensitive || text.shape == Shape::Whole;
    !is_term && text.part == Part::Everything && !has_wildcard && !has_control && keeps_case
}

/// A condition that holds at least where this one does, if `search` has one that is not always true.
pub(super) fn prefilter(condition: &Condition) -> Option<String> {
    wider(condition).map(|condition| inner(&condition))
}

/// A condition that `search` can say and that holds at least where this one does.
pub(in super::super) fn wider(condition: &Condition) -> Option<Condition> {
    if is_exact(condition) {
        return Some(condition.clone());
    }
    match condition {
        Condition::Constant(_) | Condition::Not(_) => None,
        Condition::All(parts) => {
            let parts: Vec<Condition> = parts.iter().filter_map(wider).collect();
            if parts.is_empty() { None } else { Some(Condition::all(parts)) }
        }
        Condition::Any(parts) => {
            let parts: Option<Vec<Condition>> = parts.iter().map(wider).collect();
            parts.map(Condition::any)
        }
        Condition::Match(found) => wider_match(found),
    }
}

fn wider_match(found: &Match) -> Option<Condition> {
    if found.origin.is_computed {
        return None;
    }
    let text = match &found.test {
        FieldTest::Text(text) => text.clone(),
        FieldTest::Regex { .. } => return literals(found),
        FieldTest::Number(..)
        | FieldTest::Network(_)
        | FieldTest::Empty
        | FieldTest::Missing
        | FieldTest::SameAs { .. }
        | FieldTest::Formula(_) => return None,
    };
    let shape = match text.shape {
        Shape::Term { .. } => Shape::Contains,
        Shape::Fits => return Some(wider_fit(found, &text)),
        shape @ (Shape::Whole | Shape::Contains | Shape::StartsWith | Shape::EndsWith) => shape,
    };
    // An unescaped `*` matches a literal one too.
    let needles = text.needles.iter().map(|needle| wildcards(needle)).collect();
    let text = TextTest { shape, part: Part::Everything, needles, is_case_sensitive: false };
    Some(Condition::Match(Match { test: FieldTest::Text(text), ..found.clone() }))
}

/// A pattern as `search` takes it: `*` is the only wildcard, and cannot be escaped.
fn with_stars(pattern: &str) -> Option<String> {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) if !text.contains(['*', '?']) && !text.chars().any(char::is_control) => Some(text.clone()),
        Piece::Any => Some("*".to_owned()),
        Piece::Text(_) | Piece::One => None,
    };
    pieces(pattern).iter().map(piece).collect()
}

/// The pattern with `*` for everything that `search` has no word for.
fn wider_fit(found: &Match, text: &TextTest) -> Condition {
    let wider = |pattern: &String| {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => term::unwild(&wildcards(text)).replace("\\*", "*"),
            Piece::Any | Piece::One => "*".to_owned(),
        };
        pieces(pattern).iter().map(piece).collect::<String>()
    };
    let needles = text.needles.iter().map(wider).collect();
    let text = TextTest { needles, is_case_sensitive: false, ..text.clone() };
    Condition::Match(Match { test: FieldTest::Text(text), ..found.clone() })
}

/// `?` and control characters become `*`, and neighbouring wildcards one.
fn wildcards(needle: &str) -> String {
    let mut text = String::new();
    for c in needle.chars() {
        let c = if c == '?' || c.is_control() { '*' } else { c };
        if c != '*' || !text.ends_with('*') {
            text.push(c);
        }
    }
    text
}

/// The texts of which every match of a regular expression contains one: those of the terms that it is made from, or of
/// its own.
fn literals(found: &Match) -> Option<Condition> {
    let FieldTest::Regex { pattern, .. } = &found.test else { return None };
    let of_terms = Some(found.origin.needles.clone()).filter(|needles| !needles.is_empty());
    let needles = of_terms.or_else(|| required(pattern))?.iter().map(|needle| wildcards(needle)).collect();
    let text = TextTest { shape: Shape::Contains, part: Part::Everything, needles, is_case_sensitive: false };
    wider(&Condition::Match(Match { test: FieldTest::Text(text), ..found.clone() }))
}

fn inner(condition: &Condition) -> String {
    let text = tree(condition).write(&SEARCH, &spell_negated);
    // In `search`, `OR` binds tighter than the blank between conjuncts, but readers should not have to know.
    if matches!(condition, Condition::Any(_)) { format!("({text})") } else { text }
}

/// One test, for the report.
pub(super) fn spell(found: &Match) -> String {
    match &found.test {
        FieldTest::Regex { .. } | FieldTest::SameAs { .. } | FieldTest::Formula(_) => {
            super::expression::spell(found, false)
        }
        _ if exact(&Condition::Match(found.clone())).is_none() => super::expression::spell(found, false),
        _ => spell_negated(found, false),
    }
}

fn spell_negated(found: &Match, is_negated: bool) -> String {
    let field = quoted_name(&found.field);
    let text = match &found.test {
        FieldTest::Text(text) => texts(&field, text),
        FieldTest::Number(comparison, number) => format!("{field}{}{number}", sign(*comparison)),
        FieldTest::Network(networks) => any(networks.iter().map(|network| format!("{field}={}", quote(network)))),
        FieldTest::Empty => format!("(NOT {field}=* OR {field}=\"\")"),
        FieldTest::Missing if is_negated => return format!("{field}=*"),
        FieldTest::Missing => return format!("NOT {field}=*"),
        FieldTest::Regex { .. } | FieldTest::SameAs { .. } | FieldTest::Formula(_) => "*".to_owned(),
    };
    match (&found.test, is_negated) {
        (FieldTest::Empty, true) => format!("({field}=* NOT {field}=\"\")"),
        (_, true) => format!("NOT {text}"),
        (_, false) => text,
    }
}

/// The sign of a comparison.
pub(super) fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn texts(field: &str, text: &TextTest) -> String {
    let values: Vec<String> = text.needles.iter().map(|needle| value(needle, text.shape)).collect();
    if text.is_case_sensitive {
        return any(values.iter().map(|value| format!("{field}=CASE({value})")));
    }
    match values.as_slice() {
        [one] => format!("{field}={one}"),
        several => format!("{field} IN ({})", several.join(", ")),
    }
}

fn value(needle: &str, shape: Shape) -> String {
    if let (Shape::Fits, Some(text)) = (shape, with_stars(needle)) {
        return quote(&text);
    }
    let (before, after) = match shape {
        Shape::Whole | Shape::Fits => ("", ""),
        Shape::Contains | Shape::Term { .. } => ("*", "*"),
        Shape::StartsWith => ("", "*"),
        Shape::EndsWith => ("*", ""),
    };
    let start = if needle.starts_with('*') { "" } else { before };
    let end = if needle.ends_with('*') { "" } else { after };
    quote(&format!("{start}{needle}{end}"))
}

fn any(tests: impl Iterator<Item = String>) -> String {
    let tests: Vec<String> = tests.collect();
    match tests.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(" OR ")),
    }
}
