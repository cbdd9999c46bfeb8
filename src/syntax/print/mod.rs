//! Canonical KQL text from a tree: one operator on a line, sub-queries indented.
//!
//! Reading the printed text gives the same tree again. Literals keep their spelling; old spellings of operators become
//! today's; comments are dropped. What the tree does not model (rare parameters and special forms) is copied from the
//! query text, so that nothing is lost.

mod expression;
mod operator;
mod statement;

use std::fmt::Write as _;

use super::{Name, Query};
use crate::span::Span;

/// The canonical text of a query whose text is `text`, ending in a line end unless it is empty.
///
/// A node that could not be read is copied as it stands.
pub fn print(query: &Query<'_>, text: &str) -> String {
    let mut printer = Printer { text, comments: &query.comments, out: String::with_capacity(text.len()), depth: 0 };
    printer.query(query);
    printer.out
}

/// Text that grows at its end.
struct Printer<'t> {
    text: &'t str,
    comments: &'t [Span],
    out: String,
    /// How many blocks the current line lies in.
    depth: usize,
}

impl Printer<'_> {
    fn query(&mut self, query: &Query<'_>) {
        let Some(first) = query.statements.first() else { return };
        // Directives stand in front of the first statement and are no part of the tree.
        let directives = self.source(Span { start: 0, end: first.span.start });
        if !directives.is_empty() {
            self.push(&directives);
            self.line();
        }
        self.statements(&query.statements);
        self.out.push('\n');
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Starts a line.
    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("    ", self.depth));
    }

    /// Lines of their own between two brackets.
    fn block(&mut self, open: &str, close: &str, content: impl FnOnce(&mut Self)) {
        self.push(open);
        self.depth += 1;
        self.line();
        content(self);
        self.depth -= 1;
        self.line();
        self.push(close);
    }

    /// Items with a separator between them.
    fn separated<T>(&mut self, items: &[T], separator: &str, mut item: impl FnMut(&mut Self, &T)) {
        for (index, value) in items.iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            item(self, value);
        }
    }

    /// A blank, then items with commas, if there are any.
    fn list<T>(&mut self, items: &[T], item: impl FnMut(&mut Self, &T)) {
        if !items.is_empty() {
            self.push(" ");
            self.separated(items, ", ", item);
        }
    }

    /// Items with commas in parentheses.
    fn parenthesized<T>(&mut self, items: &[T], item: impl FnMut(&mut Self, &T)) {
        self.push("(");
        self.separated(items, ", ", item);
        self.push(")");
    }

    fn name(&mut self, name: &Name<'_>) {
        if name.span.slice(self.text).starts_with('[') {
            let quoted = quoted(&name.text);
            self.push(&format!("[{quoted}]"));
        } else {
            self.push(&name.text);
        }
    }

    /// A range of the query as it is written.
    fn literal(&mut self, span: Span) {
        let text = self.text;
        self.push(span.slice(text));
    }

    /// A range of the query without comments and without blanks at its ends.
    fn source(&self, span: Span) -> String {
        let mut source = String::with_capacity(span.len());
        let mut from = span.start;
        let first = self.comments.partition_point(|comment| comment.start < span.start);
        for comment in self.comments[first..].iter().take_while(|comment| comment.end <= span.end) {
            source.push_str(Span { start: from, end: comment.start }.slice(self.text));
            from = comment.end;
        }
        source.push_str(Span { start: from, end: span.end }.slice(self.text));
        source.trim().to_owned()
    }

    /// What stands between two nodes, without the punctuation around it.
    fn between(&self, start: u32, end: u32) -> String {
        let source = self.source(Span { start, end: end.max(start) });
        source.trim_matches(|c: char| c.is_whitespace() || "(,|".contains(c)).to_owned()
    }
}

/// A string literal with that value.
fn quoted(value: &str) -> String {
    let mut literal = String::with_capacity(value.len() + 2);
    literal.push('\'');
    for c in value.chars() {
        match c {
            '\'' | '\\' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            c if c.is_control() => {
                // Writing to a string does not fail.
                let _ = write!(literal, "\\u{:04x}", u32::from(c));
            }
            c => literal.push(c),
        }
    }
    literal.push('\'');
    literal
}
