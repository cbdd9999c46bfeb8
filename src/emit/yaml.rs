//! YAML as Sigma's authors write it: four blanks per level, single quotes around values, blocks for long texts.
//!
//! The order of keys is the order given, so that the same rule always gives the same bytes.

use std::fmt::Write as _;

/// A YAML value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// `null`
    Null,
    /// A number, or any other text that must not be quoted.
    Bare(String),
    /// A text, quoted only where YAML needs it.
    Text(String),
    /// A text of several lines, or one that reads better below its key.
    Block(String),
    /// A value of a detection: always quoted.
    Quoted(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in order.
    Map(Vec<(String, Node)>),
}

/// Writes a map as a document.
pub(super) fn write(node: &Node) -> String {
    let mut text = String::new();
    if let Node::Map(entries) = node {
        for entry in entries {
            pair(&mut text, entry, 0);
        }
    }
    text
}

const INDENT: &str = "    ";

fn pair(text: &mut String, (key, value): &(String, Node), level: usize) {
    text.push_str(&INDENT.repeat(level));
    entry(text, key, value, level);
}

fn entry(text: &mut String, key: &str, value: &Node, level: usize) {
    text.push_str(&plain_or_quoted(key));
    text.push(':');
    match value {
        Node::List(items) => {
            text.push('\n');
            for item in items {
                list_item(text, item, level + 1);
            }
        }
        Node::Map(entries) => {
            text.push('\n');
            for entry in entries {
                pair(text, entry, level + 1);
            }
        }
        Node::Block(block) => {
            text.push_str(" |\n");
            for line in block.lines() {
                let line = line.trim_end();
                let indent = if line.is_empty() { String::new() } else { INDENT.repeat(level + 1) };
                text.push_str(&indent);
                text.push_str(line);
                text.push('\n');
            }
        }
        scalar @ (Node::Null | Node::Bare(_) | Node::Text(_) | Node::Quoted(_)) => {
            text.push(' ');
            text.push_str(&inline(scalar));
            text.push('\n');
        }
    }
}

fn list_item(text: &mut String, item: &Node, level: usize) {
    text.push_str(&INDENT.repeat(level));
    text.push_str("- ");
    match item {
        Node::Map(entries) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    // Keys of one item stand below each other, behind the dash.
                    text.push_str(&INDENT.repeat(level));
                    text.push_str("  ");
                }
                item_entry(text, key, value, level);
            }
        }
        other => {
            text.push_str(&inline(other));
            text.push('\n');
        }
    }
}

fn item_entry(text: &mut String, key: &str, value: &Node, level: usize) {
    match value {
        Node::List(items) => {
            text.push_str(&plain_or_quoted(key));
            text.push_str(":\n");
            for item in items {
                list_item(text, item, level + 1);
            }
        }
        other => entry(text, key, other, level + 1),
    }
}

fn inline(node: &Node) -> String {
    match node {
        Node::Null => "null".to_owned(),
        Node::Bare(text) => text.clone(),
        Node::Text(text) => plain_or_quoted(text),
        Node::Quoted(text) | Node::Block(text) => quoted(text),
        // Detections hold no lists in lists.
        Node::List(_) | Node::Map(_) => String::new(),
    }
}

/// The text in single quotes, or in double quotes if it has characters that only those can hold.
fn quoted(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut escaped = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(escaped, "\\u{:04X}", u32::from(control));
            }
            other => escaped.push(other),
        }
    }
    escaped.push('"');
    escaped
}

fn plain_or_quoted(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Whether YAML reads the text back as this text without quotes.
fn is_plain(text: &str) -> bool {
    let starts_well = text.chars().next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '('));
    let is_word_for_something = matches!(
        text.to_ascii_lowercase().as_str(),
        "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "nan" | "inf"
    );
    // A date or a hexadecimal id may begin with a letter but never reads as a number then.
    let is_kept = |c: char| !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{85}');
    starts_well
        && !is_word_for_something
        && text.chars().all(is_kept)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && text.trim() == text
}

#[cfg(test)]
mod tests {
    use super::{Node, write};

    fn read(text: &str) -> serde_yaml::Value {
        serde_yaml::from_str(text).expect("what is written is YAML")
    }

    #[test]
    fn traps_survive_the_way_through_yaml() {
        let traps = [
            "a: b",
            "a #b",
            "'",
            "\"",
            "\\",
            "a\\",
            "*",
            "- x",
            "null",
            "No",
            "1",
            "0x1F",
            "~",
            "",
            " a ",
            "a\nb\tc",
            "%x",
            "@x",
            "`x",
            "{a}",
            "[a]",
            "a:",
            "é",
            "\u{1}",
            "2024-01-01",
            "!x",
            "&x",
            "a\u{2028}b",
        ];
        for trap in traps {
            for node in [Node::Text(trap.to_owned()), Node::Quoted(trap.to_owned())] {
                let text = write(&Node::Map(vec![("k".to_owned(), Node::List(vec![node]))]));
                assert_eq!(read(&text)["k"][0].as_str(), Some(trap), "{text}");
            }
        }
    }

    #[test]
    fn lists_of_maps_nest() {
        let list = Node::List(vec![Node::Quoted("x".to_owned()), Node::Bare("1".to_owned())]);
        let map = Node::Map(vec![("A|re".to_owned(), list.clone()), ("B".to_owned(), Node::Null)]);
        let text = write(&Node::Map(vec![("sel".to_owned(), Node::List(vec![map.clone(), map]))]));
        assert_eq!(read(&text)["sel"][1]["A|re"][1].as_i64(), Some(1));
        assert!(read(&text)["sel"][0]["B"].is_null());
    }
}
