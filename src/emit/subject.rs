//! What a test is about: a column, or a path into the bag that a column holds.

use crate::ir::{Expr, ExprKind, Field, MemberKey};
use crate::mapping::path::{is_transparent, literal};
use crate::mapping::{Assumption, Column, Dialect, Hub, Payload, Resolution, ValueForm};
use crate::schema::{ScalarType, Table, Value};
use crate::span::Span;

/// A column or a path below one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Subject {
    /// The canonical name: `AdditionalFields.PipeName`.
    pub(super) name: String,
    /// The column of the table, if the subject is below one.
    pub(super) column: Option<String>,
    /// The way below the column.
    pub(super) keys: Vec<Key>,
    /// Whether a text is read as a number.
    pub(super) is_number_cast: bool,
    /// Whether the schema does not know the column.
    pub(super) is_unknown: bool,
    /// Its type.
    pub(super) ty: ScalarType,
    /// Place in the query.
    pub(super) span: Span,
}

/// A step into a bag or an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Property(String),
    Index(i64),
}

/// The column of the source's table.
pub(super) fn source_column(field: &Field) -> &str {
    field.table_column().map_or(field.name.as_str(), |(_, column)| column)
}

/// Whether values of the type are numbers.
pub(super) fn is_number(ty: ScalarType) -> bool {
    matches!(ty, ScalarType::Int | ScalarType::Long | ScalarType::Real | ScalarType::Decimal)
}

/// Reads a subject; `None` for a value that is computed.
pub(super) fn subject(expr: &Expr) -> Option<Subject> {
    let mut found = walk(expr)?;
    (found.ty, found.span) = (expr.ty, expr.span);
    Some(found)
}

fn walk(expr: &Expr) -> Option<Subject> {
    match &expr.kind {
        ExprKind::Field(field) => {
            let column = source_column(field).to_owned();
            let (name, keys) = (column.clone(), Vec::new());
            let is_unknown = field.table_column().is_none();
            let (ty, span) = (expr.ty, expr.span);
            Some(Subject { name, column: Some(column), keys, is_number_cast: false, is_unknown, ty, span })
        }
        ExprKind::Member { base, key } => {
            let mut found = walk(base)?;
            match key {
                MemberKey::Property(property) => {
                    found.name = format!("{}.{property}", found.name);
                    found.keys.push(Key::Property(property.clone()));
                }
                MemberKey::Index(index) => {
                    found.name = format!("{}[{index}]", found.name);
                    found.keys.push(Key::Index(*index));
                }
                MemberKey::Computed(_) => return None,
            }
            Some(found)
        }
        ExprKind::Call { name, arguments } => match arguments.as_slice() {
            [argument] if is_transparent(name) => {
                let mut found = walk(argument)?;
                found.is_number_cast |= name.starts_with("to") && !matches!(name.as_str(), "tostring" | "todynamic");
                Some(found)
            }
            _ => called(name, arguments, expr),
        },
        _ => None,
    }
}

/// A call that the mapping may know as the computed form of a column, such as `strcat(Domain, "\\", Name)`.
fn called(function: &str, arguments: &[Expr], expr: &Expr) -> Option<Subject> {
    let name = |argument: &Expr| match &argument.kind {
        ExprKind::Value(Value::String(text)) => Some(literal(text)),
        _ => walk(argument).map(|found| found.name),
    };
    let names: Option<Vec<String>> = arguments.iter().map(name).collect();
    let name = format!("{function}({})", names?.join(","));
    let keys = Vec::new();
    let (is_unknown, ty, span) = (false, expr.ty, expr.span);
    Some(Subject { name, column: None, keys, is_number_cast: false, is_unknown, ty, span })
}

/// Where the columns of a rule are looked up.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    /// The mappings.
    pub(super) hub: &'a Hub,
    /// Id of the log source.
    pub(super) log_source: &'a str,
    /// Dialect of the source's columns.
    pub(super) from: Dialect,
    /// Dialects of the target, preferred first.
    pub(super) to: &'a [Dialect],
    /// Text in front of the columns of a table that the target stores as it is.
    pub(super) native_prefix: &'a str,
    /// What stands for an element of an array: nothing, or `{}`.
    pub(super) element: &'a str,
    /// What the target's columns are, beyond those that the hub lists.
    pub(super) shape: ColumnSet<'a>,
}

/// What the columns of a place are, beyond those that the hub lists.
#[derive(Debug, Clone, Copy)]
pub(super) enum ColumnSet<'a> {
    /// Nothing is known of them.
    Listed,
    /// Fields are called as in the event.
    OwnNames,
    /// They are those of a table.
    Table {
        /// What the schema knows of it.
        known: Option<Table<'a>>,
        /// The column with what has no column of its own.
        payload: Option<Payload>,
    },
    /// They are those of an ASIM schema.
    Asim(&'a str),
}

