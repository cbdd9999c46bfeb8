//! Log sources: one kind of event, and where each product keeps it.

use serde::Deserialize;

use super::RowFilter;

/// One kind of event.
#[derive(Debug, Clone, PartialEq)]
pub struct LogSource {
    /// Stable id, such as `process_creation.windows`.
    pub id: String,
    /// What Sigma calls it.
    pub sigma: SigmaSource,
    /// The KQL tables that hold it.
    pub tables: Vec<TableSource>,
    /// The ASIM function that gives it.
    pub asim: Option<AsimSource>,
    /// Where Splunk keeps it, preferred first.
    pub splunk: Vec<SplunkSource>,
    /// The Splunk data model that holds it.
    pub data_model: Option<DataModel>,
    /// The table whose own columns are its fields, if it is only that.
    pub native_table: Option<String>,
}

/// A dataset of a Splunk data model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DataModel {
    /// The model, such as `Endpoint`.
    pub model: String,
    /// The dataset, such as `Processes`, which is also in front of its fields.
    pub dataset: String,
    /// A further search expression.
    pub filter: Option<String>,
    /// The field that a rule must test, where only some events of the log source are in the model.
    pub tested: Option<String>,
}

/// A table that other products store as it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NativeSource {
    /// The log source that stands for it.
    pub(super) log_source: LogSource,
    /// Text in front of its columns in Splunk; `None` if Splunk does not store it.
    pub(super) splunk_prefix: Option<String>,
}

/// A Sigma log source.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SigmaSource {
    /// `product`
    pub product: Option<String>,
    /// `category`
    pub category: Option<String>,
    /// `service`
    pub service: Option<String>,
    /// Whether the Sigma taxonomy has it; otherwise the texts above may be prose and must not be emitted.
    pub is_official: bool,
    /// Numbers that a rule must test besides, by field.
    pub filter: Vec<(String, Vec<i64>)>,
}

/// How well a table records the activity of a log source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// It is the very event.
    #[default]
    Same,
    /// Another sensor reports the same activity.
    Close,
    /// Only a part of the activity is recorded.
    Partial,
    /// Other activity is in it too.
    Wider,
    /// No table is known.
    None,
}

/// A table of a log source.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSource {
    /// Its name.
    pub table: String,
    /// The rows that count; `None` if the condition is known only as prose.
    pub filter: Option<RowFilter>,
    /// How well it fits.
    pub fit: Fit,
    /// Where fields without a column of their own are.
    pub payload: Option<Payload>,
    /// Rows that are it for certain, where the condition is known only as prose.
    pub hint: Option<RowFilter>,
    /// Which rows of the table ASIM's parsers have, if not all.
    pub normalised_rows: Option<NormalisedRows>,
}

/// The rows of a table that ASIM's parsers have.
#[derive(Debug, Clone, PartialEq)]
pub struct NormalisedRows {
    /// In words or as a condition.
    pub text: String,
    /// The condition, if it is one that a rule can state.
    pub filter: Option<RowFilter>,
}

/// Where a table keeps the fields of an event that have no columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// In the XML text of the column `EventData`, by name.
    EventXml,
    /// As `name=value` in the column `SyslogMessage`.
    AuditText,
}

impl Payload {
    /// The section of the data file with the columns that its tables have besides.
    pub fn own_columns(self) -> Option<&'static str> {
        match self {
            Self::EventXml => Some("columns.event_xml"),
            Self::AuditText => None,
        }
    }
}

/// The ASIM side of a log source.
#[derive(Debug, Clone, PartialEq)]
pub struct AsimSource {
    /// The schema, such as `ProcessEvent`.
    pub schema: String,
    /// The function that is deployed from the repository.
    pub function: String,
    /// The built-in function.
    pub builtin: String,
    /// The rows that count; `None` if the condition is known only as prose.
    pub filter: Option<RowFilter>,
}

/// How rule files name an ASIM schema among their tags.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RuleTag {
    /// The schema.
    pub schema: String,
    /// Its version.
    pub version: String,
}

/// A parameter of an ASIM function that filters rows by a column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub parameter: String,
    /// The column.
    pub column: String,
    /// What is let through.
    pub takes: Takes,
}

/// What a parameter lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// Texts with one of these terms.
    AnyTerm,
    /// Texts with every one of these terms.
    EveryTerm,
    /// Addresses that start as one of these.
    Address,
    /// This number.
    Number,
    /// This text.
    Equal,
}

/// A Splunk selector.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SplunkSource {
    /// Values of `source`, all of which are searched.
    pub sources: Vec<String>,
    /// Values of `sourcetype`.
    pub source_types: Vec<String>,
    /// Tags that add-ons give the events for a data model, all of which are searched.
    pub tags: Vec<String>,
    /// Values of `EventCode`.
    pub event_codes: Vec<i64>,
    /// A further search expression.
    pub filter: Option<String>,
    /// Name of the macro that detection content uses for these sources.
    pub macro_name: Option<String>,
}

/// A log source that the rows of a table or function may be.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'hub> {
    /// The log source.
    pub log_source: &'hub LogSource,
    /// The rows that are it; `None` if the condition is known only as prose.
    pub filter: Option<&'hub RowFilter>,
    /// Rows that are it for certain.
    pub hint: Option<&'hub RowFilter>,
    /// How well they fit.
    pub fit: Fit,
    /// Whether the function gives nothing but these rows, so that a rule need not repeat the condition.
    pub is_implied: bool,
}
