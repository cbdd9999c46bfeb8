//! Conditions of `where`: exact, case-sensitive by nature, null where a field is missing.
//!
//! Negations are pushed to the tests, and each negated test says what a missing field means.

use super::super::boolean::{Tree, Words};
use super::super::condition::{Condition, FieldTest, Match, Shape, TextTest};
use super::super::term::{self, Part};
use super::search::sign;
use super::{quote, tree};

const WORDS: Words = Words { and: " AND ", or: " OR ", not: ("NOT (", ")"), constants: ("true()", "false()") };

/// The condition as an expression.
pub(super) fn write(condition: &Condition) -> String {
    negations_inside(tree(condition), false).write(&WORDS, &spell)
}

fn negations_inside(tree: Tree<Match>, is_negated: bool) -> Tree<Match> {
    let each = |parts: Vec<Tree<Match>>| parts.into_iter().map(|part| negations_inside(part, is_negated)).collect();
    match (tree, is_negated) {
        (Tree::Constant(value), _) => Tree::Constant(value != is_negated),
        (Tree::All(parts), false) | (Tree::Any(parts), true) => Tree::All(each(parts)),
        (Tree::Any(parts), false) | (Tree::All(parts), true) => Tree::Any(each(parts)),
        (Tree::Not(inner), _) => negations_inside(*inner, !is_negated),
        (Tree::Leaf(leaf), false) => Tree::Leaf(leaf),
        (Tree::Leaf(leaf), true) => Tree::Not(Box::new(Tree::Leaf(leaf))),
    }
}

/// One test, negated or not.
pub(super) fn spell(found: &Match, is_negated: bool) -> String {
    let field = if found.origin.is_computed { found.field.clone() } else { field_name(&found.field) };
    match &found.test {
        FieldTest::Formula(text) if is_negated => return format!("NOT {text}"),
        FieldTest::Formula(text) => return text.clone(),
        FieldTest::Empty if is_negated => return format!("(isnotnull({field}) AND {field}!=\"\")"),
        FieldTest::Empty => return format!("(isnull({field}) OR {field}=\"\")"),
        FieldTest::Missing if is_negated => return format!("isnotnull({field})"),
        FieldTest::Missing => return format!("isnull({field})"),
        FieldTest::Text(_)
        | FieldTest::Regex { .. }
        | FieldTest::Number(..)
        | FieldTest::Network(_)
        | FieldTest::SameAs { .. } => {}
    }
    let (text, guard) = positive(&field, &found.test);
    if is_negated { format!("({guard} OR NOT {text})") } else { text }
}

/// The test, and when the field of its left side is missing.
fn positive(field: &str, test: &FieldTest) -> (String, String) {
    let missing = format!("isnull({field})");
    let written = match test {
        FieldTest::Text(written) => text_test(field, written),
        FieldTest::Regex { pattern, is_case_sensitive } => match_call(field, pattern, *is_case_sensitive),
        FieldTest::Number(comparison, number) => format!("tonumber({field}){}{number}", sign(*comparison)),
        FieldTest::Network(networks) => {
            let tests: Vec<String> =
                networks.iter().map(|network| format!("cidrmatch({}, {field})", quote(network))).collect();
            any(&tests)
        }
        FieldTest::SameAs { field: other, is_case_sensitive } => {
            let other = field_name(other);
            let written =
                if *is_case_sensitive { format!("{field}={other}") } else { format!("lower({field})=lower({other})") };
            return (written, format!("{missing} OR isnull({other})"));
        }
        FieldTest::Empty | FieldTest::Missing | FieldTest::Formula(_) => missing.clone(),
    };
    (written, missing)
}

fn text_test(field: &str, text: &TextTest) -> String {
    if text.shape != Shape::Whole || text.part != Part::Everything {
        let pattern = term::pattern(text.shape, &text.needles, text.part);
        return match_call(field, &pattern, text.is_case_sensitive);
    }
    let subject = if text.is_case_sensitive { field.to_owned() } else { format!("lower({field})") };
    let value = |needle: &String| if text.is_case_sensitive { needle.clone() } else { needle.to_lowercase() };
    let values: Vec<String> = text.needles.iter().map(|needle| quote(&value(needle))).collect();
    match values.as_slice() {
        [one] => format!("{subject}={one}"),
        several => format!("in({subject}, {})", several.join(", ")),
    }
}

fn match_call(field: &str, pattern: &str, is_case_sensitive: bool) -> String {
    let flag = if is_case_sensitive { "" } else { "(?i)" };
    format!("match({field}, {})", quote(&format!("{flag}{pattern}")))
}

/// In expressions, single quotes make a field name.
pub(super) fn field_name(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { format!("'{name}'") }
}

/// Whether a name needs no quotes: one that begins with a digit would be read as a number.
pub(super) fn is_plain(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn any(tests: &[String]) -> String {
    match tests {
        [one] => one.clone(),
        several => format!("({})", several.join(" OR ")),
    }
}
