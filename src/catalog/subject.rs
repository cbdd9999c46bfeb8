//! What an indicator is about, whichever table and dialect the rule reads.

use crate::explain::Indicator;
use crate::mapping::{Dialect, Hub};

/// The concept of the indicator's column; its table and column where it has none.
pub(super) fn subject(indicator: &Indicator, hub: &Hub) -> String {
    let name = match &indicator.table {
        Some(table) if indicator.through.is_empty() => {
            concept(table, &indicator.column, hub).unwrap_or_else(|| format!("{table}.{}", indicator.column))
        }
        Some(table) => format!("{table}.{}", indicator.column),
        None => indicator.column.clone(),
    };
    indicator.through.iter().rev().fold(name, |name, step| {
        if step.starts_with(['.', '[']) { format!("{name}{step}") } else { format!("{step}({name})") }
    })
}

/// `process_creation command line (cmdline)`: the first log source that rows of the table may be, and its concept.
fn concept(table: &str, column: &str, hub: &Hub) -> Option<String> {
    hub.candidates(table).into_iter().find_map(|candidate| {
        let id = candidate.log_source.id.as_str();
        let dialect = hub.dialect(id, table)?;
        let resolution = hub.resolve(id, dialect, column, &[dialect, Dialect::XdrName])?;
        // A column of another name would be of another form.
        let is_it = |name: &String| name == column;
        let is_plain = resolution.source.names.iter().any(is_it) || resolution.source.alias.as_deref() == Some(column);
        let category = id.split('.').next().unwrap_or(id);
        is_plain.then(|| format!("{category} {} ({})", resolution.concept, form(&resolution)))
    })
}

/// The form of the value belongs to what is looked for: a bare name is not a path.
fn form(resolution: &crate::mapping::Resolution) -> String {
    format!("{:?}", resolution.source.form).to_lowercase()
}
