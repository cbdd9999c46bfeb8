//! Reads the two data files into one index.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Value as Yaml;

use super::concept::resolve;
use super::{
    AsimSource, Assumption, Candidate, Column, Concept, Dialect, Fit, LogSource, Resolution, RowFilter, SigmaSource,
    SplunkSource, TableSource, ValueForm,
};

const LOG_SOURCES: &str = include_str!("../../mappings/logsources.yaml");
const FIELDS: &str = include_str!("../../mappings/fields.yaml");

/// Log sources, concepts and their columns.
#[derive(Debug, Clone)]
pub struct Hub {
    log_sources: Vec<LogSource>,
    sections: BTreeMap<String, Section>,
    functions: Vec<AsimFunction>,
    ip_classes: BTreeMap<String, IpClass>,
    time_columns: Vec<String>,
}

/// The columns of a log source.
#[derive(Debug, Clone, Default)]
struct Section {
    concepts: Vec<Concept>,
    tables: Vec<(String, Dialect)>,
    is_shared: bool,
}

#[derive(Debug, Clone)]
struct AsimFunction {
    schema: String,
    builtin: String,
    spellings: Vec<String>,
    is_general: bool,
}

/// The address blocks behind a class of addresses.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "RawIpClass")]
pub enum IpClass {
    /// Inside one of these.
    Inside(Vec<String>),
    /// Outside all of these.
    Outside(Vec<String>),
}

#[derive(Deserialize)]
struct RawIpClass {
    #[serde(default, rename = "in")]
    inside: Vec<String>,
    #[serde(default, rename = "not")]
    outside: Vec<String>,
}

impl From<RawIpClass> for IpClass {
    fn from(raw: RawIpClass) -> Self {
        if raw.outside.is_empty() { Self::Inside(raw.inside) } else { Self::Outside(raw.outside) }
    }
}

/// Why a mapping file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubError {
    /// One sentence without full stop.
    pub message: String,
}

impl std::fmt::Display for HubError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for HubError {}

impl From<serde_yaml::Error> for HubError {
    fn from(error: serde_yaml::Error) -> Self {
        Self { message: error.to_string() }
    }
}

impl Hub {
    /// The mappings that are compiled in.
    pub fn built_in() -> Self {
        Self::read(LOG_SOURCES, FIELDS).expect("the compiled-in mappings are valid, as a test of this module checks")
    }

    /// Reads the texts of `logsources.yaml` and `fields.yaml`.
    ///
    /// # Errors
    ///
    /// If a text is not YAML, or a field has a form or a shape that is not known.
    pub fn read(log_sources: &str, fields: &str) -> Result<Self, HubError> {
        let log_source_file: LogSourceFile = serde_yaml::from_str(log_sources)?;
        let field_file: FieldFile = serde_yaml::from_str(fields)?;
        let log_sources: Vec<LogSource> = log_source_file.logsources.into_iter().map(RawLogSource::build).collect();
        Ok(Self {
            sections: sections(field_file.logsources, &field_file.security_table, &log_sources)?,
            functions: functions(log_source_file.asim_functions),
            ip_classes: field_file.ip_classes,
            time_columns: log_source_file.kql_time_columns,
            log_sources,
        })
    }

    /// The log source of that id.
    pub fn log_source(&self, id: &str) -> Option<&LogSource> {
        self.log_sources.iter().find(|source| source.id == id)
    }

