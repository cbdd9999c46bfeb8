//! The shape of the two data files, and how it becomes the index of the hub.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Value as Yaml;

use super::hub::{AsimFunction, HubError, IpClass, Section, Turned};
use super::log_source::{DataModel, NativeSource};
use super::path::canonical;
use super::{
    AsimSource, Assumption, Column, Concept, Dialect, Fit, LogSource, NormalisedRows, Parameter, Payload, RowFilter,
    RowTest, RuleTag, SigmaSource, SplunkSource, TableSource, ValueForm,
};
use crate::schema::Value;

#[derive(Deserialize)]
pub(super) struct LogSourceFile {
    pub(super) logsources: Vec<RawLogSource>,
    #[serde(default)]
    pub(super) asim_logsources: Vec<RawLogSource>,
    pub(super) asim_functions: BTreeMap<String, RawFunctions>,
    pub(super) kql_time_columns: Vec<String>,
    #[serde(default)]
    pub(super) native_tables: Vec<RawNative>,
    #[serde(default)]
    pub(super) windows_service_channels: BTreeMap<String, Vec<String>>,
}

/// A user's mappings, in the shapes of the two data files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Overlay {
    #[serde(default)]
    pub(super) logsources: Vec<RawLogSource>,
    #[serde(default)]
    pub(super) fields: Vec<RawSection>,
    #[serde(default)]
    pub(super) native_tables: Vec<RawNative>,
    pub(super) security_table: Option<String>,
}

/// Tables that other products can store under the tables' own names.
#[derive(Deserialize)]
pub(super) struct RawNative {
    pub(super) product: String,
    splunk: Option<RawNativeSplunk>,
    pub(super) tables: Vec<String>,
}

#[derive(Deserialize)]
struct RawNativeSplunk {
    sourcetype: String,
    /// What the search tests besides the source type; `<table>` stands for the name of the table.
    filter: String,
    prefix: String,
}

impl RawNative {
    /// The log source of each table, and the text in front of its columns in Splunk.
    pub(super) fn build(&self) -> Vec<(String, NativeSource)> {
        let source = |table: &String| {
            let splunk = |raw: &RawNativeSplunk| SplunkSource {
                source_types: vec![raw.sourcetype.clone()],
                filter: Some(raw.filter.replace("<table>", table)),
                ..SplunkSource::default()
            };
            let log_source = LogSource {
                id: format!("native.{table}"),
                sigma: SigmaSource {
                    product: Some(self.product.clone()),
                    service: Some(table.to_lowercase()),
                    ..SigmaSource::default()
                },
                tables: Vec::new(),
                asim: None,
                splunk: self.splunk.iter().map(splunk).collect(),
                data_model: None,
                native_table: Some(table.clone()),
            };
            let splunk_prefix = self.splunk.as_ref().map(|raw| raw.prefix.clone());
            (table.clone(), NativeSource { log_source, splunk_prefix })
        };
        self.tables.iter().map(source).collect()
    }
}

#[derive(Deserialize)]
pub(super) struct RawLogSource {
    id: String,
    #[serde(default)]
    sigma: RawSigma,
    #[serde(default)]
    kql: Vec<RawTable>,
    asim: Option<RawAsim>,
    #[serde(default)]
    splunk: Vec<RawSplunk>,
    cim: Option<DataModel>,
}

#[derive(Deserialize, Default)]
struct RawSigma {
    product: Option<String>,
    category: Option<String>,
    service: Option<String>,
    #[serde(default)]
    official: bool,
    #[serde(default)]
    filter: BTreeMap<String, Vec<i64>>,
}

#[derive(Deserialize)]
struct RawTable {
    table: String,
    filter: Option<String>,
    #[serde(default)]
    fit: Fit,
    fields_in: Option<Payload>,
    hint: Option<String>,
    asim_rows: Option<String>,
}

#[derive(Deserialize)]
struct RawAsim {
    schema: String,
    function: String,
    builtin: String,
    filter: Option<String>,
}

