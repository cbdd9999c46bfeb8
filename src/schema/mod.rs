//! What Kusto, Log Analytics, Defender XDR and ASIM define: types, tables, columns, functions.
//!
//! Imports no stage of the pipeline. The facts are sorted text files under `schemas/`, compiled in and searched where
//! they lie, so that [`Schema::builtin`] costs nothing.

mod columns;
mod function;
mod shape;
mod sorted_text;
mod table;
mod types;
mod value;

pub use columns::*;
pub use function::*;
pub use shape::*;
pub use table::{AsimField, ColumnDefinition, FunctionResult, Table, TableFunction};
pub use types::*;
pub use value::*;

use sorted_text::SortedText;

const TABLES: SortedText = SortedText::new(include_str!("../../schemas/tables.tsv"));
const COMMON_COLUMNS: SortedText = SortedText::new(include_str!("../../schemas/common_columns.tsv"));
const ASIM_FIELDS: SortedText = SortedText::new(include_str!("../../schemas/asim_fields.tsv"));
const TABLE_FUNCTIONS: SortedText = SortedText::new(include_str!("../../schemas/table_functions.tsv"));
const FUNCTIONS: SortedText = SortedText::new(include_str!("../../schemas/functions.tsv"));
const COLUMN_SHAPES: SortedText = SortedText::new(include_str!("../../schemas/column_shapes.tsv"));

/// The facts that names are resolved against.
///
/// Every question goes through a method, so that tables which a user declares can later be asked first.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    tables: SortedText,
}

impl Schema {
    /// What is compiled in.
    pub const fn builtin() -> Self {
        Self { tables: TABLES }
    }

    /// The table of that name. Names are case-sensitive.
    pub fn table(&self, name: &str) -> Option<Table<'_>> {
        self.tables.entry(name).map(|(name, line)| Table::new(name, line))
    }

    /// Columns that many tables have, always with the same type.
    pub fn common_columns(&self) -> impl Iterator<Item = ColumnDefinition<'_>> {
        let column = |(name, ty)| ColumnDefinition { name, ty: ScalarType::parse(ty).unwrap_or_default() };
        COMMON_COLUMNS.all().map(column)
    }

    /// The tables whose name starts with `prefix`, by name.
    pub fn tables_starting_with(&self, prefix: &str) -> impl Iterator<Item = Table<'_>> {
        self.tables.starting_with(prefix).map(|(name, line)| Table::new(name, line))
    }

    /// The function of that name which gives rows: an ASIM parser in any spelling, `_GetWatchlist`, `FileProfile`.
    pub fn table_function(&self, name: &str) -> Option<TableFunction<'_>> {
        TABLE_FUNCTIONS.entry(name).map(|(name, line)| TableFunction::new(name, line))
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
        let table = match self.table_function(table).map(|function| function.result) {
            Some(FunctionResult::Asim(schema)) => schema,
            Some(FunctionResult::Open | FunctionResult::Extends) | None => table,
        };
        let shape_of = |table: &str| COLUMN_SHAPES.entry(&format!("{table} {column}"));
        let (_, shape) = shape_of(table).or_else(|| shape_of("*"))?;
        ColumnShape::parse(shape)
    }

    /// The table or function whose name is nearest to `name`, if one is near enough to be meant.
    pub fn nearest_table(&self, name: &str) -> Option<&'static str> {
        let functions = TABLE_FUNCTIONS.all().map(|(key, _)| key);
        nearest(name, self.tables.all().map(|(key, _)| key).chain(functions))
    }

    /// The built-in function whose name is nearest to `name`, if one is near enough to be meant.
    pub fn nearest_function(&self, name: &str) -> Option<&'static str> {
        nearest(name, FUNCTIONS.all().filter_map(|(key, _)| key.split(' ').next()).filter(|key| !key.starts_with("__")))
    }
}

/// The candidate that is nearest to `name`, if it is near enough to be meant: a quarter of the letters may differ.
/// Letter case does not count, because it is what people get wrong most.
pub fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let lower = name.to_lowercase();
    let limit = (name.chars().count() / 4).max(1);
    candidates
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= limit)
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *candidate != name)
        .min()
        .map(|(_, candidate)| candidate)
}
