//! Events and rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::datum::Datum;
use crate::schema::Columns;

/// The key of an event that names it; it is no column.
const ID: &str = "_id";

/// One row: values by column, and the event that it is made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    cells: Arc<BTreeMap<Arc<str>, Datum>>,
    id: Option<Datum>,
}

impl Row {
    /// The row of an event. Its `_id` becomes the row's.
    pub fn of_event(event: &Map<String, Json>) -> Self {
        let cells = event.iter().filter(|(name, _)| *name != ID);
        let cells = cells.map(|(name, value)| (Arc::from(name.as_str()), Datum::from_json(value))).collect();
        Self { cells: Arc::new(cells), id: event.get(ID).map(Datum::from_json) }
    }

    /// A row of these values that is made of no single event.
    pub(super) fn of_cells(cells: impl IntoIterator<Item = (Arc<str>, Datum)>) -> Self {
        Self { cells: Arc::new(cells.into_iter().collect()), id: None }
    }

    /// The same values under the same event, changed.
    #[must_use]
    pub(super) fn changed(&self, change: impl FnOnce(&mut BTreeMap<Arc<str>, Datum>)) -> Self {
        let mut row = self.clone();
        change(Arc::make_mut(&mut row.cells));
        row
    }

    /// Other values of the same event.
    pub(super) fn replaced(&self, cells: impl IntoIterator<Item = (Arc<str>, Datum)>) -> Self {
        Self { id: self.id.clone(), ..Self::of_cells(cells) }
    }

    /// The `_id` of the event that the row is made of, if it is one event.
    pub fn id(&self) -> Option<&Datum> {
        self.id.as_ref()
    }

    /// Columns and values, by name.
    pub fn cells(&self) -> impl Iterator<Item = (&Arc<str>, &Datum)> {
        self.cells.iter()
    }

    /// The value of a column as the event has it.
    pub fn get(&self, column: &str) -> Option<&Datum> {
        self.cells.get(column)
    }

    /// The value of a field of a log source: `a.b` also names a value inside the field `a`.
    pub(super) fn field(&self, name: &str) -> Option<Datum> {
        if let Some(datum) = self.get(name) {
            return Some(datum.clone());
        }
        name.match_indices('.').find_map(|(dot, _)| {
            let Some(Datum::Dynamic(json)) = self.get(name.get(..dot)?) else { return None };
            inside(json, name.get(dot + 1..)?).map(Datum::from_json)
        })
    }

    /// The row as an object: the columns of the result that it has, all it has where these are not known, and `_id`.
    pub fn to_json(&self, output: &Columns) -> Json {
        let is_shown = |name: &str| output.is_open || output.find(name).is_some();
        let cells = self.cells.iter().filter(|(name, _)| is_shown(name));
        let mut object: Map<String, Json> = cells.map(|(name, datum)| (name.to_string(), datum.to_json())).collect();
        if let Some(id) = &self.id {
            object.insert(ID.to_owned(), id.to_json());
        }
        Json::Object(object)
    }
}

/// The value at a dotted path, whose keys may hold dots themselves.
fn inside<'j>(json: &'j Json, path: &str) -> Option<&'j Json> {
    let object = json.as_object()?;
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    path.match_indices('.').find_map(|(dot, _)| inside(object.get(path.get(..dot)?)?, path.get(dot + 1..)?))
}

/// The events that a rule is evaluated on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Events {
    tables: BTreeMap<String, Vec<Row>>,
    everywhere: Vec<Row>,
}

impl Events {
    /// Events that are rows of every table and log source.
    pub fn of_every_table(rows: impl IntoIterator<Item = Row>) -> Self {
        Self { tables: BTreeMap::new(), everywhere: rows.into_iter().collect() }
    }

    /// Adds rows of every table that is not named by itself.
    pub fn add_everywhere(&mut self, rows: impl IntoIterator<Item = Row>) {
        self.everywhere.extend(rows);
    }

    /// Adds rows of one table, or of every function of one ASIM schema.
    pub fn add_to_table(&mut self, table: &str, rows: impl IntoIterator<Item = Row>) {
        self.tables.entry(table.to_owned()).or_default().extend(rows);
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.tables.values().flatten().chain(&self.everywhere)
    }

    /// The rows of a table.
    pub(super) fn table(&self, name: &str) -> &[Row] {
        self.tables.get(name).unwrap_or(&self.everywhere)
    }

    /// Whether rows of just this table were added.
    pub(super) fn has_table(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }
}
