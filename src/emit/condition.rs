//! A predicate over fields of the target, still with KQL's meaning.
//!
//! [`super::translate`] makes it; a backend spells it. A test of a missing field is false, never null: whatever is
//! null in KQL has been rewritten on the way.

use super::term::Part;
use crate::mapping::ValueForm;
use crate::span::Span;

/// A boolean combination of tests.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    /// Always or never true.
    Constant(bool),
    /// Every one of these.
    All(Vec<Condition>),
    /// At least one of these.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A test of one field.
    Match(Match),
}

/// A test of one field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Match {
    /// Field of the target.
    pub(super) field: String,
    /// How it is tested.
    pub(super) test: FieldTest,
    /// Where the test comes from.
    pub(super) origin: Origin,
}

/// Where a test comes from.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Origin {
    /// Place in the query.
    pub(super) span: Span,
    /// The test as the source has it: `FileName has "x"`.
    pub(super) construct: String,
    /// The column of the source.
    pub(super) column: String,
    /// What the values of the column look like.
    pub(super) form: ValueForm,
    /// Whether the number of negations around it is odd.
    pub(super) is_negated: bool,
    /// For a regular expression: texts of which every match contains one, in some letter case. Empty if not known.
    pub(super) needles: Vec<String>,
    /// Whether the field is an expression of the target rather than a name.
    pub(super) is_computed: bool,
}

/// How a field is tested.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FieldTest {
    /// The text of the field.
    Text(TextTest),
    /// A regular expression finds a match anywhere.
    Regex { pattern: String, is_case_sensitive: bool },
    /// The number in the field.
    Number(Comparison, Number),
    /// The address in the field is in one of these networks.
    Network(Vec<String>),
    /// Missing or empty.
    Empty,
    /// Missing.
    Missing,
    /// Equal to another field.
    SameAs { field: String, is_case_sensitive: bool },
    /// An expression of the target itself; it names its fields.
    Formula(String),
}

impl FieldTest {
    /// Whether it looks for a number in decimal digits, which another base writes otherwise.
    pub(super) fn has_decimal(&self) -> bool {
        match self {
            Self::Number(..) => true,
            Self::Text(wanted) => wanted.needles.iter().any(|needle| needle.parse::<u64>().is_ok()),
            Self::Regex { .. }
            | Self::Network(_)
            | Self::Empty
            | Self::Missing
            | Self::SameAs { .. }
            | Self::Formula(_) => false,
        }
    }
}

/// A test of a text: at least one needle lies in it as `shape` says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TextTest {
    /// How a needle must lie in the text.
    pub(super) shape: Shape,
    /// What is looked for; never empty strings.
    pub(super) needles: Vec<String>,
    /// Which part of the text is looked at.
    pub(super) part: Part,
    /// Whether letter case matters.
    pub(super) is_case_sensitive: bool,
}

/// How a needle must lie in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// It is the whole text.
    Whole,
    /// Anywhere.
    Contains,
    /// At the start.
    StartsWith,
    /// At the end.
    EndsWith,
    /// All of it, the needle being a pattern in which `*` is any text, `?` one character, and a backslash in front of
    /// one of these three takes its meaning.
    Fits,
    /// Bounded, at those ends of the needle that are alphanumeric, by non-alphanumeric characters.
    Term { left: bool, right: bool },
}

/// A comparison of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Integer(i64),
    Real(f64),
}

impl std::fmt::Display for Number {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(value) => write!(formatter, "{value}"),
            Self::Real(value) => write!(formatter, "{value:?}"),
        }
    }
}

impl Match {
    fn needles(self) -> Vec<String> {
        match self.test {
            FieldTest::Text(text) => text.needles,
            _ => Vec::new(),
        }
    }
}

impl Condition {
    /// All of these, without nesting and without constants.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::Constant(true) => {}
                Self::Constant(false) => return Self::Constant(false),
                Self::All(inner) => flat.extend(inner),
                other @ (Self::Any(_) | Self::Not(_) | Self::Match(_)) => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::Constant(true),
            1 => flat.remove(0),
            _ => Self::All(flat),
        }
    }

    /// Any of these, without nesting and without constants.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::Constant(false) => {}
                Self::Constant(true) => return Self::Constant(true),
                Self::Any(inner) => flat.extend(inner),
                other @ (Self::All(_) | Self::Not(_) | Self::Match(_)) => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::Constant(false),
            1 => flat.remove(0),
            _ => Self::Any(flat),
        }
    }

    /// Not this, without double negation.
    pub(super) fn not(inner: Self) -> Self {
        match inner {
            Self::Constant(value) => Self::Constant(!value),
            Self::Not(inner) => *inner,
            other @ (Self::All(_) | Self::Any(_) | Self::Match(_)) => Self::Not(Box::new(other)),
        }
    }

    /// The conjuncts.
    pub(super) fn conjuncts(self) -> Vec<Self> {
        match self {
            Self::All(parts) => parts,
            Self::Constant(true) => Vec::new(),
            other @ (Self::Constant(false) | Self::Any(_) | Self::Not(_) | Self::Match(_)) => vec![other],
        }
    }

    /// The same with alternatives on one field as one test of several values, for the shapes that are asked for.
    pub(super) fn merged(self, takes: &impl Fn(Shape) -> bool) -> Self {
        match self {
            Self::All(parts) => Self::all(parts.into_iter().map(|part| part.merged(takes)).collect()),
            Self::Not(inner) => Self::not(inner.merged(takes)),
            Self::Any(parts) => {
                let mut merged: Vec<Self> = Vec::with_capacity(parts.len());
                for part in parts.into_iter().map(|part| part.merged(takes)) {
                    let part = match part {
                        Self::Match(found) => match merged.iter_mut().find_map(|other| other.list_for(&found, takes)) {
                            Some(needles) => {
                                found.needles().into_iter().for_each(|needle| needles.push(needle));
                                continue;
                            }
                            None => Self::Match(found),
                        },
                        other => other,
                    };
                    merged.push(part);
                }
                Self::any(merged)
            }
            other @ (Self::Constant(_) | Self::Match(_)) => other,
        }
    }

    /// The values of this test, if those of the other can be added to them.
    fn list_for(&mut self, other: &Match, takes: &impl Fn(Shape) -> bool) -> Option<&mut Vec<String>> {
        let Self::Match(Match { field, test: FieldTest::Text(text), .. }) = self else { return None };
        let FieldTest::Text(added) = &other.test else { return None };
        let is_alike = *field == other.field
            && text.shape == added.shape
            && text.part == added.part
            && text.is_case_sensitive == added.is_case_sensitive;
        (is_alike && takes(text.shape)).then_some(&mut text.needles)
    }

    /// The same with every test replaced.
    pub(super) fn map(self, replace: &mut impl FnMut(Match) -> Self) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(value),
            Self::All(parts) => Self::all(parts.into_iter().map(|part| part.map(replace)).collect()),
            Self::Any(parts) => Self::any(parts.into_iter().map(|part| part.map(replace)).collect()),
            Self::Not(inner) => Self::not(inner.map(replace)),
            Self::Match(found) => replace(found),
        }
    }
}