    /// The log sources that rows of a table or ASIM function may be, in the order of the data file.
    pub fn candidates(&self, name: &str) -> Vec<Candidate<'_>> {
        match self.function(name) {
            Some(function) => self.log_sources.iter().filter_map(|source| of_function(source, function)).collect(),
            None => self.log_sources.iter().flat_map(|source| of_table(source, name)).collect(),
        }
    }

    /// Whether the fields of the log source are listed under the table: it is what the table is mostly used for.
    pub fn is_principal(&self, log_source: &str, table: &str) -> bool {
        self.sections
            .get(log_source)
            .is_some_and(|section| !section.is_shared && section.tables.iter().any(|(name, _)| name == table))
    }

    /// The built-in spelling of an ASIM function, if the name is one of its spellings.
    pub fn asim_function(&self, name: &str) -> Option<&str> {
        self.function(name).map(|function| function.builtin.as_str())
    }

    /// Whether the ASIM function gives every event of its schema, rather than one kind.
    pub fn is_general_function(&self, name: &str) -> bool {
        self.function(name).is_some_and(|function| function.is_general)
    }

    fn function(&self, name: &str) -> Option<&AsimFunction> {
        self.functions.iter().find(|function| function.spellings.iter().any(|spelling| spelling == name))
    }

    /// The dialect of the columns of a table or function within a log source.
    pub fn dialect(&self, log_source: &str, name: &str) -> Option<Dialect> {
        if self.function(name).is_some() {
            return Some(Dialect::Asim);
        }
        let section = self.sections.get(log_source)?;
        section.tables.iter().find(|(table, _)| table == name).map(|(_, dialect)| *dialect)
    }

    /// How a column of a log source is reached in one of the target's dialects.
    pub fn resolve(&self, log_source: &str, from: Dialect, column: &str, to: &[Dialect]) -> Option<Resolution<'_>> {
        resolve(&self.sections.get(log_source)?.concepts, from, column, to)
    }

    /// The address blocks behind a class such as `Public`.
    pub fn ip_class(&self, name: &str) -> Option<&IpClass> {
        self.ip_classes.get(name)
    }

    /// Whether the column holds the time of the event.
    pub fn is_time_column(&self, name: &str) -> bool {
        self.time_columns.iter().any(|column| column == name)
    }
}

fn of_table<'hub>(source: &'hub LogSource, name: &str) -> Vec<Candidate<'hub>> {
    let candidate = |table: &'hub TableSource| Candidate {
        log_source: source,
        filter: table.filter.as_ref(),
        fit: table.fit,
        is_implied: false,
    };
    source.tables.iter().filter(|table| table.table == name).map(candidate).collect()
}

fn of_function<'hub>(source: &'hub LogSource, function: &AsimFunction) -> Option<Candidate<'hub>> {
    let asim = source.asim.as_ref()?;
    let fits = if function.is_general { asim.schema == function.schema } else { asim.builtin == function.builtin };
    let is_implied = !function.is_general;
    fits.then_some(Candidate { log_source: source, filter: asim.filter.as_ref(), fit: Fit::Wider, is_implied })
}

#[derive(Deserialize)]
struct LogSourceFile {
    logsources: Vec<RawLogSource>,
    asim_functions: BTreeMap<String, RawFunctions>,
    kql_time_columns: Vec<String>,
}

#[derive(Deserialize)]
struct RawLogSource {
    id: String,
    #[serde(default)]
    sigma: RawSigma,
    #[serde(default)]
    kql: Vec<RawTable>,
    asim: Option<RawAsim>,
    #[serde(default)]
    splunk: Vec<RawSplunk>,
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
    event_code: OneOrMany<i64>,
    filter: Option<String>,
    #[serde(rename = "macro")]
    macro_name: Option<String>,
}

#[derive(Deserialize)]
struct RawFunctions {
    functions: Vec<RawFunction>,
    #[serde(default)]
    legacy_or_misspelt: Vec<String>,
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
    fn build(self) -> LogSource {
        let table =
            |raw: RawTable| TableSource { filter: row_filter(raw.filter.as_deref()), table: raw.table, fit: raw.fit };
        let asim = |raw: RawAsim| AsimSource {
            filter: row_filter(raw.filter.as_deref()),
            schema: raw.schema,
            function: raw.function,
            builtin: raw.builtin,
        };
        let splunk = |raw: RawSplunk| SplunkSource {
            sources: raw.source.into(),
            source_types: raw.sourcetype.into(),
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
        }
    }
}

fn functions(by_schema: BTreeMap<String, RawFunctions>) -> Vec<AsimFunction> {
    let mut functions = Vec::new();
    for (schema, raw) in by_schema {
        for (index, function) in raw.functions.into_iter().enumerate() {
            let mut spellings = vec![function.im_builtin.clone(), function.im, function.asim_builtin, function.asim];
            if index == 0 {
                spellings.extend(raw.legacy_or_misspelt.iter().cloned());
            }
            let builtin = function.im_builtin;
            functions.push(AsimFunction { schema: schema.clone(), builtin, spellings, is_general: index == 0 });
        }
    }
    functions
}

#[derive(Deserialize)]
struct FieldFile {
    logsources: Vec<RawSection>,
    security_table: String,
    ip_classes: BTreeMap<String, IpClass>,
}

#[derive(Deserialize)]
struct RawSection {
    id: String,
    #[serde(default)]
    also: Vec<String>,
    same_as: Option<String>,
    xdr_table: Option<String>,
    kql_table: Option<String>,
    secevt: Option<String>,
    #[serde(default)]
    fields: Vec<RawConcept>,
    #[serde(default)]
    overrides: Vec<RawConcept>,
    #[serde(default)]
    same_name_columns: Vec<String>,
}