#[derive(Deserialize)]
struct RawSplunk {
    #[serde(default)]
    source: OneOrMany<String>,
    #[serde(default)]
    sourcetype: OneOrMany<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    event_code: OneOrMany<i64>,
    filter: Option<String>,
    #[serde(rename = "macro")]
    macro_name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RawFunctions {
    functions: Vec<RawFunction>,
    #[serde(default)]
    legacy_or_misspelt: Vec<String>,
    native_table: Option<String>,
    #[serde(default)]
    tables: Vec<String>,
    #[serde(default)]
    pushdown: Vec<Parameter>,
    rule_tag: Option<RuleTag>,
}

#[derive(Deserialize)]
struct RawFunction {
    asim: String,
    asim_builtin: String,
    im: String,
    im_builtin: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> From<OneOrMany<T>> for Vec<T> {
    fn from(values: OneOrMany<T>) -> Self {
        match values {
            OneOrMany::One(value) => vec![value],
            OneOrMany::Many(values) => values,
        }
    }
}

fn row_filter(text: Option<&str>) -> Option<RowFilter> {
    text.map_or_else(|| Some(RowFilter::default()), RowFilter::parse)
}

impl RawLogSource {
    pub(super) fn build(self) -> LogSource {
        let table = |raw: RawTable| TableSource {
            filter: row_filter(raw.filter.as_deref()),
            table: raw.table,
            fit: raw.fit,
            payload: raw.fields_in,
            hint: raw.hint.as_deref().and_then(RowFilter::parse),
            normalised_rows: raw.asim_rows.map(|text| NormalisedRows { filter: RowFilter::parse(&text), text }),
        };
        let asim = |raw: RawAsim| AsimSource {
            filter: row_filter(raw.filter.as_deref()),
            schema: raw.schema,
            function: raw.function,
            builtin: raw.builtin,
        };
        let splunk = |raw: RawSplunk| SplunkSource {
            sources: raw.source.into(),
            source_types: raw.sourcetype.into(),
            tags: raw.tags,
            event_codes: raw.event_code.into(),
            filter: raw.filter,
            macro_name: raw.macro_name,
        };
        LogSource {
            id: self.id,
            sigma: SigmaSource {
                product: self.sigma.product,
                category: self.sigma.category,
                service: self.sigma.service,
                is_official: self.sigma.official,
                filter: self.sigma.filter.into_iter().collect(),
            },
            tables: self.kql.into_iter().map(table).collect(),
            asim: self.asim.map(asim),
            splunk: self.splunk.into_iter().map(splunk).collect(),
            data_model: self.cim,
            native_table: None,
        }
    }
}

/// The log source of a Windows event log that has no entry of its own: Sigma's name of it, and its channels.
pub(super) fn channel_source(service: &str, channels: &[String]) -> LogSource {
    let values = channels.iter().map(|channel| Value::String(channel.clone())).collect();
    let test = RowTest { column: "EventLog".to_owned(), values };
    let table = TableSource {
        table: "Event".to_owned(),
        filter: Some(RowFilter { tests: vec![test] }),
        fit: Fit::Same,
        payload: Some(Payload::EventXml),
        hint: None,
        normalised_rows: None,
    };
    let renderings = ["XmlWinEventLog", "WinEventLog"];
    let sources = channels.iter().flat_map(|channel| renderings.map(|rendering| format!("{rendering}:{channel}")));
    LogSource {
        id: format!("windows.{service}"),
        sigma: SigmaSource {
            product: Some("windows".to_owned()),
            service: Some(service.to_owned()),
            is_official: true,
            ..SigmaSource::default()
        },
        tables: vec![table],
        asim: None,
        splunk: vec![SplunkSource { sources: sources.collect(), ..SplunkSource::default() }],
        data_model: None,
        native_table: None,
    }
}

/// The ASIM functions with all of their spellings.
pub(super) fn functions(by_schema: BTreeMap<String, RawFunctions>) -> Vec<AsimFunction> {
    let mut functions = Vec::new();
    for (schema, raw) in by_schema {
        for (index, function) in raw.functions.into_iter().enumerate() {
            let plain = function.asim_builtin.clone();
            let mut spellings = vec![function.im_builtin.clone(), function.im, function.asim_builtin, function.asim];
            if index == 0 {
                spellings.extend(raw.legacy_or_misspelt.iter().cloned());
            }
            functions.push(AsimFunction {
                schema: schema.clone(),
                builtin: function.im_builtin,
                plain,
                spellings,
                is_general: index == 0,
                tables: raw.tables.clone(),
                native_table: raw.native_table.clone(),
                pushdown: raw.pushdown.clone(),
                rule_tag: raw.rule_tag.clone(),
            });
        }
    }
    functions
}

#[derive(Deserialize)]
pub(super) struct FieldFile {
    pub(super) logsources: Vec<RawSection>,
    pub(super) security_table: String,
    pub(super) ip_classes: BTreeMap<String, IpClass>,
}

#[derive(Deserialize)]
pub(super) struct RawSection {
    id: String,
    #[serde(default)]
    also: Vec<String>,
    same_as: Option<String>,
    turned: Option<Turned>,
    xdr_table: Option<String>,
    kql_table: Option<String>,
    secevt: Option<String>,
    #[serde(default)]
    fields: Vec<RawConcept>,
    #[serde(default)]
    overrides: Vec<RawConcept>,
    #[serde(default)]
    same_name_columns: Vec<String>,
    #[serde(default)]
    asim_passed: BTreeMap<String, RawPassed>,
}

/// Columns of a table that its parser passes on although the schema does not have them, by the table's dialect.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawPassed {
    #[serde(default)]
    text: Vec<String>,
    #[serde(default)]
    int: Vec<String>,
    #[serde(default)]
    bool: Vec<String>,
    #[serde(default)]
    dynamic: Vec<String>,
}

impl RawPassed {
    /// A concept for each column. Where the parser of another product lacks it, it is read as empty.
    fn concepts(&self, dialect: Dialect) -> impl Iterator<Item = Concept> {
        let typed = [
            (&self.text, ValueForm::Text, "\"\""),
            (&self.int, ValueForm::Int, "long(null)"),
            (&self.bool, ValueForm::Bool, "bool(null)"),
            (&self.dynamic, ValueForm::Text, "dynamic(null)"),
        ];
        typed.into_iter().flat_map(move |(names, form, default)| {
            names.iter().map(move |name| {
                let expression = format!("column_ifexists(\"{name}\", {default})");
                let read = Column {
                    names: Vec::new(),
                    path: canonical(&expression),
                    expression: Some(expression),
                    // The other products fill the schema's own columns.
                    is_unreliable: true,
                    assumption: Some(Assumption::Passed),
                    ..Column::plain(String::new(), form)
                };
                let columns = vec![(dialect, Column::plain(name.clone(), form)), (Dialect::Asim, read)];
                Concept { name: format!("{name} as it is"), whole: None, prefix: None, is_passed: true, columns }
            })
        })
    }
}

#[derive(Deserialize)]
struct RawConcept {
    concept: String,
    form: ValueForm,
    of: Option<String>,
    prefix: Option<String>,
    #[serde(default, rename = "passed")]
    is_passed: bool,
    #[serde(flatten)]
    columns: BTreeMap<String, Yaml>,
}

#[derive(Deserialize)]
struct RawColumn {
    c: Option<String>,
    x: Option<String>,
    #[serde(default)]
    any: Vec<String>,
    f: Option<ValueForm>,
    alias: Option<String>,
    #[serde(default)]
    unreliable: bool,
    #[serde(default)]
    foreign: bool,
    assume: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
}

impl RawConcept {
    fn build(&self) -> Result<Concept, HubError> {
        let mut columns = Vec::new();
        for dialect in Dialect::ALL {
            match self.columns.get(dialect.key()) {
                None | Some(Yaml::Null) => {}
                Some(value) => columns.push((dialect, self.column(value)?)),
            }
        }
        Ok(Concept {
            name: self.concept.clone(),
            whole: self.of.clone(),
            prefix: self.prefix.clone(),
            is_passed: self.is_passed,
            columns,
        })
    }

