//! Concepts of the hub that are views of one thing: parts of a whole, and columns made from others.

use std::collections::BTreeMap;

use super::form::Kind;
use crate::mapping::{Column, Concept, Dialect, ValueForm};

/// Two columns that a parser fills from one of the source: the first where a table of the parser lists the value, the
/// second with what stands for all others.
#[derive(Debug, Clone)]
pub(super) struct Derived {
    pub(super) first: String,
    pub(super) second: String,
    /// What the source's column holds.
    pub(super) thing: String,
    pub(super) values: Vec<(String, String)>,
}

/// The concepts of a log source by the thing that each is a view of: parts of one whole, and concepts that share a column.
pub(super) struct Groups<'c> {
    concepts: &'c [Concept],
    /// For each concept the first of its group.
    first: Vec<usize>,
}

impl<'c> Groups<'c> {
    pub(super) fn new(concepts: &'c [Concept]) -> Self {
        let mut groups = Self { concepts, first: (0..concepts.len()).collect() };
        let mut by_column: BTreeMap<(Dialect, &str), usize> = BTreeMap::new();
        for (index, concept) in concepts.iter().enumerate() {
            let whole = concept.whole.as_ref().and_then(|whole| concepts.iter().position(|other| other.name == *whole));
            if let Some(whole) = whole {
                groups.join(index, whole);
            }
            for (dialect, column) in concept.columns.iter().filter(|(_, column)| column.values.is_empty()) {
                let names = column.names.iter().chain(&column.path).map(String::as_str);
                for name in names {
                    let known = *by_column.entry((*dialect, name)).or_insert(index);
                    groups.join(index, known);
                }
            }
        }
        groups
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.first[left], self.first[right]);
        let (first, second) = (left.min(right), left.max(right));
        self.first.iter_mut().filter(|group| **group == second).for_each(|group| *group = first);
    }

    /// The name of the thing, and its kind.
    pub(super) fn thing(&self, concept: &Concept) -> (String, Kind) {
        let index = self.concepts.iter().position(|other| std::ptr::eq(other, concept)).unwrap_or_default();
        let first = self.first[index];
        let members = self.concepts.iter().zip(&self.first).filter(|(_, group)| **group == first);
        let forms = members.flat_map(|(member, _)| member.columns.iter().map(|(_, column)| column.form));
        (self.concepts[first].name.clone(), Kind::of(forms))
    }
}

/// Concepts that are halves of another: the domain of an account, the key of a registry value.
pub(super) type Halves = BTreeMap<String, (String, Kind, ValueForm)>;

pub(super) fn halves(groups: &Groups<'_>) -> Halves {
    let mut halves = Halves::new();
    for concept in groups.concepts {
        let (thing, kind) = groups.thing(concept);
        for (dialect, column) in &concept.columns {
            let (Some(names), Some(forms)) = (column.expression.as_deref().and_then(joined), half_forms(kind)) else {
                continue;
            };
            for (name, form) in [(names.0, forms.0), (names.1, forms.1)] {
                let is_half = |other: &&Concept| {
                    other.columns.iter().any(|(of, column)| of == dialect && column.names == [name.to_owned()])
                };
                for other in groups.concepts.iter().filter(is_half).filter(|other| groups.thing(other).1 == kind) {
                    halves.entry(other.name.clone()).or_insert((thing.clone(), kind, form));
                }
            }
        }
    }
    halves
}

pub(super) fn half_forms(kind: Kind) -> Option<(ValueForm, ValueForm)> {
    match kind {
        Kind::File => Some((ValueForm::Dir, ValueForm::Name)),
        Kind::Account => Some((ValueForm::AcctDomain, ValueForm::AcctName)),
        Kind::Registry => Some((ValueForm::RegLongKey, ValueForm::RegValue)),
        _ => None,
    }
}

/// The columns `A` and `B` of an expression with `strcat(A, "\\", B)` in it.
pub(super) fn joined(expression: &str) -> Option<(&str, &str)> {
    let (_, inner) = expression.split_once("strcat(")?;
    let (first, rest) = inner.split_once(r#", "\\", "#)?;
    Some((first, rest.split(')').next()?))
}

/// What `coalesce(A, B)` is filled from, if the source has one column with a meaning for each value.
pub(super) fn derived(groups: &Groups<'_>, concept: &Concept, column: &Column) -> Option<Derived> {
    let (first, second) =
        column.expression.as_deref()?.strip_prefix("coalesce(")?.strip_suffix(')')?.split_once(", ")?;
    if !is_path(first) || !is_path(second) {
        return None;
    }
    let (dialect, of) = concept.columns.iter().find(|(_, other)| !other.values.is_empty())?;
    let is_plain = |other: &&Concept| {
        other.columns.iter().any(|(known, own)| known == dialect && own.names == of.names && own.values.is_empty())
    };
    let whole = groups.concepts.iter().find(is_plain)?;
    let (first, second) = (first.to_owned(), second.to_owned());
    Some(Derived { first, second, thing: groups.thing(whole).0, values: of.values.clone() })
}

/// The column `A` of `column_ifexists("A", "")`.
pub(super) fn optional_column(expression: &str) -> Option<&str> {
    expression.strip_prefix("column_ifexists(\"")?.split('"').next()
}

/// Whether the name of a computed column is a column with properties inside of it.
pub(super) fn is_path(path: &str) -> bool {
    !path.contains(['(', '[', '"'])
}
