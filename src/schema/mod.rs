//! What Kusto, Log Analytics, Defender XDR and ASIM define: types, tables, columns, functions.
//!
//! Imports no stage of the pipeline. The facts are sorted text files under `schemas/`, compiled in and searched where
//! they lie, so that [`Schema::builtin`] costs nothing.

mod attack;
mod columns;
mod enumeration;
mod function;
mod import;
mod overlay;
mod shape;
mod sorted_text;
mod table;
mod types;
mod value;

pub use attack::{Tactic, Technique, TechniqueStatus, all_techniques, spaced, tactics};
pub use columns::*;
pub use enumeration::{ColumnValues, ForeignTable, Replacement};
pub use function::*;
pub use import::{ImportedTables, import_schema};
pub use overlay::{Overlay, OverlayColumns, OverlayFunction, OverlayTable};
pub use shape::*;
pub use table::{AsimField, ColumnDefinition, FunctionResult, Table, TableFunction};
pub use types::*;
pub use value::*;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use sorted_text::SortedText;

static TABLES: SortedText = SortedText::new(include_str!("../../schemas/tables.tsv"));
static COMMON_COLUMNS: SortedText = SortedText::new(include_str!("../../schemas/common_columns.tsv"));
static ASIM_FIELDS: SortedText = SortedText::new(include_str!("../../schemas/asim_fields.tsv"));
static TABLE_FUNCTIONS: SortedText = SortedText::new(include_str!("../../schemas/table_functions.tsv"));
static FUNCTIONS: SortedText = SortedText::new(include_str!("../../schemas/functions.tsv"));
static COLUMN_SHAPES: SortedText = SortedText::new(include_str!("../../schemas/column_shapes.tsv"));
static COLUMN_VALUES: SortedText = SortedText::new(include_str!("../../schemas/column_values.tsv"));
static REPLACED_TABLES: SortedText = SortedText::new(include_str!("../../schemas/replaced_tables.tsv"));
static HIDDEN_COLUMNS: SortedText = SortedText::new(include_str!("../../schemas/hidden_columns.tsv"));
static FOREIGN_TABLES: SortedText = SortedText::new(include_str!("../../schemas/foreign_tables.tsv"));
static RENAMED_COLUMNS: SortedText = SortedText::new(include_str!("../../schemas/renamed_columns.tsv"));

/// The facts that names are resolved against.
///
/// Every question goes through a method, which asks what the user declares first.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    tables: &'static SortedText,
    user: Option<Arc<UserSchema>>,
    /// The column with the time of a row that the user names.
    time_column: Option<Arc<str>>,
}

/// Columns that hold the time of a row in the tables of Microsoft.
const TIME_COLUMNS: &[&str] = &["TimeGenerated", "Timestamp", "EventStartTime", "EventEndTime"];

/// What the user declares, in the form of the lines of the data files.
#[derive(Debug, Clone, Default, PartialEq)]
struct UserSchema {
    tables: BTreeMap<String, String>,
    watchlists: BTreeMap<String, String>,
    functions: BTreeMap<String, String>,
    external_tables: BTreeMap<String, String>,
}

impl Schema {
    /// What is compiled in.
    pub const fn builtin() -> Self {
        Self { tables: &TABLES, user: None, time_column: None }
    }

    /// This schema with what a user declares. The columns of saved functions come from [`Schema::declare_function`].
    #[must_use]
    pub fn with_overlay(&self, overlay: &Overlay) -> Self {
        let mut user = self.user.as_deref().cloned().unwrap_or_default();
        for (name, table) in &overlay.tables {
            let mut columns = table.columns.join(",");
            if let (true, Some(known)) = (table.extends, self.table(name)) {
                columns = format!("{},{columns}", known.declared());
            }
            user.tables.insert(name.clone(), format!("XU LU\t{columns}"));
        }
        let lists = overlay.watchlists.iter().map(|(alias, list)| (alias.clone(), list.columns.join(",")));
        user.watchlists.extend(lists);
        let external = overlay.external_tables.iter().map(|(name, table)| (name.clone(), table.columns.join(",")));
        user.external_tables.extend(external);
        for (name, function) in &overlay.functions {
            let (result, columns) = match &function.columns {
                Some(columns) => ("closed", columns.join(",")),
                None => ("open", String::new()),
            };
            user.functions.insert(name.clone(), format!("{result}\t\t{columns}"));
        }
        Self { user: Some(Arc::new(user)), ..self.clone() }
    }

    /// This schema where a user says which column holds the time of a row.
    #[must_use]
    pub fn with_time_column(&self, name: &str) -> Self {
        Self { time_column: Some(name.into()), ..self.clone() }
    }

    /// The column with the time of a row, if a user has named one.
    pub fn time_column(&self) -> Option<&str> {
        self.time_column.as_deref()
    }

