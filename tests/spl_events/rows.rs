//! Rows of results, compared.

use std::collections::{BTreeMap, BTreeSet};

use kqlift::eval::{Datum, Row, Timestamp};
use kqlift::ir::{Detection, Pipeline, SourceKind, StageKind};
use serde_json::Value;

use super::spl;

/// Ticks of a second, and from year 1 to 1970.
pub(super) const SECOND: i64 = 10_000_000;
pub(super) const EPOCH: i64 = 62_135_596_800 * SECOND;

/// What a cell holds, by its column: its values in no order, the empty text being none.
pub(super) type Cells = BTreeMap<String, Vec<String>>;

/// Seconds since 1970.
pub(super) fn seconds(time: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a fraction of a second needs no more than its leading digits")]
    let seconds = (time.0 - EPOCH) as f64 / SECOND as f64;
    seconds
}

/// Whether the rows of the result are those of events.
pub(super) fn gives_events(rule: &Detection) -> bool {
    fn is_plain(kind: &StageKind) -> bool {
        matches!(
            kind,
            StageKind::Filter(_)
                | StageKind::Extend(_)
                | StageKind::Project(_)
                | StageKind::ProjectAway(_)
                | StageKind::ProjectKeep(_)
                | StageKind::ProjectRename(_)
                | StageKind::ProjectReorder
                | StageKind::Sort(_)
                | StageKind::Annotation(_)
        )
    }
    fn of(pipeline: &Pipeline) -> bool {
        let is_plain_source = match &pipeline.source.kind {
            SourceKind::Table { .. } | SourceKind::Function { .. } => true,
            SourceKind::Pipeline { pipeline, .. } => of(pipeline),
            SourceKind::Union(branches) => branches.iter().all(of),
            _ => false,
        };
        is_plain_source && pipeline.stages.iter().all(|stage| is_plain(&stage.kind))
    }
    of(&rule.pipeline)
}

fn canonical(values: impl IntoIterator<Item = String>) -> Vec<String> {
    let number = |text: String| match (text.parse::<f64>(), Timestamp::parse(&text)) {
        (Ok(number), _) => format!("{number:.6}"),
        (Err(_), Some(time)) => format!("{:.6}", seconds(time)),
        (Err(_), None) => text,
    };
    let mut values: Vec<String> = values.into_iter().filter(|text| !text.is_empty()).map(number).collect();
    values.sort();
    values
}

fn cells_of_source(row: &Row) -> Cells {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let values = |datum: &Datum| match (datum, datum.to_json()) {
        (_, Value::Null) => Vec::new(),
        (_, Value::Array(values)) => values.iter().map(text).collect(),
        (Datum::Time(time), _) => vec![seconds(*time).to_string()],
        (_, other) => vec![text(&other)],
    };
    row.cells().map(|(name, datum)| (name.to_string(), canonical(values(datum)))).collect()
}

fn cells_of_target(row: &spl::Row) -> Cells {
    row.fields().map(|(name, value)| (name.clone(), canonical(value.texts()))).collect()
}

/// The rows of both sides, each with the columns that both sides have.
pub(super) fn rows(wanted: &[Row], found: &[spl::Row]) -> (Vec<Cells>, Vec<Cells>) {
    let wanted: Vec<Cells> = wanted.iter().map(cells_of_source).collect();
    let found: Vec<Cells> = found.iter().map(cells_of_target).collect();
    let names = |rows: &[Cells]| rows.iter().flat_map(|row| row.keys().cloned()).collect::<BTreeSet<String>>();
    let both: BTreeSet<String> = names(&wanted).intersection(&names(&found)).cloned().collect();
    let shared = |rows: Vec<Cells>| {
        let shared = |row: &Cells| {
            both.iter().map(|name| (name.clone(), row.get(name).cloned().unwrap_or_default())).collect::<Cells>()
        };
        let mut rows: Vec<Cells> = rows.iter().map(shared).collect();
        rows.sort();
        rows
    };
    (shared(wanted), shared(found))
}
