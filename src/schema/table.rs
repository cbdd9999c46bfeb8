//! Tables, and functions that give rows, as the schema describes them.

use super::ScalarType;

/// A column as a schema declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnDefinition<'s> {
    /// Its name.
    pub name: &'s str,
    /// Its type.
    pub ty: ScalarType,
}

/// A table of Log Analytics or Defender XDR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table<'s> {
    /// Its name.
    pub name: &'s str,
    seen: &'s str,
    columns: &'s str,
}

impl<'s> Table<'s> {
    pub(super) fn new(name: &'s str, line: &'s str) -> Self {
        let (seen, columns) = line.split_once('\t').unwrap_or((line, ""));
        Self { name, seen, columns }
    }

    /// Its columns.
    pub fn columns(self) -> impl Iterator<Item = ColumnDefinition<'s>> {
        declarations(self.columns)
    }

    /// Its columns as they are written down.
    pub(super) fn declared(self) -> &'s str {
        self.columns
    }

    /// Whether the user declares it.
    pub fn is_own(self) -> bool {
        self.seen == "XU LU"
    }

    /// The column of that name.
    pub fn column(self, name: &str) -> Option<ColumnDefinition<'s>> {
        self.columns().find(|column| column.name == name)
    }

    /// Whether Defender XDR has it.
    pub fn is_in_defender(self) -> bool {
        self.seen.split(' ').any(|product| product.starts_with('X'))
    }

    /// Whether Log Analytics has it.
    pub fn is_in_log_analytics(self) -> bool {
        self.seen.split(' ').any(|product| product.starts_with('L'))
    }

    /// Whether the reference pages list it, so that a column that is not here is most likely a mistake.
    pub fn is_documented(self) -> bool {
        self.seen.contains('D')
    }
}

/// A function of a workspace or of Defender XDR that gives rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableFunction<'s> {
    /// Its name.
    pub name: &'s str,
    /// What it gives.
    pub result: FunctionResult<'s>,
    parameters: &'s str,
    columns: &'s str,
}

/// What a [`TableFunction`] gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionResult<'s> {
    /// The fields of an ASIM schema.
    Asim(&'s str),
    /// Exactly its columns.
    Closed,
    /// Its columns, and others that depend on the arguments.
    Open,
    /// The columns of its input and its own: it is called with `invoke`.
    Extends,
}

impl<'s> TableFunction<'s> {
    pub(super) fn new(name: &'s str, line: &'s str) -> Self {
        let mut fields = line.split('\t');
        let result = fields.next().unwrap_or("");
        let result = match result.strip_prefix("asim ") {
            Some(schema) => FunctionResult::Asim(schema),
            None if result == "extends" => FunctionResult::Extends,
            None if result == "closed" => FunctionResult::Closed,
            None => FunctionResult::Open,
        };
        Self { name, result, parameters: fields.next().unwrap_or(""), columns: fields.next().unwrap_or("") }
    }

    /// Its parameters in order.
    pub fn parameters(self) -> impl Iterator<Item = ColumnDefinition<'s>> {
        declarations(self.parameters)
    }

    /// The columns that it adds itself. Those of an ASIM function are in [`super::Schema::asim_fields`].
    pub fn own_columns(self) -> impl Iterator<Item = ColumnDefinition<'s>> {
        declarations(self.columns)
    }
}

/// A field of an ASIM schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsimField<'s> {
    /// Its name.
    pub name: &'s str,
    /// Its type.
    pub ty: ScalarType,
    /// `Mandatory`, `Recommended`, `Optional`, `Conditional` or `Alias`.
    pub class: &'s str,
    aliases: &'s str,
}

impl<'s> AsimField<'s> {
    pub(super) fn new(name: &'s str, line: &'s str) -> Self {
        let mut fields = line.split('\t');
        let ty = fields.next().and_then(ScalarType::parse).unwrap_or(ScalarType::String);
        Self { name, ty, class: fields.next().unwrap_or(""), aliases: fields.next().unwrap_or("") }
    }

    /// The fields that it stands for, if it is an alias; the first that is filled counts.
    pub fn alias_of(self) -> impl Iterator<Item = &'s str> {
        self.aliases.split(' ').filter(|name| !name.is_empty())
    }
}

/// `name:type,name,…`, where no type is `string`.
pub(super) fn declarations(text: &str) -> impl Iterator<Item = ColumnDefinition<'_>> {
    text.split(',').filter(|part| !part.is_empty()).map(|part| match part.split_once(':') {
        Some((name, ty)) => ColumnDefinition { name, ty: ScalarType::parse(ty).unwrap_or_default() },
        None => ColumnDefinition { name: part, ty: ScalarType::String },
    })
}
