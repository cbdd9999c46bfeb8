//! Fields of an event, by Sigma's names, on the columns of a target.
//!
//! The hub's columns come first. What it does not list may still be there: under the field's own name, as a column of
//! the table, or inside of the column that holds the rest of the event.

use super::kql::print;
use super::subject::{ColumnSet, Columns, Subject};
use crate::mapping::{Assumption, Column, Dialect, Payload, Resolution, ValueForm};
use crate::schema::{ScalarType, Schema, Table};

/// The field on the target.
pub(super) fn resolve(columns: &Columns<'_>, subject: &Subject) -> Option<Resolution> {
    let field = subject.column.as_deref().filter(|_| subject.keys.is_empty())?;
    // Rules about Azure write some fields with the name of the object that holds them.
    let short = field.strip_prefix("properties.").unwrap_or(field);
    let listed = |field: &str| {
        let found = columns.hub.resolve(columns.log_source, Dialect::Sigma, field, columns.to)?;
        // Tables of one log source may have different columns.
        found.target.names.iter().all(|name| has_column(columns.shape, name)).then_some(found)
    };
    // A place that keeps the event as it was sent has them inside of that object.
    let own = if matches!(columns.shape, ColumnSet::OwnNames) { field } else { short };
    let mut found = listed(field).or_else(|| listed(short)).or_else(|| unlisted(columns, own))?;
    as_typed(&mut found, columns.shape);
    Some(found)
}

/// Whether a place has a column; of a place without a known schema nobody knows.
fn has_column(shape: ColumnSet<'_>, name: &str) -> bool {
    match shape {
        ColumnSet::Listed | ColumnSet::OwnNames | ColumnSet::Asim(_) => true,
        ColumnSet::Table { known, .. } => known.is_none_or(|table| table.column(name).is_some()),
    }
}

/// A field that the hub does not list for the log source.
fn unlisted(columns: &Columns<'_>, field: &str) -> Option<Resolution> {
    match columns.shape {
        ColumnSet::Listed | ColumnSet::Asim(_) => None,
        ColumnSet::OwnNames => {
            let is_windows_log = columns.log_source.contains("windows");
            let windows = is_windows_log.then_some("columns.splunk_windows");
            let renamed = windows.and_then(|id| columns.hub.resolve(id, Dialect::Sigma, field, columns.to));
            renamed.or_else(|| Some(plain(field, field.to_owned(), Dialect::Splunk)))
        }
        ColumnSet::Table { known, payload, .. } => {
            let own = payload.and_then(Payload::own_columns);
            own.and_then(|id| columns.hub.resolve(id, Dialect::Sigma, field, &[Dialect::Kql]))
                .or_else(|| if is_listed(columns, field) { None } else { column_of(known?, field) })
                .or_else(|| payload.and_then(|payload| inside(payload, field)))
        }
    }
}

/// Whether the hub knows what the field means. Then a column of the same name that it does not map is something else.
fn is_listed(columns: &Columns<'_>, field: &str) -> bool {
    let names = |(dialect, column): &(Dialect, Column)| {
        *dialect == Dialect::Sigma && column.names.iter().any(|name| name.eq_ignore_ascii_case(field))
    };
    columns.hub.concepts(columns.log_source).iter().any(|concept| concept.columns.iter().any(names))
}

fn plain(field: &str, name: String, dialect: Dialect) -> Resolution {
    let (source, target) = (Column::plain(field.to_owned(), ValueForm::Text), Column::plain(name, ValueForm::Text));
    Resolution { concept: field.to_owned(), prefix: None, source, target, dialect, assumptions: Vec::new() }
}

/// A column of the table with the field's name. Tables of event logs have columns about the record that are called as
/// fields of some event; their fields are inside of it.
fn column_of(table: Table<'_>, field: &str) -> Option<Resolution> {
    if matches!(table.name, "Event" | "Syslog") || table.name.starts_with("Device") {
        return None;
    }
    let name = table.columns().find(|column| column.name.eq_ignore_ascii_case(field))?.name.to_owned();
    Some(plain(field, name, Dialect::Kql))
}

/// The field inside of the column with the rest of the event.
fn inside(payload: Payload, field: &str) -> Option<Resolution> {
    let is_plain = field.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '));
    let (pattern, column) = match payload {
        Payload::EventXml => (format!("<Data Name=\"{field}\">([^<]*)</Data>"), "EventData"),
        Payload::AuditText => (format!("\\b{field}=\"?([^\"\\s]*)"), "SyslogMessage"),
    };
    let expression = format!("extract({}, 1, {column})", print::verbatim(&pattern));
    let mut found = plain(field, String::new(), Dialect::Kql);
    found.target.names.clear();
    found.target.path = Some(expression.clone());
    found.target.expression = Some(expression);
    found.assumptions.push(Assumption::ParseJson);
    is_plain.then_some(found)
}

/// The form that the column's type asks for: a number is not compared as text, nor a text as a number.
fn as_typed(found: &mut Resolution, shape: ColumnSet<'_>) {
    let [name] = found.target.names.as_slice() else { return };
    let ty = match shape {
        ColumnSet::Listed | ColumnSet::OwnNames => return,
        ColumnSet::Table { known, .. } => known.and_then(|table| table.column(name)).map(|column| column.ty),
        ColumnSet::Asim(schema) => Schema::builtin().asim_field(schema, name).map(|field| field.ty),
    };
    match ty {
        Some(ScalarType::Int | ScalarType::Long | ScalarType::Real | ScalarType::Decimal) => {
            found.target.form = ValueForm::Int;
        }
        Some(ScalarType::Bool) => found.target.form = ValueForm::Bool,
        Some(ScalarType::Dynamic | ScalarType::Datetime | ScalarType::Guid | ScalarType::Timespan) => {
            let text = format!("tostring({})", print::name(name));
            found.target.path = Some(text.clone());
            found.target.expression = Some(text);
            found.target.names.clear();
        }
        Some(ScalarType::String) if found.target.form == ValueForm::Int => found.target.form = ValueForm::IntText,
        Some(ScalarType::String | ScalarType::Unknown) | None => {}
    }
}
