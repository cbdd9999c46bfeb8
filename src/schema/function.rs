//! Built-in functions: kinds, types of their results, names of the columns that they make.

use super::table::declarations;
use super::{ColumnDefinition, ScalarType};

/// A built-in function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function<'s> {
    /// Its name.
    pub name: &'s str,
    /// What it is.
    pub kind: FunctionKind,
    /// Type of its result.
    pub returns: ReturnRule,
    /// How a column gets its name from a call.
    pub naming: NamingRule<'s>,
    /// The present name of an old spelling.
    pub replacement: Option<&'s str>,
    columns: &'s str,
}

/// What a built-in function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// It computes a value from a row.
    Scalar,
    /// It computes a value from the rows of a group.
    Aggregate,
    /// It stands behind `evaluate`.
    Plugin,
    /// It names another place to look for tables: `workspace`, `database`.
    Scope,
}

impl FunctionKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Scalar, Self::Aggregate, Self::Plugin, Self::Scope];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Aggregate => "aggregate",
            Self::Plugin => "plugin",
            Self::Scope => "scope",
        }
    }
}

/// The type of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnRule {
    /// Always this type.
    Fixed(ScalarType),
    /// The type of the first argument.
    First,
    /// The type of the first argument, `int` as `long`.
    Promoted,
    /// The type of the second argument.
    Second,
    /// The type that all arguments can be converted to.
    Common,
    /// The type that the branches of `iff` or `case` can be converted to.
    Alternative,
    /// The widest number type of the arguments.
    Widest,
    /// `abs`: integers become `long`.
    Magnitude,
    /// `avg`: integers become `real`.
    Average,
    /// `bin`: numbers as [`ReturnRule::Widest`], times stay what they are.
    Rounded,
    /// What a `typeof` argument says, else this.
    Typeof(ScalarType),
    /// Several columns.
    Columns,
    /// Rows.
    Table,
}

impl ReturnRule {
    fn parse(text: &str) -> Self {
        match text {
            "first" => Self::First,
            "promoted" => Self::Promoted,
            "second" => Self::Second,
            "common" => Self::Common,
            "alternative" => Self::Alternative,
            "widest" => Self::Widest,
            "magnitude" => Self::Magnitude,
            "average" => Self::Average,
            "rounded" => Self::Rounded,
            "columns" => Self::Columns,
            "table" => Self::Table,
            other => match other.strip_prefix("typeof ") {
                Some(ty) => Self::Typeof(ScalarType::parse(ty).unwrap_or_default()),
                None => Self::Fixed(ScalarType::parse(other).unwrap_or_default()),
            },
        }
    }
}

/// How a column without a given name is called when its value is a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamingRule<'s> {
    /// `Column1`
    None,
    /// As the first argument.
    First,
    /// As the only argument; else `Column1`.
    Only,
    /// As the column that the first argument, a string, names.
    Column,
    /// This word, an underscore, and the name of the first argument.
    Prefix(&'s str),
    /// This word.
    Fixed(&'s str),
}

impl<'s> NamingRule<'s> {
    fn parse(text: &'s str) -> Self {
        match text.split_once(' ') {
            Some(("prefix", prefix)) => Self::Prefix(prefix),
            Some(("fixed", name)) => Self::Fixed(name),
            Some(_) => Self::None,
            None => match text {
                "first" => Self::First,
                "only" => Self::Only,
                "column" => Self::Column,
                _ => Self::None,
            },
        }
    }
}

impl<'s> Function<'s> {
    pub(super) fn new(name: &'s str, kind: FunctionKind, line: &'s str) -> Self {
        let mut fields = line.split('\t');
        Self {
            name,
            kind,
            naming: NamingRule::parse(fields.next().unwrap_or("")),
            returns: ReturnRule::parse(fields.next().unwrap_or("")),
            replacement: fields.next().filter(|name| !name.is_empty()),
            columns: fields.next().unwrap_or(""),
        }
    }

    /// The columns that it gives, if they do not depend on its arguments.
    pub fn columns(self) -> impl Iterator<Item = ColumnDefinition<'s>> {
        declarations(self.columns)
    }
}
