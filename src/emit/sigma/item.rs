//! One detection item: a field with modifiers, and its values.

use super::super::condition::{Comparison, FieldTest, Match, Number, Shape, TextTest};
use super::super::term::{self, Part};
use super::super::yaml::Node;

/// `Field|modifier: values`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    /// The field with its modifiers.
    pub(super) key: String,
    /// The alternatives.
    pub(super) values: Vec<Node>,
    /// Whether several values may be asked for at once, with `|all`.
    pub(super) takes_all: bool,
}

/// The items of a test: alternatives of one item each.
pub(super) fn items(found: &Match) -> Vec<Item> {
    let field = &found.field;
    let item = |key: String, values| Item { key, values, takes_all: false };
    match &found.test {
        FieldTest::Text(text) => vec![text_item(field, text)],
        FieldTest::Regex { pattern, is_case_sensitive } => {
            let modifier = if *is_case_sensitive { "re" } else { "re|i" };
            vec![item(format!("{field}|{modifier}"), vec![Node::Quoted(pattern.clone())])]
        }
        FieldTest::Number(comparison, number) => vec![item(number_key(field, *comparison), vec![bare(*number)])],
        FieldTest::Network(networks) => {
            let values = networks.iter().map(|network| Node::Quoted(network.clone())).collect();
            vec![item(format!("{field}|cidr"), values)]
        }
        FieldTest::Empty => {
            vec![item(field.clone(), vec![Node::Quoted(String::new())]), item(field.clone(), vec![Node::Null])]
        }
        FieldTest::Missing => vec![item(field.clone(), vec![Node::Null])],
        FieldTest::SameAs { field: other, .. } => {
            vec![item(format!("{field}|fieldref"), vec![Node::Text(other.clone())])]
        }
        // Sigma has no expressions, so that `translate` makes none for it.
        FieldTest::Formula(text) => vec![item(text.clone(), vec![Node::Null])],
    }
}

/// The field is there.
pub(super) fn exists(field: &str) -> Item {
    Item { key: format!("{field}|exists"), values: vec![Node::Bare("true".to_owned())], takes_all: false }
}

fn bare(number: Number) -> Node {
    Node::Bare(number.to_string())
}

fn number_key(field: &str, comparison: Comparison) -> String {
    match comparison {
        Comparison::Equal => field.to_owned(),
        Comparison::Less => format!("{field}|lt"),
        Comparison::LessOrEqual => format!("{field}|lte"),
        Comparison::Greater => format!("{field}|gt"),
        Comparison::GreaterOrEqual => format!("{field}|gte"),
    }
}

fn text_item(field: &str, text: &TextTest) -> Item {
    if text.part == Part::Key {
        return pattern_item(field, text);
    }
    let modifier = match text.shape {
        Shape::Whole | Shape::Fits => "",
        Shape::Contains => "|contains",
        Shape::StartsWith => "|startswith",
        Shape::EndsWith => "|endswith",
        // `adapt` leaves no term match for Sigma; if one came here, only this would be right.
        Shape::Term { .. } => return pattern_item(field, text),
    };
    // Read as a number, `007` would be 7.
    if modifier.is_empty() && text.shape == Shape::Whole && text.needles.iter().any(|needle| is_padded_number(needle)) {
        return pattern_item(field, text);
    }
    let cased = if text.is_case_sensitive { "|cased" } else { "" };
    // A number in a rule equals its text; the rule repository writes it without quotes.
    let is_number = |needle: &String| needle.parse::<i64>().is_ok_and(|number| number.to_string() == *needle);
    let value = |needle: &String| match text.shape {
        Shape::Fits => Node::Quoted(needle.clone()),
        Shape::Whole if is_number(needle) => Node::Bare(needle.clone()),
        Shape::Whole | Shape::Contains | Shape::StartsWith | Shape::EndsWith | Shape::Term { .. } => {
            Node::Quoted(escape(needle))
        }
    };
    let values = text.needles.iter().map(value).collect();
    Item { key: format!("{field}{modifier}{cased}"), values, takes_all: modifier == "|contains" }
}

/// Whether the text looks like a number and is not how that number is written.
fn is_padded_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '_');
    is_number && text.parse::<i64>().map_or(true, |number| number.to_string() != text)
}

/// The test as a regular expression.
fn pattern_item(field: &str, text: &TextTest) -> Item {
    let pattern = term::pattern(text.shape, &text.needles, text.part);
    let key = format!("{field}|{}", if text.is_case_sensitive { "re" } else { "re|i" });
    Item { key, values: vec![Node::Quoted(pattern)], takes_all: false }
}

/// The value as Sigma reads it back: wildcards are escaped, and a backslash where it would escape what follows.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let needs_escape = match c {
            '*' | '?' => true,
            '\\' => chars.peek().is_some_and(|next| matches!(next, '*' | '?' | '\\')),
            _ => false,
        };
        escaped.push_str(if needs_escape { "\\" } else { "" });
        escaped.push(c);
    }
    escaped
}

/// The test on one line, for the report.
pub(super) fn spell(found: &Match) -> String {
    let value = |node: &Node| match node {
        Node::Quoted(text) => format!("'{text}'"),
        Node::Bare(text) | Node::Text(text) | Node::Block(text) => text.clone(),
        Node::Null => "null".to_owned(),
        Node::List(_) | Node::Map(_) => String::new(),
    };
    let item = |item: &Item| match item.values.as_slice() {
        [one] => format!("{}: {}", item.key, value(one)),
        several => format!("{}: [{}]", item.key, several.iter().map(value).collect::<Vec<_>>().join(", ")),
    };
    items(found).iter().map(item).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::escape;

    /// How the specification reads a value back; `None` for an unescaped wildcard.
    fn unescape(text: &str) -> Option<String> {
        let mut read = String::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, chars.peek()) {
                ('\\', Some('*' | '?' | '\\')) => read.extend(chars.next()),
                ('*' | '?', _) => return None,
                (other, _) => read.push(other),
            }
        }
        Some(read)
    }

    proptest! {
        #[test]
        fn escaped_values_are_read_back(text in r"[a*?\\]{0,8}") {
            assert_eq!(unescape(&escape(&text)), Some(text));
        }
    }

    #[test]
    fn paths_stay_readable() {
        assert_eq!(escape(r"\Temp\x.exe"), r"\Temp\x.exe");
        assert_eq!(escape(r"\\server\share"), r"\\\server\share");
        assert_eq!(escape(r"a\*"), r"a\\\*");
        assert_eq!(escape(r"C:\"), r"C:\");
    }
}