#[derive(Deserialize)]
struct RawConcept {
    concept: String,
    form: ValueForm,
    of: Option<String>,
    prefix: Option<String>,
    #[serde(flatten)]
    columns: BTreeMap<String, Yaml>,
}

#[derive(Deserialize)]
struct RawColumn {
    c: Option<String>,
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
        Ok(Concept { name: self.concept.clone(), whole: self.of.clone(), prefix: self.prefix.clone(), columns })
    }

    fn column(&self, value: &Yaml) -> Result<Column, HubError> {
        if let Yaml::String(name) = value {
            return Ok(Column {
                names: spellings(name),
                alias: None,
                form: self.form,
                is_unreliable: false,
                assumption: None,
                values: Vec::new(),
            });
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
            return Ok(Column {
                names: Vec::new(),
                alias: None,
                form: self.form,
                is_unreliable: true,
                assumption: None,
                values: Vec::new(),
            });
        }
        let names = raw.c.as_deref().map(spellings).unwrap_or(raw.any);
        Ok(Column {
            names,
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

fn sections(
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
        for concept in raw.fields.iter().chain(&raw.overrides) {
            let concept = concept.build()?;
            section.concepts.retain(|other| other.name != concept.name);
            section.concepts.push(concept);
        }
        section.concepts.extend(raw.same_name_columns.iter().map(|name| same_name(name)));
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
    let column = Column {
        names: vec![name.to_owned()],
        alias: None,
        form: ValueForm::Text,
        is_unreliable: false,
        assumption: None,
        values: Vec::new(),
    };
    let columns = [Dialect::Sigma, Dialect::Kql, Dialect::Splunk].map(|dialect| (dialect, column.clone()));
    Concept { name: name.to_owned(), whole: None, prefix: None, columns: columns.into() }
}

#[cfg(test)]
mod tests {
    use super::Hub;
    use crate::mapping::{Dialect, ValueForm};

    fn names(column: &str, to: Dialect) -> Option<(Vec<String>, ValueForm, ValueForm)> {
        let hub = Hub::built_in();
        let resolution = hub.resolve("process_creation.windows", Dialect::Xdr, column, &[to])?;
        Some((resolution.target.names.clone(), resolution.source.form, resolution.target.form))
    }

    #[test]
    fn a_name_becomes_the_path_where_the_target_has_no_name() {
        let image = (vec!["Image".to_owned()], ValueForm::Name, ValueForm::Path);
        assert_eq!(names("FileName", Dialect::Sigma), Some(image));
        let path = (vec!["TargetProcessName".to_owned()], ValueForm::Name, ValueForm::Path);
        assert_eq!(names("FileName", Dialect::Asim), Some(path), "the name column of ASIM is unreliable");
        let name = (vec!["process_name".to_owned()], ValueForm::Name, ValueForm::Name);
        assert_eq!(names("FileName", Dialect::SplunkSysmon), Some(name));
        let hashes = (vec!["Hashes".to_owned()], ValueForm::Hash, ValueForm::Hashlist);
        assert_eq!(names("SHA256", Dialect::Sigma), Some(hashes));
        assert_eq!(names("AccountSid", Dialect::Sigma), None);
    }

    #[test]
    fn every_spelling_of_an_asim_function_is_known() {
        let hub = Hub::built_in();
        for name in ["imProcessCreate", "_Im_ProcessCreate", "_ASim_ProcessEvent_Create", "ASimProcessEventCreate"] {
            assert_eq!(hub.asim_function(name), Some("_Im_ProcessCreate"), "{name}");
        }
        assert_eq!(hub.asim_function("imProcess"), Some("_Im_ProcessEvent"));
        assert_eq!(hub.asim_function("DeviceProcessEvents"), None);
    }

    #[test]
    fn tables_know_their_candidates() {
        let hub = Hub::built_in();
        let ids = |name| hub.candidates(name).iter().map(|found| found.log_source.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids("DeviceImageLoadEvents"), ["image_load.windows"]);
        assert!(ids("DeviceFileEvents").contains(&"file_delete.windows".to_owned()));
        assert!(ids("NoSuchTable").is_empty());
        assert!(hub.is_principal("process_creation.windows", "DeviceProcessEvents"));
        assert!(!hub.is_principal("file_event.windows", "DeviceFileEvents"), "four log sources share the table");
    }
}
