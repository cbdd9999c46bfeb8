//! Literals as written.

use std::borrow::Cow;

use crate::span::Span;

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal<'q> {
    /// Any form of string.
    String(StringLiteral<'q>),
    /// `5`, `0x1F`
    Long(&'q str),
    /// `1.5`, `1e5`
    Real(&'q str),
    /// `true`, `False`, …
    Bool(bool),
    /// `1d`, `10ms`
    Timespan(&'q str),
    /// `datetime(…)`, `guid(…)`, `long(…)`, …: the text between the parentheses is not checked by Kusto's parser.
    Typed {
        /// The word before the parenthesis.
        keyword: TypedKeyword,
        /// The text between the parentheses, trimmed.
        text: &'q str,
    },
}

/// The words that start a literal with parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypedKeyword {
    /// `bool(…)`
    Bool,
    /// `datetime(…)`, `date(…)`
    Datetime,
    /// `timespan(…)`, `time(…)`
    Timespan,
    /// `int(…)`, `int32(…)`
    Int,
    /// `long(…)`, `int64(…)`
    Long,
    /// `real(…)`, `double(…)`
    Real,
    /// `decimal(…)`
    Decimal,
    /// `guid(…)`
    Guid,
}

/// How a string is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StringStyle {
    /// `"…"` or `'…'` with backslash escapes.
    Plain,
    /// `@"…"` or `@'…'`: a backslash is itself, a doubled quote is one.
    Verbatim,
    /// Between triple backquotes or tildes: everything is itself.
    MultiLine,
}

/// A string literal, possibly of several adjacent parts.
#[derive(Debug, Clone, PartialEq)]
pub struct StringLiteral<'q> {
    /// The value.
    pub value: Cow<'q, str>,
    /// The parts: one, unless literals stand side by side (`"a" "b"` is `"ab"`).
    pub parts: Vec<StringPart>,
}

/// One quoted part of a string literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StringPart {
    /// How it is written.
    pub style: StringStyle,
    /// Whether it has the `h` prefix, which hides it in logs.
    pub is_obfuscated: bool,
    /// With prefix and quotes.
    pub span: Span,
    /// What stands between the quotes.
    pub content: Span,
}

/// A value inside `dynamic(…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicValue<'q> {
    /// What it is.
    pub kind: DynamicKind<'q>,
    /// Its text.
    pub span: Span,
}

/// Kinds of dynamic value.
#[derive(Debug, Clone, PartialEq)]
pub enum DynamicKind<'q> {
    /// `null`
    Null,
    /// A scalar literal; a minus sign in front of a number is part of its text.
    Literal(Literal<'q>),
    /// `[…]`
    Array(Vec<DynamicValue<'q>>),
    /// `{"key": …}`
    Bag(Vec<(StringLiteral<'q>, DynamicValue<'q>)>),
}
