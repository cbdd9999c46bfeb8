//! Reads the two data files into one index.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::concept::resolve;
use super::file::{FieldFile, LogSourceFile, Overlay, RawLogSource, RawNative, channel_source, functions, sections};
use super::log_source::NativeSource;
use super::{Candidate, Concept, Dialect, Fit, LogSource, Parameter, Resolution, RuleTag, TableSource};

const LOG_SOURCES: &str = include_str!("../../mappings/logsources.yaml");
const FIELDS: &str = include_str!("../../mappings/fields.yaml");

/// Log sources, concepts and their columns.
#[derive(Debug, Clone)]
pub struct Hub {
    log_sources: Vec<LogSource>,
    /// Kinds of event that only ASIM tells apart.
    normalised: Vec<LogSource>,
    sections: BTreeMap<String, Section>,
    functions: Vec<AsimFunction>,
    ip_classes: BTreeMap<String, IpClass>,
    time_columns: Vec<String>,
    natives: BTreeMap<String, NativeSource>,
    /// Windows event logs without an entry of their own. No table is recognised as one of them.
    channels: Vec<LogSource>,
}

/// The columns of a log source.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    /// What they mean.
    pub(super) concepts: Vec<Concept>,
    /// The tables that have them, and in which dialect.
    pub(super) tables: Vec<(String, Dialect)>,
    /// Whether several log sources have the same columns.
    pub(super) is_shared: bool,
    /// The rules that it is for, if not for every rule about its log source.
    pub(super) turned: Option<Turned>,
}

/// Rules that ask for one of some values of a concept, and for which some columns mean something else.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Turned {
    /// The log source.
    pub(super) of: String,
    /// The concepts, and of each the values of which one is asked for.
    pub(super) when: BTreeMap<String, Vec<String>>,
}

