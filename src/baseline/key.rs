//! What a finding is recognised by: not its line, not its message, but what it is about.

use crate::diagnostic::Diagnostic;
use crate::parse::{TokenKind, parse, tokens};
use crate::source::{RuleFile, RuleText};
use crate::span::{Place, TextId};
use crate::syntax::{Node, Query};

use super::Entry;

/// The entry of each finding of a file, in their order. `name` stands for rules without an identifier: the path of the
/// file, as the baseline has it.
///
/// An entry is the code, the rule, a hash of the syntax node with the operators around it, and a count that tells equal
/// nodes apart. Blanks, comments, lines and the name of the rule play no part.
pub fn entries(file: &RuleFile, name: &str, findings: &[(usize, Diagnostic)]) -> Vec<Entry> {
    let parsed: Vec<_> = file.rules.iter().map(|rule| parse(rule.query())).collect();
    let mut entries: Vec<Entry> = Vec::with_capacity(findings.len());
    for (index, finding) in findings {
        let (Some(rule), Some(parsed)) = (file.rules.get(*index), parsed.get(*index)) else { continue };
        let node = fnv1a(&canonical(rule, &parsed.query, finding.place));
        let rule = rule.metadata.id.as_ref().map_or_else(|| name.to_owned(), |id| id.value.to_ascii_lowercase());
        let first = Entry { rule, code: finding.code.to_owned(), node, ordinal: 0 };
        let before = entries.iter().filter(|entry| Entry { ordinal: 0, ..Entry::clone(entry) } == first).count();
        entries.push(Entry { ordinal: u32::try_from(before).unwrap_or(u32::MAX), ..first });
    }
    entries
}

/// What is hashed, as text: `where>>FileName == "a.exe"`.
fn canonical(rule: &RuleText, query: &Query<'_>, place: Place) -> String {
    if place.text != TextId::QUERY {
        let text = place.span.slice(rule.text(place.text));
        return format!("{}>>{}", key_path(rule, place.text), words(text));
    }
    let text = rule.query();
    if place.span.slice(text).trim_start().starts_with("//") {
        return format!("//>>{}", words(place.span.slice(text)));
    }
    let around: Vec<Node<'_, '_>> = query.walk().filter(|node| node.span().contains(place.span)).collect();
    let mut canonical = String::new();
    for node in &around {
        if let Node::Operator(operator) = node {
            canonical.push_str(operator.keyword);
            canonical.push('>');
        }
    }
    let smallest = around.last().map_or(place.span, |node| node.span());
    format!("{canonical}>{}", normalised(smallest.slice(text)))
}

/// A piece of a query without layout and comments.
fn normalised(text: &str) -> String {
    let is_code = |kind: TokenKind| match kind {
        TokenKind::Comment => false,
        TokenKind::Word
        | TokenKind::Number
        | TokenKind::String
        | TokenKind::Literal
        | TokenKind::Punctuation
        | TokenKind::Unknown => true,
    };
    let tokens = tokens(text).into_iter().filter(|token| is_code(token.kind));
    tokens.map(|token| token.span.slice(text)).collect::<Vec<_>>().join(" ")
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The path of the key of a metadata text, positions in lists left out.
fn key_path(rule: &RuleText, text: TextId) -> String {
    let keys = &rule.metadata.keys;
    let key = keys.iter().find(|(_, key)| *key == text || rule.value_of(*key) == Some(text));
    let is_name = |part: &&str| !part.bytes().all(|byte| byte.is_ascii_digit());
    key.map_or_else(String::new, |(path, _)| path.split('.').filter(is_name).collect::<Vec<_>>().join("."))
}

/// FNV-1a with 64 bits: the hashers of the standard library may change with it, and a baseline lives for years.
fn fnv1a(text: &str) -> u64 {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    text.bytes().fold(OFFSET_BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::{fnv1a, normalised};

    #[test]
    fn the_hash_is_that_of_its_inventors() {
        assert_eq!(fnv1a(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn layout_and_comments_are_not_hashed() {
        assert_eq!(normalised("a==\n  'b' // why\n and c"), "a == 'b' and c");
    }
}
