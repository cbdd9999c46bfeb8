//! A structured rule file as a tree of places, for checks that have to see keys and values whatever they are.

use crate::span::{Place, Span, TextId};

/// A key or a value that is text, a number, a truth value or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scalar {
    /// Its text; empty if the file gives none.
    pub text: TextId,
    /// Length of the text in bytes.
    pub length: u32,
    /// How it is written.
    pub quoting: Quoting,
    /// What YAML takes it for.
    pub kind: ScalarKind,
    /// Column of its first byte in the file, from 0.
    pub column: u32,
}

impl Scalar {
    /// All of its text.
    pub fn place(&self) -> Place {
        Place { text: self.text, span: Span { start: 0, end: self.length } }
    }

    /// A part of its text.
    pub fn part(&self, span: Span) -> Place {
        Place { text: self.text, span }
    }
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quoting {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// As a block behind `|` or `>`.
    Block,
}

/// What a scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarKind {
    /// Text.
    Text,
    /// A number or a truth value.
    Other,
    /// Nothing.
    Null,
}

/// A value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// One value.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in the order of the file; keys that are no scalars are left out.
    Map(Vec<(Scalar, Node)>),
    /// The same as a value that stands elsewhere; what it is, is not followed.
    Alias,
}

impl Node {
    /// The first text in it, in the order of the file.
    pub fn first(&self) -> Option<&Scalar> {
        match self {
            Self::Scalar(scalar) => Some(scalar),
            Self::List(items) => items.iter().find_map(Self::first),
            Self::Map(entries) => entries.first().map(|(key, _)| key),
            Self::Alias => None,
        }
    }

    /// Keys and values, if it is a map.
    pub fn entries(&self) -> &[(Scalar, Self)] {
        match self {
            Self::Map(entries) => entries,
            Self::Scalar(_) | Self::List(_) | Self::Alias => &[],
        }
    }

    /// Its items; a single value counts as a list of one.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            Self::Scalar(_) => std::slice::from_ref(self),
            Self::Map(_) | Self::Alias => &[],
        }
    }

    /// The scalar that it is.
    pub fn scalar(&self) -> Option<&Scalar> {
        match self {
            Self::Scalar(scalar) => Some(scalar),
            Self::List(_) | Self::Map(_) | Self::Alias => None,
        }
    }
}