/// A function of ASIM.
#[derive(Debug, Clone)]
pub(super) struct AsimFunction {
    /// The schema of its rows.
    pub(super) schema: String,
    /// Its built-in spelling.
    pub(super) builtin: String,
    /// The same without parameters, and so without their defaults.
    pub(super) plain: String,
    /// All of its spellings.
    pub(super) spellings: Vec<String>,
    /// Whether it gives every event of the schema.
    pub(super) is_general: bool,
    /// The tables that its parsers read.
    pub(super) tables: Vec<String>,
    /// The table that products fill with rows of the schema.
    pub(super) native_table: Option<String>,
    /// Parameters that filter rows.
    pub(super) pushdown: Vec<Parameter>,
    /// How rule files name the schema.
    pub(super) rule_tag: Option<RuleTag>,
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
    ///
    /// # Panics
    ///
    /// Never: the compiled-in texts are valid, as the tests of this module check.
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
            normalised: log_source_file.asim_logsources.into_iter().map(RawLogSource::build).collect(),
            functions: functions(log_source_file.asim_functions),
            ip_classes: field_file.ip_classes,
            time_columns: log_source_file.kql_time_columns,
            natives: log_source_file.native_tables.iter().flat_map(RawNative::build).collect(),
            channels: log_source_file
                .windows_service_channels
                .iter()
                .map(|(service, channels)| channel_source(service, channels))
                .collect(),
            log_sources,
        })
    }

    /// Adds a user's mappings: log sources in front of those that are there, concepts in place of those of the same
    /// name, tables that are stored as they are.
    ///
    /// # Errors
    ///
    /// As [`Hub::read`].
    pub fn overlay(&mut self, text: &str) -> Result<(), HubError> {
        let overlay: Overlay = serde_yaml::from_str(text)?;
        let mut log_sources: Vec<LogSource> = overlay.logsources.into_iter().map(RawLogSource::build).collect();
        log_sources.extend(std::mem::take(&mut self.log_sources));
        self.log_sources = log_sources;
        self.natives.extend(overlay.native_tables.iter().flat_map(RawNative::build));
        let table = overlay.security_table.unwrap_or_else(|| "SecurityEvent".to_owned());
        for (id, mut section) in sections(overlay.fields, &table, &self.log_sources)? {
            let Some(known) = self.sections.get_mut(&id) else {
                self.sections.insert(id, section);
                continue;
            };
            known.concepts.retain(|concept| section.concepts.iter().all(|other| other.name != concept.name));
            // The user's column comes first, so that it wins where two concepts share a source column.
            section.concepts.append(&mut known.concepts);
            known.concepts = section.concepts;
            known.tables.extend(section.tables);
        }
        Ok(())
    }

    /// The log source of that id.
    pub fn log_source(&self, id: &str) -> Option<&LogSource> {
        self.log_sources.iter().chain(&self.channels).find(|source| source.id == id)
    }

    /// The log source that Sigma calls so; an official one if there are several.
    pub fn sigma_source(
        &self,
        category: Option<&str>,
        product: Option<&str>,
        service: Option<&str>,
    ) -> Option<&LogSource> {
        let named = |source: &&LogSource| {
            let sigma = &source.sigma;
            (sigma.category.as_deref(), sigma.product.as_deref(), sigma.service.as_deref())
                == (category, product, service)
        };
        let official = self.log_sources.iter().filter(named).find(|source| source.sigma.is_official);
        official.or_else(|| self.log_sources.iter().chain(&self.channels).find(named))
    }

    /// The log sources that rows of a table or ASIM function may be, in the order of the data file.
    pub fn candidates(&self, name: &str) -> Vec<Candidate<'_>> {
        match self.function(name) {
            Some(function) => self.log_sources.iter().filter_map(|source| of_function(source, function)).collect(),
            None => self.log_sources.iter().flat_map(|source| of_table(source, name)).collect(),
        }
    }

    /// The same, with the kinds of event that only ASIM tells apart.
    pub fn normalised_candidates(&self, name: &str) -> Vec<Candidate<'_>> {
        let finer = self.normalised.iter().flat_map(|source| of_table(source, name));
        finer.chain(self.candidates(name)).collect()
    }

    /// The kinds of event that an ASIM function gives, with those that only ASIM tells apart.
    pub fn normalised_kinds(&self, function: &str) -> Vec<Candidate<'_>> {
        let Some(function) = self.function(function) else { return Vec::new() };
        self.normalised.iter().chain(&self.log_sources).filter_map(|source| of_function(source, function)).collect()
    }

    /// The function without parameters that gives the rows of a table which holds rows of an ASIM schema.
    pub fn function_of_asim_table(&self, table: &str) -> Option<&str> {
        let of_table = |function: &&AsimFunction| function.native_table.as_deref() == Some(table);
        self.functions.iter().find(of_table).map(|function| function.plain.as_str())
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

    /// The parameters of an ASIM function that a rule may pass values to, besides testing them.
    pub fn parameters(&self, function: &str) -> &[Parameter] {
        self.function(function).map_or(&[], |function| &function.pushdown)
    }

    /// How rule files that read an ASIM function name its schema among their tags.
    pub fn rule_tag(&self, function: &str) -> Option<&RuleTag> {
        self.function(function)?.rule_tag.as_ref()
    }

    /// Whether a parser of the ASIM schema reads the table.
    pub fn is_parsed(&self, table: &str, schema: &str) -> bool {
        self.functions
            .iter()
            .any(|function| function.schema == schema && function.tables.iter().any(|parsed| parsed == table))
    }

    /// Whether ASIM's functions give rows of the table, as some kind of event that the hub knows.
    pub fn is_normalised(&self, table: &str) -> bool {
        let schemas = self.normalised_candidates(table).into_iter().filter_map(|found| found.log_source.asim.as_ref());
        self.function_of_asim_table(table).is_some()
            || schemas.into_iter().any(|asim| self.is_parsed(table, &asim.schema))
    }

    fn function(&self, name: &str) -> Option<&AsimFunction> {
        self.functions.iter().find(|function| function.spellings.iter().any(|spelling| spelling == name))
    }

    /// The dialect of the columns of a table or function within a log source.
    pub fn dialect(&self, log_source: &str, name: &str) -> Option<Dialect> {
        let is_normalised = |function: &AsimFunction| function.native_table.as_deref() == Some(name);
        if self.function(name).is_some() || self.functions.iter().any(is_normalised) {
            return Some(Dialect::Asim);
        }
        let section = self.sections.get(log_source)?;
        section.tables.iter().find(|(table, _)| table == name).map(|(_, dialect)| *dialect)
    }

    /// How a column of a log source is reached in one of the target's dialects.
    pub fn resolve(&self, log_source: &str, from: Dialect, column: &str, to: &[Dialect]) -> Option<Resolution> {
        resolve(&self.sections.get(log_source)?.concepts, from, column, to)
    }

    /// How a column is reached that the parser of its table passes on, beside what the schema has for it.
    pub fn resolve_passed(&self, log_source: &str, from: Dialect, column: &str) -> Option<Resolution> {
        let concepts = self.sections.get(log_source)?.concepts.iter().filter(|concept| concept.is_passed);
        let concepts: Vec<Concept> = concepts.cloned().collect();
        resolve(&concepts, from, column, &[Dialect::Asim])
    }

    /// The concepts of a log source that are parts of one, with the text in front of each part: the digests of a list.
    pub fn parts(&self, log_source: &str, whole: &str) -> impl Iterator<Item = &Concept> {
        self.concepts(log_source).iter().filter(move |concept| concept.whole.as_deref() == Some(whole))
    }

    /// The concepts of a log source.
    pub fn concepts(&self, log_source: &str) -> &[Concept] {
        self.sections.get(log_source).map_or(&[][..], |section| &section.concepts)
    }

    /// The log sources that have a section of their own for some rules.
    pub fn turned_log_sources(&self) -> impl Iterator<Item = &str> {
        self.sections.values().filter_map(|section| section.turned.as_ref()).map(|turned| turned.of.as_str())
    }

    /// The section for rules about a log source of which `asks` says that they ask for these texts of this column.
    pub fn turned(
        &self,
        log_source: &str,
        from: Dialect,
        asks: impl Fn(&str, &dyn Fn(&str) -> bool) -> bool,
    ) -> Option<&str> {
        let is_it = |(_, section): &(&String, &Section)| {
            let Some(turned) = section.turned.as_ref().filter(|turned| turned.of == log_source) else { return false };
            turned.when.iter().any(|(name, values)| {
                let concept = section.concepts.iter().find(|concept| concept.name == *name);
                let Some(column) = concept.and_then(|concept| concept.column(from)) else { return false };
                let means = |text: &str| {
                    let known = column.values.iter().find(|(own, _)| own.eq_ignore_ascii_case(text));
                    let meaning = known.map_or(text, |(_, meaning)| meaning.as_str());
                    values.iter().any(|value| value.eq_ignore_ascii_case(meaning))
                };
                column.names.iter().any(|name| asks(name, &means))
            })
        };
        self.sections.iter().find(is_it).map(|(id, _)| id.as_str())
    }

    /// The classes of addresses with their blocks.
    pub fn ip_classes(&self) -> impl Iterator<Item = (&str, &IpClass)> {
        self.ip_classes.iter().map(|(name, class)| (name.as_str(), class))
    }

    /// The log source that is nothing but this table, if other products can store the table as it is.
    pub fn native(&self, table: &str) -> Option<&LogSource> {
        self.natives.get(table).map(|native| &native.log_source)
    }

    /// The column of a natively stored table as Splunk spells it.
    pub fn native_splunk_prefix(&self, table: &str) -> Option<&str> {
        self.natives.get(table)?.splunk_prefix.as_deref()
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
        hint: table.hint.as_ref(),
        fit: table.fit,
        is_implied: false,
    };
    source.tables.iter().filter(|table| table.table == name).map(candidate).collect()
}

fn of_function<'hub>(source: &'hub LogSource, function: &AsimFunction) -> Option<Candidate<'hub>> {
    let asim = source.asim.as_ref()?;
    let fits = if function.is_general { asim.schema == function.schema } else { asim.builtin == function.builtin };
    let is_implied = !function.is_general;
    let filter = asim.filter.as_ref();
    fits.then_some(Candidate { log_source: source, filter, hint: None, fit: Fit::Wider, is_implied })
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
