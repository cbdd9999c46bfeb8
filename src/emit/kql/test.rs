//! Tests of a [`Condition`](super::super::condition::Condition) in KQL's operators.

use super::super::condition::{Comparison, FieldTest, Match, Shape, TextTest};
use super::super::term::{self, Part};
use super::print;

/// One test, negated or not.
pub(in super::super) fn spell(found: &Match, is_negated: bool) -> String {
    let column = column_text(&found.field);
    match &found.test {
        FieldTest::Text(text) => text_test(&column, text, is_negated),
        FieldTest::Regex { pattern, is_case_sensitive } => regex(&column, pattern, *is_case_sensitive, is_negated),
        FieldTest::Number(Comparison::Equal, number) => {
            format!("{column} {} {number}", if is_negated { "!=" } else { "==" })
        }
        FieldTest::Number(comparison, number) if is_negated => {
            // A comparison with null is null, and so is its negation.
            format!("not(coalesce({column} {} {number}, false))", sign(*comparison))
        }
        FieldTest::Number(comparison, number) => format!("{column} {} {number}", sign(*comparison)),
        FieldTest::Network(networks) => network(&column, networks, is_negated),
        FieldTest::Empty => format!("{}({column})", if is_negated { "isnotempty" } else { "isempty" }),
        FieldTest::Missing => format!("{}({column})", if is_negated { "isnotnull" } else { "isnull" }),
        FieldTest::SameAs { field, is_case_sensitive } => {
            let operator = match (is_case_sensitive, is_negated) {
                (true, false) => "==",
                (true, true) => "!=",
                (false, false) => "=~",
                (false, true) => "!~",
            };
            format!("{column} {operator} {}", column_text(field))
        }
        FieldTest::Formula(text) => around(text.clone(), is_negated),
    }
}

/// A name, every column, or an expression of the mapping, which always calls a function.
pub(in super::super) fn column_text(field: &str) -> String {
    if field == "*" || field.ends_with(')') { field.to_owned() } else { print::name(field) }
}

fn around(text: String, is_negated: bool) -> String {
    if is_negated { format!("not({text})") } else { text }
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "==",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn regex(column: &str, pattern: &str, is_case_sensitive: bool, is_negated: bool) -> String {
    // Flags in one pair of parentheses read better.
    let (flag, pattern) = match (is_case_sensitive, pattern.strip_prefix("(?s)")) {
        (true, _) => ("", pattern),
        (false, Some(rest)) => ("(?is)", rest),
        (false, None) => ("(?i)", pattern),
    };
    around(format!("{column} matches regex {}", print::string(&format!("{flag}{pattern}"))), is_negated)
}

fn text_test(column: &str, text: &TextTest, is_negated: bool) -> String {
    if text.part == Part::LastComponent || text.shape == Shape::Fits {
        let pattern = term::pattern(text.shape, &text.needles, text.part);
        return regex(column, &pattern, text.is_case_sensitive, is_negated);
    }
    if let Some(operator) = list_operator(text, is_negated) {
        let values: Vec<String> = text.needles.iter().map(|needle| print::string(needle)).collect();
        let text = format!("{column} {} ({})", operator.0, values.join(", "));
        return around(text, operator.1);
    }
    let operator = operator(text);
    let word = match (operator, is_negated) {
        ("==", true) => "!=".to_owned(),
        ("=~", true) => "!~".to_owned(),
        (word, true) => format!("!{word}"),
        (word, false) => word.to_owned(),
    };
    match text.needles.as_slice() {
        [needle] => format!("{column} {word} {}", print::string(needle)),
        needles => {
            // No list operator: alternatives, or under a negation none of them.
            let tests: Vec<String> =
                needles.iter().map(|needle| format!("{column} {word} {}", print::string(needle))).collect();
            format!("({})", tests.join(if is_negated { " and " } else { " or " }))
        }
    }
}

/// The operator for several values, and whether the negation goes around it.
fn list_operator(text: &TextTest, is_negated: bool) -> Option<(&'static str, bool)> {
    if text.needles.len() < 2 {
        return None;
    }
    match (text.shape, text.is_case_sensitive) {
        (Shape::Whole, true) => Some((if is_negated { "!in" } else { "in" }, false)),
        (Shape::Whole, false) => Some((if is_negated { "!in~" } else { "in~" }, false)),
        (Shape::Term { left: true, right: true }, false) => Some(("has_any", is_negated)),
        (Shape::Term { .. } | Shape::Contains | Shape::StartsWith | Shape::EndsWith | Shape::Fits, _) => None,
    }
}

fn operator(text: &TextTest) -> &'static str {
    match (text.shape, text.is_case_sensitive) {
        (Shape::Whole | Shape::Fits, true) => "==",
        (Shape::Whole | Shape::Fits, false) => "=~",
        (Shape::Contains, true) => "contains_cs",
        (Shape::Contains, false) => "contains",
        (Shape::StartsWith, true) => "startswith_cs",
        (Shape::StartsWith, false) => "startswith",
        (Shape::EndsWith, true) => "endswith_cs",
        (Shape::EndsWith, false) => "endswith",
        (Shape::Term { left: true, right: true }, true) => "has_cs",
        (Shape::Term { left: true, right: true }, false) => "has",
        (Shape::Term { left: true, right: false }, true) => "hasprefix_cs",
        (Shape::Term { left: true, right: false }, false) => "hasprefix",
        (Shape::Term { left: false, .. }, true) => "hassuffix_cs",
        (Shape::Term { left: false, .. }, false) => "hassuffix",
    }
}

/// IPv4 and IPv6 networks have functions of their own, which are null for what is no address of their kind.
fn network(column: &str, networks: &[String], is_negated: bool) -> String {
    let (v6, v4): (Vec<&String>, Vec<&String>) = networks.iter().partition(|network| network.contains(':'));
    let call = |family: &str, networks: &[&String]| {
        let list: Vec<String> = networks.iter().map(|network| print::string(network)).collect();
        let name = if networks.len() == 1 { "is_in_range" } else { "is_in_any_range" };
        format!("{family}_{name}({column}, {})", list.join(", "))
    };
    let calls: Vec<String> = [("ipv4", v4), ("ipv6", v6)]
        .into_iter()
        .filter(|(_, networks)| !networks.is_empty())
        .map(|(family, networks)| call(family, &networks))
        .collect();
    if !is_negated {
        return if calls.len() == 1 { calls.concat() } else { format!("({})", calls.join(" or ")) };
    }
    let safe: Vec<String> = calls.iter().map(|call| format!("not(coalesce({call}, false))")).collect();
    if safe.len() == 1 { safe.concat() } else { format!("({})", safe.join(" and ")) }
}