    /// Whether a column of that name holds the time of a row: that of the user, or one that Microsoft's tables have.
    pub fn is_time_column(&self, name: &str) -> bool {
        self.time_column() == Some(name) || TIME_COLUMNS.contains(&name)
    }

    /// Says which columns a saved function gives, as found out from its text.
    pub fn declare_function(&mut self, name: &str, columns: &Columns) {
        let result = if columns.is_open { "open" } else { "closed" };
        let column = |column: &Column| match column.ty {
            ScalarType::String => column.name.clone(),
            ty => format!("{}:{}", column.name, ty.as_str()),
        };
        let columns: Vec<String> = columns.columns.iter().map(column).collect();
        let user = Arc::make_mut(self.user.get_or_insert_default());
        user.functions.insert(name.to_owned(), format!("{result}\t\t{}", columns.join(",")));
    }

    fn user_line(&self, of: impl Fn(&UserSchema) -> &BTreeMap<String, String>, name: &str) -> Option<(&str, &str)> {
        let (name, line) = of(self.user.as_deref()?).get_key_value(name)?;
        Some((name, line))
    }

    /// The columns of a watchlist that the user declares, without those that every watchlist has.
    pub fn watchlist(&self, alias: &str) -> Option<impl Iterator<Item = ColumnDefinition<'_>>> {
        self.user_line(|user| &user.watchlists, alias).map(|(_, line)| table::declarations(line))
    }

    /// The columns of an external table that the user declares.
    pub fn external_table(&self, name: &str) -> Option<impl Iterator<Item = ColumnDefinition<'_>>> {
        self.user_line(|user| &user.external_tables, name).map(|(_, line)| table::declarations(line))
    }

    /// The table of that name. Names are case-sensitive.
    pub fn table(&self, name: &str) -> Option<Table<'_>> {
        self.user_line(|user| &user.tables, name)
            .or_else(|| self.tables.entry(name))
            .map(|(name, line)| Table::new(name, line))
    }

    /// Whether workspaces have columns of their own in a table: each source adds some to `AzureDiagnostics`, and the
    /// custom tables (`_CL`) that are compiled in are examples. A table that the user declares is as declared.
    pub fn grows(&self, table: &str) -> bool {
        let is_declared = self.user.as_deref().is_some_and(|user| user.tables.contains_key(table));
        !is_declared && (table == "AzureDiagnostics" || table.ends_with("_CL"))
    }

    /// Columns that many tables have, always with the same type.
    pub fn common_columns(&self) -> impl Iterator<Item = ColumnDefinition<'_>> {
        let column = |(name, ty)| ColumnDefinition { name, ty: ScalarType::parse(ty).unwrap_or_default() };
        COMMON_COLUMNS.all().map(column)
    }

    /// The tables whose name starts with `prefix`, by name.
    pub fn tables_starting_with(&self, prefix: &str) -> impl Iterator<Item = Table<'_>> {
        let own = self.user.as_deref().map(|user| &user.tables);
        let own_tables = own.into_iter().flatten().map(|(name, line)| (name.as_str(), line.as_str()));
        let is_own = move |name: &str| own.is_some_and(|tables| tables.contains_key(name));
        let mut tables: Vec<(&str, &str)> =
            self.tables.starting_with(prefix).filter(|(name, _)| !is_own(name)).collect();
        tables.extend(own_tables.filter(|(name, _)| name.starts_with(prefix)));
        tables.sort_unstable();
        tables.into_iter().map(|(name, line)| Table::new(name, line))
    }

    /// The function of that name which gives rows: an ASIM parser in any spelling, `_GetWatchlist`, `FileProfile`.
    pub fn table_function(&self, name: &str) -> Option<TableFunction<'_>> {
        self.user_line(|user| &user.functions, name)
            .or_else(|| TABLE_FUNCTIONS.entry(name))
            .map(|(name, line)| TableFunction::new(name, line))
    }

    /// The fields of an ASIM schema, by name.
    pub fn asim_fields(&self, schema: &str) -> impl Iterator<Item = AsimField<'_>> {
        let prefix = format!("{schema} ");
        let skipped = prefix.len();
        ASIM_FIELDS
            .starting_with(&prefix)
            .map(move |(key, line)| AsimField::new(key.get(skipped..).unwrap_or(""), line))
    }

    /// The field of an ASIM schema.
    pub fn asim_field(&self, schema: &str, name: &str) -> Option<AsimField<'_>> {
        self.asim_fields(schema).find(|field| field.name == name)
    }

    /// The built-in function of that name. Where a scalar function and an aggregate share it, the scalar function.
    pub fn function(&self, name: &str) -> Option<Function<'_>> {
        FunctionKind::ALL.into_iter().find_map(|kind| self.function_of_kind(name, kind))
    }

    /// The built-in function of that name and kind.
    pub fn function_of_kind(&self, name: &str, kind: FunctionKind) -> Option<Function<'_>> {
        let key = format!("{name} {}", kind.as_str());
        let (found, line) = FUNCTIONS.entry(&key)?;
        Some(Function::new(found.get(..name.len()).unwrap_or(found), kind, line))
    }

    /// What the values of a table's column look like. The facts of a table win over those for every table.
    /// For an ASIM function, `table` is the name of its schema or the function.
    pub fn shape(&self, table: &str, column: &str) -> Option<ColumnShape> {
        ColumnShape::parse(self.column_fact(&COLUMN_SHAPES, table, column)?)
    }

    /// The values of a table's column, if it is known to be enumerated. `table` is as for [`Schema::shape`].
    pub fn column_values(&self, table: &str, column: &str) -> Option<ColumnValues<'_>> {
        self.column_fact(&COLUMN_VALUES, table, column).map(ColumnValues::new)
    }

    /// What `facts` say about a column of that table, else about that column of any table.
    fn column_fact(&self, facts: &'static SortedText, table: &str, column: &str) -> Option<&'static str> {
        let table = match self.table_function(table).map(|function| function.result) {
            Some(FunctionResult::Asim(schema)) => schema,
            Some(FunctionResult::Closed | FunctionResult::Open | FunctionResult::Extends) | None => table,
        };
        let entry = |table: &str| facts.entry(&format!("{table} {column}"));
        entry(table).or_else(|| entry("*")).map(|(_, fact)| fact)
    }

    /// The type of a column that a table of Log Analytics has although its reference page does not list it.
    pub fn hidden_column(&self, table: &str, column: &str) -> Option<ScalarType> {
        let (_, line) = HIDDEN_COLUMNS.entry(column)?;
        let (ty, tables) = line.split_once('\t')?;
        let has_it = tables.split(' ').any(|name| name == table || name == "*");
        let is_in_log_analytics = self.table(table).is_some_and(Table::is_in_log_analytics);
        (has_it && is_in_log_analytics).then(|| ScalarType::parse(ty)).flatten()
    }

    /// What a table calls the column that other tables, or older schemas, call `name`.
    pub fn renamed_column(&self, table: &str, name: &str) -> Option<&'static str> {
        RENAMED_COLUMNS.entry(&format!("{table} {name}")).map(|(_, column)| column)
    }

    /// The product whose table it is, if it is known to be one of another product. Letter case does not count there.
    pub fn foreign_table(&self, name: &str) -> Option<ForeignTable<'_>> {
        FOREIGN_TABLES.entry(&name.to_ascii_lowercase()).map(|(_, line)| ForeignTable::new(line))
    }

    /// What replaces a table, if it is no longer filled.
    pub fn replacement(&self, table: &str) -> Option<Replacement<'_>> {
        REPLACED_TABLES.entry(table).map(|(_, line)| Replacement::new(line))
    }

    /// The table or function whose name is nearest to `name`, if one is near enough to be meant.
    pub fn nearest_table(&self, name: &str) -> Option<&str> {
        let functions = TABLE_FUNCTIONS.all().map(|(key, _)| key);
        let own = self.user.as_deref();
        let own = own.into_iter().flat_map(|user| user.tables.keys().chain(user.functions.keys()).map(String::as_str));
        nearest(name, own.chain(self.tables.all().map(|(key, _)| key)).chain(functions))
    }

    /// The built-in function whose name is nearest to `name`, if one is near enough to be meant.
    pub fn nearest_function(&self, name: &str) -> Option<&'static str> {
        nearest(name, FUNCTIONS.all().filter_map(|(key, _)| key.split(' ').next()).filter(|key| !key.starts_with("__")))
    }
}

/// The candidate that is nearest to `name`, if it is near enough to be meant: a quarter of the letters may differ, and
/// two at most.
/// Letter case does not count, because it is what people get wrong most.
pub fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let lower = name.to_lowercase();
    let limit = (name.chars().count() / 4).clamp(1, 2);
    let letters = letters_of(name);
    candidates
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= limit)
        // Counting letters is much cheaper than comparing words, and rules out nearly all.
        .filter(|candidate| letters_apart(&letters, &letters_of(candidate)) <= 2 * limit)
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *candidate != name)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How often each letter occurs, whatever its case; other bytes share the places of letters.
type Letters = [u8; 32];

fn letters_of(word: &str) -> Letters {
    let mut letters = [0_u8; 32];
    for byte in word.bytes() {
        let place = &mut letters[usize::from(byte.to_ascii_lowercase() & 31)];
        *place = place.saturating_add(1);
    }
    letters
}

/// How many letters one word has and the other has not, both ways. An edit changes at most two.
fn letters_apart(left: &Letters, right: &Letters) -> usize {
    left.iter().zip(right).map(|(left, right)| usize::from(left.abs_diff(*right))).sum()
}
