//! Places of a tree: inside the text, inside their parents, beside their siblings, on whole tokens.

use kqlift::parse::{Parsed, TokenKind, parse, tokens};
use kqlift::span::Span;
use kqlift::syntax::{Outline, outline};

/// Parses a text and checks every place of its tree.
pub(crate) fn check(text: &str) -> Parsed<'_> {
    let parsed = parse(text);
    let tree = outline(&parsed.query);
    let mut places = Places { text, tokens: Vec::new() };
    for token in tokens(text).iter().filter(|token| token.kind != TokenKind::Comment) {
        places.tokens.push(token.span);
    }
    places.node(&tree);
    parsed
}

struct Places<'t> {
    text: &'t str,
    /// Tokens without comments, in order.
    tokens: Vec<Span>,
}

impl Places<'_> {
    fn node(&self, node: &Outline) {
        assert!(node.span.end as usize <= self.text.len(), "{}: {node:?} leaves the text", self.text);
        if !node.span.is_empty() {
            self.ends(node);
        }
        self.own_text(node);
        let mut end = node.span.start;
        for child in &node.children {
            assert!(node.span.contains(child.span), "{}: {child:?} leaves {node:?}", self.text);
            assert!(child.span.start >= end, "{}: {child:?} overlaps its sibling in {node:?}", self.text);
            end = child.span.end;
            self.node(child);
        }
    }

    /// No node begins or ends with a blank or inside a comment.
    fn ends(&self, node: &Outline) {
        let start = self.tokens.partition_point(|token| token.end <= node.span.start);
        let end = self.tokens.partition_point(|token| token.start < node.span.end);
        let touches = |token: Option<&Span>| token.is_some_and(|token| node.span.start < token.end);
        assert!(
            touches(self.tokens.get(start)) && self.tokens[start].start <= node.span.start,
            "{}: {node:?} begins between tokens",
            self.text
        );
        let last = end.checked_sub(1).and_then(|index| self.tokens.get(index));
        assert!(last.is_some_and(|token| token.end >= node.span.end), "{}: {node:?} ends between tokens", self.text);
    }

    /// Names and literals stand where their text says.
    fn own_text(&self, node: &Outline) {
        let slice = node.span.slice(self.text);
        let Some(text) = &node.text else { return };
        let is_right = match node.kind {
            "long" | "real" | "timespan" if !slice.contains('(') => slice == text,
            "name" | "wildcard" => slice == text || slice.starts_with('['),
            "string" => slice.contains(['\'', '"', '`', '~']),
            "call" => slice.starts_with(text.as_str()) || slice.starts_with('['),
            "binary" => node.children.len() == 2,
            _ => true,
        };
        assert!(is_right, "{}: {node:?} is {slice:?}", self.text);
    }
}