impl Columns<'_> {
    /// How the target spells a subject; the flag is set if the target cannot tell the elements of an array apart.
    pub(super) fn resolve(&self, subject: &Subject) -> Option<(Resolution, bool)> {
        if self.from == Dialect::Sigma {
            return super::event_field::resolve(self, subject).map(|found| (found, false));
        }
        if self.from == Dialect::Native {
            let form = match subject.ty {
                ScalarType::Int | ScalarType::Long | ScalarType::Real => ValueForm::Int,
                _ => ValueForm::Text,
            };
            let column = subject.column.as_ref()?;
            let source = Column::plain(column.clone(), form);
            let target = Column::plain(format!("{}{column}", self.native_prefix), form);
            let (concept, dialect) = (column.clone(), Dialect::Native);
            let resolution = Resolution { concept, prefix: None, source, target, dialect, assumptions: vec![] };
            return self.below(resolution, subject);
        }
        if let Some(found) = self.hub.resolve(self.log_source, self.from, &subject.name, self.to) {
            return Some((found, false));
        }
        if let (Dialect::Asim, ColumnSet::Table { payload: Some(_), .. }) = (self.from, self.shape) {
            return self.inside_event(subject).map(|found| (found, false));
        }
        if subject.keys.is_empty() {
            return self.field_of_event(subject).map(|found| (found, false));
        }
        let base = self.hub.resolve(self.log_source, self.from, subject.column.as_deref()?, self.to)?;
        self.below(base, subject)
    }

    /// The field of the event that an ASIM column is made from, where the target's table holds the event.
    fn inside_event(&self, subject: &Subject) -> Option<Resolution> {
        let as_field = self.hub.resolve(self.log_source, self.from, &subject.name, &[Dialect::Sigma])?;
        let [field] = as_field.target.names.as_slice() else { return None };
        let named = Subject { name: field.clone(), column: Some(field.clone()), ..subject.clone() };
        let found = super::event_field::resolve(&Columns { from: Dialect::Sigma, ..*self }, &named)?;
        let mut target = Column { form: as_field.target.form, values: as_field.target.values, ..found.target };
        // Inside of the event, everything is text.
        if let (ValueForm::Int, Some(text)) = (target.form, &target.expression) {
            target.expression = Some(format!("tolong({text})"));
            target.path = target.expression.clone();
        }
        let assumptions = as_field.assumptions.into_iter().chain(found.assumptions).collect();
        Some(Resolution { target, assumptions, dialect: found.dialect, ..as_field })
    }

    /// The source's own column, where the target's parser passes it on beside what it has for it.
    pub(super) fn passed(&self, subject: &Subject) -> Option<Resolution> {
        if self.to != [Dialect::Asim] || !subject.keys.is_empty() {
            return None;
        }
        self.hub.resolve_passed(self.log_source, self.from, subject.column.as_deref()?)
    }

    /// A column that the table has not got: the event has a field of that name, which somebody's table may hold.
    fn field_of_event(&self, subject: &Subject) -> Option<Resolution> {
        let column = subject.column.as_deref()?;
        if self.to != [Dialect::Asim] || !subject.is_unknown {
            return None;
        }
        let mut found = self.hub.resolve(self.log_source, Dialect::Sigma, column, self.to)?;
        found.assumptions.push(Assumption::EventField);
        Some(found)
    }

    /// The field below the field of the column.
    fn below(&self, mut base: Resolution, subject: &Subject) -> Option<(Resolution, bool)> {
        if subject.keys.is_empty() {
            return Some((base, false));
        }
        if base.dialect == Dialect::Asim {
            return super::kql::below(base, subject).map(|found| (found, false));
        }
        let [name] = base.target.names.as_slice() else { return None };
        if base.dialect.is_kql() || !base.source.values.is_empty() || !base.target.values.is_empty() {
            return None;
        }
        let has_blank = |key: &Key| matches!(key, Key::Property(property) if property.contains(char::is_whitespace));
        if subject.keys.iter().any(has_blank) {
            return None;
        }
        let mut name = name.clone();
        for key in &subject.keys {
            match key {
                Key::Property(property) => {
                    name.push('.');
                    name.push_str(property);
                }
                Key::Index(_) => name.push_str(self.element),
            }
        }
        let form = if is_number(subject.ty) { ValueForm::Int } else { ValueForm::Text };
        (base.source, base.target) = (Column::plain(subject.name.clone(), form), Column::plain(name, form));
        base.assumptions.push(Assumption::ParseJson);
        let is_any_element = subject.keys.iter().any(|key| matches!(key, Key::Index(_)));
        Some((base, is_any_element))
    }
}
