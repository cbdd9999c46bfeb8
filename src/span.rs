//! Places: byte ranges of a text that kqlift reads, and of the file that holds it.
//!
//! A rule file holds several texts: the query and every metadata value. A [`Span`] counts UTF-8 bytes of one such
//! text *after* YAML or Markdown decoding; a [`FileSpan`] counts bytes of the file. They are different types, and
//! only [`crate::source`] turns one into the other. Lines and columns exist only in reports.

use std::ops::Range;

/// A half-open range of UTF-8 bytes of one decoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`. Texts are at most 4 GiB; [`crate::source`] refuses longer files.
    pub fn new(start: usize, end: usize) -> Self {
        let offset = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: offset(start), end: offset(end) }
    }

    /// The empty range in front of byte `offset`.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// As a range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text of this range; empty if `text` is another, shorter text.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or("")
    }

    /// Number of bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the range holds no byte.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A half-open range of bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileSpan {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl FileSpan {
    /// The range from `start` to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        let span = Span::new(start, end);
        Self { start: span.start, end: span.end }
    }

    /// As a range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Number of bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the range holds no byte.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// Number of a text within its rule: [`TextId::QUERY`], or a key or value of the metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub u32);

impl TextId {
    /// The query of the rule.
    pub const QUERY: Self = Self(0);
}

/// A range of one text of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which text.
    pub text: TextId,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// A range of the query.
    pub fn query(span: Span) -> Self {
        Self { text: TextId::QUERY, span }
    }
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self::query(span)
    }
}