    fn column(&self, value: &Yaml) -> Result<Column, HubError> {
        if let Yaml::String(name) = value {
            return Ok(Column { names: spellings(name), ..Column::plain(String::new(), self.form) });
        }
        let raw: RawColumn = serde_yaml::from_value(value.clone())
            .map_err(|error| HubError { message: format!("column of concept `{}`: {error}", self.concept) })?;
        let assumption = match &raw.assume {
            None => None,
            Some(name) => Some(
                Assumption::parse(name)
                    .ok_or_else(|| HubError { message: format!("`{name}` is not an assumption") })?,
            ),
        };
        if raw.foreign {
            // As good as absent: without names it is never found.
            return Ok(Column { names: Vec::new(), is_unreliable: true, ..Column::plain(String::new(), self.form) });
        }
        let names = raw.c.as_deref().map(spellings).unwrap_or(raw.any);
        let path = raw.x.as_deref().and_then(canonical);
        Ok(Column {
            names,
            expression: raw.x.filter(|_| path.is_some()),
            path,
            alias: raw.alias,
            form: raw.f.unwrap_or(self.form),
            is_unreliable: raw.unreliable,
            assumption,
            values: raw.values.into_iter().collect(),
        })
    }
}

/// `XmlName|Classic_Name`: the data file separates the spellings of one field by a bar.
fn spellings(name: &str) -> Vec<String> {
    name.split('|').map(str::to_owned).collect()
}

/// The columns of each log source.
pub(super) fn sections(
    raw_sections: Vec<RawSection>,
    security_table: &str,
    log_sources: &[LogSource],
) -> Result<BTreeMap<String, Section>, HubError> {
    let mut sections: BTreeMap<String, Section> = BTreeMap::new();
    for raw in raw_sections {
        let mut section = match &raw.same_as {
            Some(id) => sections.get(id).cloned().unwrap_or_default(),
            None => Section::default(),
        };
        section.turned.clone_from(&raw.turned);
        for concept in raw.fields.iter().chain(&raw.overrides) {
            let concept = concept.build()?;
            section.concepts.retain(|other| other.name != concept.name);
            section.concepts.push(concept);
        }
        section.concepts.extend(raw.same_name_columns.iter().map(|name| same_name(name)));
        for (key, passed) in &raw.asim_passed {
            let dialect = Dialect::ALL.into_iter().find(|dialect| dialect.key() == key);
            let dialect = dialect.ok_or_else(|| HubError { message: format!("`{key}` is not a dialect") })?;
            section.concepts.extend(passed.concepts(dialect));
        }
        let named = [(&raw.xdr_table, Dialect::Xdr), (&raw.kql_table, Dialect::Kql)];
        section.tables.extend(named.into_iter().filter_map(|(table, dialect)| Some((table.clone()?, dialect))));
        if raw.secevt.is_some() {
            section.tables.push((security_table.to_owned(), Dialect::SecurityEvent));
        }
        section.is_shared = !raw.also.is_empty() || raw.same_as.is_some();
        for id in std::iter::once(&raw.id).chain(&raw.also) {
            sections.insert(id.clone(), with_sibling_tables(section.clone(), id, log_sources));
        }
    }
    Ok(sections)
}

/// Other tables of the log source that hold the very same event under the same column names.
fn with_sibling_tables(mut section: Section, id: &str, log_sources: &[LogSource]) -> Section {
    let Some(log_source) = log_sources.iter().find(|source| source.id == id) else { return section };
    let names_of_kql = section.tables.iter().any(|(_, dialect)| *dialect == Dialect::Kql);
    for table in &log_source.tables {
        let is_new = section.tables.iter().all(|(name, _)| *name != table.table);
        let is_whole = table.filter.as_ref().is_some_and(|filter| filter.tests.is_empty());
        if names_of_kql && is_new && is_whole && table.fit == Fit::Same {
            section.tables.push((table.table.clone(), Dialect::Kql));
        }
    }
    section
}

fn same_name(name: &str) -> Concept {
    let column = Column::plain(name.to_owned(), ValueForm::Text);
    let columns = [Dialect::Sigma, Dialect::Kql, Dialect::Splunk].map(|dialect| (dialect, column.clone()));
    Concept { name: name.to_owned(), whole: None, prefix: None, is_passed: false, columns: columns.into() }
}
