//! The tree of a query as plain data, for people and tests.
//!
//! An [`Outline`] shows everything that the tree says: the order and names of operators, how expressions associate,
//! lists of arguments, parameters, sub-queries. A pipeline without operators is shown as its expression, as in Kusto's
//! own tree.

mod expression;
mod operator;
mod statement;

use std::fmt::Write as _;

use super::{Name, Query};
use crate::span::Span;

/// A node of the tree as plain data.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Outline {
    /// What it is, in the words of the KQL documentation, such as `summarize`, `call`, `by`.
    pub kind: &'static str,
    /// Its name, value or spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// First byte and one past the last; a clause reaches over its children, without its word.
    #[serde(serialize_with = "as_pair")]
    pub span: Span,
    /// Its parts, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Outline>,
}

/// How [`Outline::to_s_expression`] is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Everything on one line.
    OneLine,
    /// A node with children of its own gets a line for each of them.
    Indented,
}

/// The outline of a query.
pub fn outline(query: &Query<'_>) -> Outline {
    let children: Vec<Outline> = query.statements.iter().map(statement::statement).collect();
    let span = cover(&children).unwrap_or_default();
    Outline { kind: "query", text: None, span, children }
}

impl Outline {
    fn leaf(kind: &'static str, text: impl Into<String>, span: Span) -> Self {
        Self { kind, text: Some(text.into()), span, children: Vec::new() }
    }

    fn node(kind: &'static str, span: Span, children: Vec<Self>) -> Self {
        Self { kind, text: None, span, children }
    }

    fn named(kind: &'static str, name: &str, span: Span, children: Vec<Self>) -> Self {
        Self { kind, text: Some(name.to_owned()), span, children }
    }

    /// A clause such as `by …`, whose place is that of its parts; none if it has no parts.
    fn clause(kind: &'static str, children: Vec<Self>) -> Option<Self> {
        cover(&children).map(|span| Self::node(kind, span, children))
    }

    /// Whether both say the same, wherever they stand.
    pub fn is_same_tree(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.text == other.text
            && self.children.len() == other.children.len()
            && self.children.iter().zip(&other.children).all(|(left, right)| left.is_same_tree(right))
    }

    /// The canonical S-expression, such as `(where (binary == (name a) (long 1)))`.
    ///
    /// Places are not shown. A text that is not one plain word is quoted.
    pub fn to_s_expression(&self, layout: Layout) -> String {
        let mut out = String::new();
        match layout {
            Layout::OneLine => self.write_line(&mut out),
            Layout::Indented => self.write_lines(&mut out, 0),
        }
        out
    }

    fn write_line(&self, out: &mut String) {
        self.write_head(out);
        for child in &self.children {
            out.push(' ');
            child.write_line(out);
        }
        out.push(')');
    }

    /// A node of leaves stays on one line.
    fn write_lines(&self, out: &mut String, depth: usize) {
        if self.children.iter().all(|child| child.children.is_empty()) {
            return self.write_line(out);
        }
        self.write_head(out);
        for child in &self.children {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth + 1));
            child.write_lines(out, depth + 1);
        }
        out.push(')');
    }

    fn write_head(&self, out: &mut String) {
        out.push('(');
        out.push_str(self.kind);
        let Some(text) = &self.text else { return };
        out.push(' ');
        if is_plain(text) {
            out.push_str(text);
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "{text:?}");
        }
    }
}

/// Whether a text needs no quotes in an S-expression.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_control() || c.is_whitespace() || "()\"\\".contains(c))
}

/// The smallest range over all of the nodes.
fn cover(nodes: &[Outline]) -> Option<Span> {
    nodes.iter().map(|node| node.span).reduce(Span::to)
}

fn name(name: &Name<'_>) -> Outline {
    Outline::leaf("name", name.text.as_ref(), name.span)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn as_pair<S: serde::Serializer>(span: &Span, serializer: S) -> Result<S::Ok, S::Error> {
    serde::Serialize::serialize(&(span.start, span.end), serializer)
}
