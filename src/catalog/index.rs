//! What the catalogue knows about each rule, small enough to be written to a file and read back.

use serde::{Deserialize, Serialize};

use super::subject::{Sought, sought};
use crate::explain::{ANY_COLUMN, ConversionNote, Explanation, Indicator, Language, OriginKind, Polarity};
use crate::mapping::Hub;

/// Version of the index: raised when a field changes its meaning or goes, not when one is added.
pub const VERSION: u32 = 1;

/// A folder of rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// [`VERSION`].
    pub version: u32,
    /// The rules in the order of their paths.
    pub rules: Vec<RuleEntry>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleEntry {
    /// The file below the folder that was indexed.
    pub path: String,
    /// Which rule of its file, from 1.
    pub number: usize,
    /// Its title, or the name of its file.
    pub title: String,
    /// Its identifier.
    pub id: Option<String>,
    /// What it is written in.
    #[serde(default)]
    pub language: Language,
    /// What the file is for.
    pub kind: String,
    /// Severity of the alert.
    pub severity: Option<String>,
    /// The day of its last change, if the file says it.
    #[serde(default)]
    pub changed: Option<String>,
    /// ATT&CK tactics as the file has them.
    pub tactics: Vec<String>,
    /// ATT&CK techniques.
    pub techniques: Vec<String>,
    /// Tables and table functions that it reads.
    pub tables: Vec<String>,
    /// Table columns that it tests or returns.
    pub columns: Vec<ColumnName>,
    /// What it looks for.
    pub indicators: Vec<IndicatorKey>,
    /// What it converts to.
    pub conversions: Vec<ConversionNote>,
    /// Code and name of each finding.
    pub findings: Vec<String>,
    /// Whether the query has no syntax error.
    pub is_accepted: bool,
    /// A number that the same query under the same title gives again.
    pub fingerprint: u64,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ColumnName {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
}

/// What makes two rules look for the same: what is tested, how, for which value, and what for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IndicatorKey {
    /// The concept that a column has in every dialect, if it has one, else table and column.
    pub subject: String,
    /// What the operator looks at: `term, any case`.
    pub class: String,
    /// Whether rows with the value are wanted.
    pub polarity: Polarity,
    /// The value; in lower case where its letter case does not matter.
    pub value: String,
}

impl IndicatorKey {
    /// The key of an indicator on a rule's page.
    pub fn of(indicator: &Indicator, hub: &Hub) -> Self {
        let Sought { subject, class, value } = sought(indicator, hub);
        let value = if class.ends_with("any case") { value.to_lowercase() } else { value };
        Self { subject, class, polarity: indicator.polarity, value }
    }
}

/// The keys of a page's indicators, in their order.
pub fn indicator_keys(explanation: &Explanation, hub: &Hub) -> Vec<IndicatorKey> {
    explanation.indicators.iter().map(|indicator| IndicatorKey::of(indicator, hub)).collect()
}

/// What a rule's entry is made of besides its page.
#[derive(Debug, Clone, Copy)]
pub struct RuleSource<'r> {
    /// The file below the folder that was indexed.
    pub path: &'r str,
    /// Which rule of its file, from 1.
    pub number: usize,
    /// The query.
    pub query: &'r str,
    /// Whether it has no syntax error.
    pub is_accepted: bool,
}

impl RuleEntry {
    /// The entry of a rule; `keys` are those of its page's indicators, from [`indicator_keys`].
    pub fn of(explanation: &Explanation, keys: &[IndicatorKey], source: RuleSource<'_>) -> Self {
        let header = &explanation.header;
        let title = header.title.clone().unwrap_or_else(|| file_title(source));
        let mut indicators = keys.to_vec();
        indicators.sort();
        indicators.dedup();
        let surroundings = &explanation.surroundings;
        Self {
            path: source.path.to_owned(),
            number: source.number,
            fingerprint: fingerprint(&[&title, source.query]),
            title,
            id: header.id.clone(),
            language: header.language,
            kind: header.kind.clone(),
            severity: header.severity.clone(),
            changed: header.changed.clone(),
            tactics: header.tactics.clone(),
            techniques: header.techniques.clone(),
            tables: header.used_data.clone(),
            columns: columns(explanation),
            indicators,
            conversions: surroundings.conversions.clone().unwrap_or_default(),
            findings: surroundings
                .findings
                .iter()
                .flatten()
                .map(|finding| format!("{} {}", finding.code, finding.name))
                .collect(),
            is_accepted: source.is_accepted,
        }
    }

    /// `path`, with the number of the rule if the file has several before it.
    pub fn place(&self) -> String {
        if self.number > 1 { format!("{}#{}", self.path, self.number) } else { self.path.clone() }
    }
}

fn file_title(source: RuleSource<'_>) -> String {
    let name = source.path.rsplit('/').next().unwrap_or(source.path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if source.number > 1 { format!("{stem} ({})", source.number) } else { stem.to_owned() }
}

/// The columns of tables that a rule tests or returns under a name of its own choice; what passes through unchanged
/// says nothing about the rule.
fn columns(explanation: &Explanation) -> Vec<ColumnName> {
    let mut columns = Vec::new();
    for indicator in &explanation.indicators {
        let log_source =
            indicator.log_source.iter().filter(|_| indicator.column != ANY_COLUMN).map(ToString::to_string);
        columns.extend(log_source.map(|table| ColumnName { table, column: indicator.column.clone() }));
        for table in indicator.table.iter().flat_map(|tables| tables.split(", ")) {
            columns.push(ColumnName { table: table.to_owned(), column: indicator.column.clone() });
        }
    }
    for field in &explanation.output.fields {
        if let OriginKind::Table { table, column, .. } = &field.origin
            && !field.used_by.is_empty()
        {
            columns.push(ColumnName { table: table.clone(), column: column.clone() });
        }
    }
    columns.sort();
    columns.dedup();
    columns
}

/// FNV-1a: small, and the same on every platform.
pub(super) fn fingerprint(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xFF]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
