//! Building the columns of an operator's result, with the names that Kusto gives them.

use std::collections::{HashMap, HashSet};

use crate::schema::{Column, Columns};

/// Names in use. A name that is taken gets the first free number behind it.
#[derive(Debug, Default)]
pub(super) struct UniqueNames {
    /// The last number that was tried, by name.
    taken: HashMap<String, usize>,
}

impl UniqueNames {
    /// Takes a name without asking.
    pub(super) fn take(&mut self, name: &str) {
        self.taken.entry(name.to_owned()).or_insert(0);
    }

    /// Takes `name`, or else `base` with a number.
    pub(super) fn choose(&mut self, name: &str, base: &str) -> String {
        let Some(last) = self.taken.get(name).copied() else {
            self.take(name);
            return name.to_owned();
        };
        let mut suffix = last + 1;
        let mut candidate = format!("{base}{suffix}");
        while self.taken.contains_key(&candidate) {
            suffix += 1;
            candidate = format!("{base}{suffix}");
        }
        self.taken.insert(name.to_owned(), suffix);
        self.take(&candidate);
        candidate
    }
}

/// Gives the columns of joined sides distinct names. Names that occur anywhere are kept for their first bearer, so that
/// `c, c, c1` becomes `c, c2, c1`.
pub(super) fn make_names_unique(columns: &mut [Column]) {
    let mut names = UniqueNames::default();
    for column in columns.iter() {
        names.take(&column.name);
    }
    let mut seen = HashSet::new();
    for column in columns {
        if !seen.insert(column.name.clone()) {
            column.name = names.choose(&column.name, &column.name);
        }
    }
}

/// Columns that are being listed.
///
/// A name that the author wrote is *declared*: it is not declared twice, and a later column of the same generated name
/// gets a number. Generated names never win over declared ones.
#[derive(Debug, Default)]
pub(super) struct Projection {
    columns: Vec<Column>,
    positions: HashMap<String, usize>,
    declared: HashSet<String>,
    names: UniqueNames,
    /// Whether the columns of the input come first.
    extends_input: bool,
}

impl Projection {
    /// Starts with the columns of the input.
    pub(super) fn of(columns: &Columns) -> Self {
        let mut projection = Self { extends_input: true, ..Self::default() };
        for column in &columns.columns {
            projection.add(column.clone(), None);
        }
        projection
    }

    /// Adds a column; if its name is taken, it gets a number behind `base` or its name.
    pub(super) fn add(&mut self, mut column: Column, base: Option<&str>) {
        column.name = self.names.choose(&column.name, base.unwrap_or(&column.name));
        self.positions.insert(column.name.clone(), self.columns.len());
        self.columns.push(column);
    }

    /// Adds a column that has no name. It is the `number`th of the query.
    pub(super) fn add_unnamed(&mut self, mut column: Column, number: usize) {
        column.name = format!("Column{number}");
        self.add(column, self.extends_input.then_some("Column"));
    }

    /// Puts the column in the place of the one with its name, or adds it.
    pub(super) fn replace(&mut self, column: Column) {
        match self.positions.get(&column.name).and_then(|position| self.columns.get_mut(*position)) {
            Some(place) => *place = column,
            None => self.add(column, None),
        }
    }

    /// Adds a column whose name is written. A second declaration of a name is an error and is left out.
    pub(super) fn declare(&mut self, column: Column, may_replace: bool) {
        if self.declared.contains(&column.name) {
            return;
        }
        self.declared.insert(column.name.clone());
        if may_replace { self.replace(column) } else { self.add(column, None) }
    }

    /// Gives the column `old` another name.
    pub(super) fn rename(&mut self, old: &str, new: &str) {
        if let Some(position) = self.positions.remove(old) {
            if let Some(column) = self.columns.get_mut(position) {
                new.clone_into(&mut column.name);
            }
            self.positions.insert(new.to_owned(), position);
        }
    }

    /// The columns.
    pub(super) fn finish(self, is_open: bool) -> Columns {
        Columns { columns: self.columns, is_open }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Origin, ScalarType};

    fn column(name: &str) -> Column {
        Column { name: name.to_owned(), ty: ScalarType::Long, origin: Origin::Unknown }
    }

    fn names(columns: &[Column]) -> Vec<&str> {
        columns.iter().map(|column| column.name.as_str()).collect()
    }

    #[test]
    fn joined_sides_get_numbers_that_are_free() {
        let mut columns: Vec<Column> = ["a", "b", "b1", "b", "b1", "b2", "a"].map(column).into();
        make_names_unique(&mut columns);
        assert_eq!(names(&columns), ["a", "b", "b1", "b3", "b11", "b2", "a1"]);
    }

    #[test]
    fn generated_names_give_way() {
        let mut projection = Projection::default();
        projection.declare(column("Column1"), false);
        for number in 1..4 {
            projection.add_unnamed(column(""), number);
        }
        projection.declare(column("Column1"), false);
        let columns = projection.finish(false);
        assert_eq!(names(&columns.columns), ["Column1", "Column11", "Column2", "Column3"]);

        let mut extended = Projection::of(&columns);
        extended.add_unnamed(column(""), 1);
        assert_eq!(names(&extended.finish(false).columns)[4..], ["Column4"]);
    }
}
