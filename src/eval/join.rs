//! `join` and `lookup`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::datum::Datum;
use super::events::Row;
use super::{Evaluated, Evaluator, failure};
use crate::ir::{Field, Join, JoinKind};
use crate::schema::{Columns, ScalarType};
use crate::span::Span;

/// Rows by the text of their keys. Null and empty keys match each other.
type Index = BTreeMap<String, Vec<usize>>;

impl Evaluator<'_> {
    /// The joined rows; `before` are the columns of the left side.
    pub(super) fn join(&self, join: &Join, before: &Columns, left: &[Row], span: Span) -> Evaluated<Vec<Row>> {
        let Some(keys) = &join.keys else { return failure("a join whose keys are more than equal columns", span) };
        let right = self.pipeline(&join.right)?;
        let left_fields: Vec<&Field> = keys.iter().map(|key| &key.left).collect();
        let right_fields: Vec<&Field> = keys.iter().map(|key| &key.right).collect();
        // Both sides of a key have one type, which may be known on one side only.
        let types: Vec<ScalarType> = keys
            .iter()
            .map(|key| match type_of(&key.left, before) {
                ScalarType::Unknown => type_of(&key.right, &join.right.output),
                known => known,
            })
            .collect();
        let left_keys: Vec<String> = left.iter().map(|row| key(row, &left_fields, &types)).collect();
        let right_keys: Vec<String> = right.iter().map(|row| key(row, &right_fields, &types)).collect();
        let names = Names::new(join, before, left, &right, &right_fields);
        let sides = Sides { left, right: &right, left_keys: &left_keys, right_keys: &right_keys, names: &names };
        Ok(sides.joined(join.kind))
    }
}

fn type_of(field: &Field, columns: &Columns) -> ScalarType {
    columns.find(&field.name).map_or(ScalarType::Unknown, |column| column.ty)
}

fn key(row: &Row, fields: &[&Field], types: &[ScalarType]) -> String {
    let mut text = String::new();
    for (field, ty) in fields.iter().zip(types) {
        row.get(&field.name).cloned().unwrap_or(Datum::Null).cast(*ty).key(&mut text);
    }
    text
}

/// What the columns of the right side are called in the result; one that is absent is dropped.
struct Names(BTreeMap<Arc<str>, Arc<str>>);

impl Names {
    /// A right column whose name is taken gets the first number that makes it free.
    fn new(join: &Join, before: &Columns, left: &[Row], right: &[Row], keys: &[&Field]) -> Self {
        let mut taken: BTreeSet<Arc<str>> =
            before.columns.iter().map(|column| Arc::from(column.name.as_str())).collect();
        taken.extend(left.iter().flat_map(|row| row.cells().map(|(name, _)| Arc::clone(name))));
        let known = join.right.output.columns.iter().map(|column| Arc::from(column.name.as_str()));
        let mut names: Vec<Arc<str>> = known.collect();
        let more: BTreeSet<Arc<str>> =
            right.iter().flat_map(|row| row.cells().map(|(name, _)| Arc::clone(name))).collect();
        names.extend(more);
        let mut result = BTreeMap::new();
        for name in names {
            let is_key = keys.iter().any(|key| *key.name == *name);
            if result.contains_key(&name) || (join.is_lookup && is_key) {
                continue;
            }
            let mut new = Arc::clone(&name);
            let mut number = 0;
            while taken.contains(&new) {
                number += 1;
                new = Arc::from(format!("{name}{number}"));
            }
            taken.insert(Arc::clone(&new));
            result.insert(name, new);
        }
        Self(result)
    }

    fn renamed(&self, row: &Row) -> Vec<(Arc<str>, Datum)> {
        row.cells().filter_map(|(name, datum)| Some((Arc::clone(self.0.get(name)?), datum.clone()))).collect()
    }
}

struct Sides<'s> {
    left: &'s [Row],
    right: &'s [Row],
    left_keys: &'s [String],
    right_keys: &'s [String],
    names: &'s Names,
}

impl Sides<'_> {
    fn joined(&self, kind: JoinKind) -> Vec<Row> {
        match kind {
            JoinKind::Inner => self.pairs(0..self.left.len()),
            // One row of each key stays on the left; which one is not defined.
            JoinKind::InnerUnique => self.pairs(first_of_each(self.left_keys)),
            JoinKind::LeftOuter => self.with_left(self.pairs(0..self.left.len())),
            JoinKind::RightOuter => self.with_right(self.pairs(0..self.left.len())),
            JoinKind::FullOuter => self.with_right(self.with_left(self.pairs(0..self.left.len()))),
            JoinKind::LeftSemi => rows_where(self.left, self.left_keys, &index(self.right_keys), true),
            JoinKind::LeftAnti => rows_where(self.left, self.left_keys, &index(self.right_keys), false),
            JoinKind::RightSemi => rows_where(self.right, self.right_keys, &index(self.left_keys), true),
            JoinKind::RightAnti => rows_where(self.right, self.right_keys, &index(self.left_keys), false),
        }
    }

    fn pairs(&self, left: impl IntoIterator<Item = usize>) -> Vec<Row> {
        let index = index(self.right_keys);
        let mut rows = Vec::new();
        for left in left {
            for right in index.get(&self.left_keys[left]).into_iter().flatten() {
                let cells = self.left[left].cells().map(|(name, datum)| (Arc::clone(name), datum.clone()));
                rows.push(Row::of_cells(cells.chain(self.names.renamed(&self.right[*right]))));
            }
        }
        rows
    }

    fn with_left(&self, mut rows: Vec<Row>) -> Vec<Row> {
        rows.extend(rows_where(self.left, self.left_keys, &index(self.right_keys), false));
        rows
    }

    fn with_right(&self, mut rows: Vec<Row>) -> Vec<Row> {
        let unmatched = rows_where(self.right, self.right_keys, &index(self.left_keys), false);
        rows.extend(unmatched.iter().map(|row| row.replaced(self.names.renamed(row))));
        rows
    }
}

fn index(keys: &[String]) -> Index {
    let mut index = Index::new();
    for (place, key) in keys.iter().enumerate() {
        index.entry(key.clone()).or_default().push(place);
    }
    index
}

fn first_of_each(keys: &[String]) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    keys.iter().enumerate().filter(|(_, key)| seen.insert(*key)).map(|(place, _)| place).collect()
}

/// The rows of one side that the other side has, or has not.
fn rows_where(rows: &[Row], keys: &[String], other: &Index, is_there: bool) -> Vec<Row> {
    let of_both = rows.iter().zip(keys);
    of_both.filter(|(_, key)| other.contains_key(*key) == is_there).map(|(row, _)| row.clone()).collect()
}
