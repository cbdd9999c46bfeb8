//! Exclusions that a false positive can be tuned out with, made of the rule's own columns.
//!
//! What counts is who sets a value. An exclusion on text that the attacker writes (a command line, a URL) can be bought by
//! adding that text, so such a column is never offered alone. Which columns say what is `schemas/exclusion_columns.tsv`.

use serde::Serialize;

use crate::ir::{Detection, LogSource, SourceKind, StageKind};
use crate::schema::{ColumnShape, Columns, Schema};

use super::indicators::Indicator;

const COLUMNS: &str = include_str!("../../schemas/exclusion_columns.tsv");

/// Exclusions, and columns that none should be built on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Exclusions {
    /// Best first.
    pub suggestions: Vec<Exclusion>,
    /// Columns that the rule tests and the attacker writes.
    pub avoid: Vec<WrittenColumn>,
}

/// One exclusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    /// How much it takes to hide behind it.
    pub strength: Strength,
    /// Number of the stage that it belongs behind.
    pub after_stage: String,
    /// The operator, with `…` for the values; for a Sigma rule, a search that its condition then takes away.
    pub kql: String,
    /// The columns in it.
    pub columns: Vec<ExclusionColumn>,
}

/// How much it takes to hide behind an exclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// A value that the attacker cannot choose.
    Strong,
    /// Control of an account, a device or an address.
    Fair,
}

impl Strength {
    /// The word that the page prints.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Fair => "fair",
        }
    }
}

/// A column of an exclusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExclusionColumn {
    /// Its name.
    pub column: String,
    /// Who sets its value.
    pub set_by: &'static str,
}

/// A column whose text the attacker writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrittenColumn {
    /// Its name.
    pub column: String,
    /// Why no exclusion should rest on it.
    pub why: &'static str,
}

/// What a column says about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    ParentName,
    ParentPath,
    ParentSigner,
    ParentHash,
    OwnPath,
    OwnHash,
    Account,
    Device,
    Address,
    Application,
}

impl Role {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "parent_name" => Self::ParentName,
            "parent_path" => Self::ParentPath,
            "parent_signer" => Self::ParentSigner,
            "parent_hash" => Self::ParentHash,
            "own_path" => Self::OwnPath,
            "own_hash" => Self::OwnHash,
            "account" => Self::Account,
            "device" => Self::Device,
            "address" => Self::Address,
            "application" => Self::Application,
            _ => return None,
        })
    }

    fn set_by(self) -> &'static str {
        match self {
            Self::ParentName => "whoever names the file: a copy can have any name",
            Self::ParentPath | Self::OwnPath => "whoever may write to the folder",
            Self::ParentSigner => "the sensor, from the certificate",
            Self::ParentHash | Self::OwnHash => "the content of the file: one build only",
            Self::Account | Self::Application => "the directory",
            Self::Device => "the sensor",
            Self::Address => "the network: shared behind a gateway",
        }
    }

    fn test(self, column: &str) -> String {
        match self {
            Self::ParentName => format!("{column} =~ \"…\""),
            Self::ParentPath | Self::OwnPath => format!("{column} startswith @\"C:\\Program Files\\…\\\""),
            Self::ParentSigner => format!("{column} == \"Valid\""),
            Self::ParentHash | Self::OwnHash => format!("{column} in~ (\"…\")"),
            Self::Account | Self::Device | Self::Address | Self::Application => format!("{column} == \"…\""),
        }
    }
}

/// Roles that make an exclusion together, best first. Those of one group stand in for each other: only the first that the
/// rule has the columns for is offered.
const COMBINATIONS: [&[(Strength, &[Role])]; 4] = [
    &[
        (Strength::Strong, &[Role::ParentName, Role::ParentPath, Role::ParentSigner]),
        (Strength::Strong, &[Role::ParentName, Role::ParentPath, Role::ParentHash]),
        (Strength::Strong, &[Role::ParentPath, Role::ParentHash]),
        (Strength::Fair, &[Role::ParentPath, Role::OwnPath, Role::Account]),
    ],
    &[(Strength::Strong, &[Role::OwnPath, Role::OwnHash]), (Strength::Strong, &[Role::OwnHash])],
    &[(Strength::Fair, &[Role::Account, Role::Device]), (Strength::Fair, &[Role::Account, Role::Application])],
    &[(Strength::Fair, &[Role::Account, Role::Address]), (Strength::Fair, &[Role::Application, Role::Address])],
];

pub(super) fn exclusions(rule: &Detection, indicators: &[Indicator]) -> Exclusions {
    let schema = Schema::builtin();
    if let SourceKind::LogSource(found) = &rule.pipeline.source.kind {
        return Exclusions { suggestions: sigma_suggestions(found, rule), avoid: sigma_avoid(indicators) };
    }
    Exclusions { suggestions: suggestions(rule), avoid: avoid(&schema, indicators) }
}

/// Fields of Sigma's taxonomy for new processes, with what they say and how they are tested. Signers are not among them.
const SIGMA_FIELDS: [(Role, &str, &str); 4] = [
    (Role::ParentPath, "ParentImage", "ParentImage|startswith: 'C:\\Program Files\\…\\'"),
    (Role::OwnPath, "Image", "Image|startswith: 'C:\\Program Files\\…\\'"),
    (Role::OwnHash, "Hashes", "Hashes|contains: 'SHA256=…'"),
    (Role::Account, "User", "User: '…'"),
];

fn sigma_suggestions(found: &LogSource, rule: &Detection) -> Vec<Exclusion> {
    if (found.category.as_deref(), found.product.as_deref()) != (Some("process_creation"), Some("windows")) {
        return Vec::new();
    }
    let after_stage = (rule.pipeline.stages.len() + 1).to_string();
    let with = |(strength, roles): &(Strength, &[Role])| {
        let field = |role: &Role| SIGMA_FIELDS.iter().find(|(of, _, _)| of == role);
        let fields: Option<Vec<_>> = roles.iter().map(field).collect();
        let fields = fields?;
        let tests: Vec<&str> = fields.iter().map(|(_, _, test)| *test).collect();
        let column = |(role, name, _): &&(Role, &str, &str)| ExclusionColumn {
            column: (*name).to_owned(),
            set_by: role.set_by(),
        };
        Some(Exclusion {
            strength: *strength,
            after_stage: after_stage.clone(),
            kql: format!("filter_known: {{{}}}  # condition: … and not filter_known", tests.join(", ")),
            columns: fields.iter().map(column).collect(),
        })
    };
    best_first(COMBINATIONS.iter().filter_map(|group| group.iter().find_map(with)))
}

fn best_first(exclusions: impl Iterator<Item = Exclusion>) -> Vec<Exclusion> {
    let mut exclusions: Vec<Exclusion> = exclusions.collect();
    exclusions.sort_by_key(|exclusion| exclusion.strength);
    exclusions
}

fn sigma_avoid(indicators: &[Indicator]) -> Vec<WrittenColumn> {
    let mut found: Vec<WrittenColumn> = Vec::new();
    for Indicator { column, .. } in indicators {
        let Some(why) = sigma_shape(column).and_then(written_by_attacker) else { continue };
        if !found.iter().any(|known| known.column == *column) {
            found.push(WrittenColumn { column: column.clone(), why });
        }
    }
    found
}

/// What Sigma's fields look like whose text an attacker chooses.
fn sigma_shape(field: &str) -> Option<ColumnShape> {
    Some(match field {
        "CommandLine" | "ParentCommandLine" => ColumnShape::CommandLine,
        "ScriptBlockText" | "Payload" | "Details" | "Description" | "c-useragent" | "cs-user-agent" => {
            ColumnShape::Text
        }
        "OriginalFileName" | "Product" | "Company" => ColumnShape::Name,
        "QueryName" | "DestinationHostname" | "c-uri" | "cs-uri-query" | "cs-host" => ColumnShape::Url,
        "TargetObject" => ColumnShape::RegistryKey,
        _ => return None,
    })
}

fn suggestions(rule: &Detection) -> Vec<Exclusion> {
    let Some((columns, after_stage)) = place(rule) else { return Vec::new() };
    best_first(COMBINATIONS.iter().filter_map(|group| {
        group.iter().find_map(|(strength, roles)| combination(*strength, roles, columns, &after_stage))
    }))
}

/// The rows behind the last leading filter, where a table's columns still have their names.
fn place(rule: &Detection) -> Option<(&Columns, String)> {
    let source = &rule.pipeline.source;
    if !matches!(source.kind, SourceKind::Table { .. } | SourceKind::Function { .. }) {
        return None;
    }
    let is_filter = |kind: &StageKind| matches!(kind, StageKind::Filter(_));
    let leading = rule.pipeline.stages.iter().take_while(|stage| is_filter(&stage.kind)).count();
    Some((&source.columns, (leading + 1).to_string()))
}

fn combination(strength: Strength, roles: &[Role], columns: &Columns, after_stage: &str) -> Option<Exclusion> {
    let found: Option<Vec<(Role, &str)>> =
        roles.iter().map(|role| column_of(*role, columns).map(|column| (*role, column))).collect();
    let found = found?;
    let tests: Vec<String> = found.iter().map(|(role, column)| role.test(column)).collect();
    let kql = format!("| where not({})", tests.join(" and "));
    let columns =
        found.iter().map(|(role, column)| ExclusionColumn { column: (*column).to_owned(), set_by: role.set_by() });
    Some(Exclusion { strength, after_stage: after_stage.to_owned(), kql, columns: columns.collect() })
}

fn column_of(role: Role, columns: &Columns) -> Option<&'static str> {
    let lines = COLUMNS.lines().filter_map(|line| line.split_once('\t'));
    let mut of_role = lines.filter(|(_, word)| Role::parse(word) == Some(role)).map(|(column, _)| column);
    of_role.find(|column| columns.find(column).is_some())
}

fn avoid(schema: &Schema, indicators: &[Indicator]) -> Vec<WrittenColumn> {
    let mut found: Vec<WrittenColumn> = Vec::new();
    for indicator in indicators {
        let Some(table) = &indicator.table else { continue };
        let table = table.split(", ").next().unwrap_or(table);
        let Some(why) = schema.shape(table, &indicator.column).and_then(written_by_attacker) else { continue };
        if !found.iter().any(|column| column.column == indicator.column) {
            found.push(WrittenColumn { column: indicator.column.clone(), why });
        }
    }
    found
}

/// Why the attacker decides what stands in values of that shape.
fn written_by_attacker(shape: ColumnShape) -> Option<&'static str> {
    match shape {
        ColumnShape::CommandLine => Some("the attacker writes the command line"),
        ColumnShape::Url => Some("the attacker chooses the address"),
        ColumnShape::Text => Some("the attacker may write the text"),
        ColumnShape::Name => Some("a renamed file passes"),
        ColumnShape::RegistryKey => Some("the attacker chooses the key"),
        ColumnShape::Path
        | ColumnShape::Folder
        | ColumnShape::Hash
        | ColumnShape::Upn
        | ColumnShape::Account
        | ColumnShape::AccountName
        | ColumnShape::Sid
        | ColumnShape::Host
        | ColumnShape::Ip
        | ColumnShape::Enumeration => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, Role};
    use crate::schema::Schema;

    #[test]
    fn every_column_of_the_data_file_exists_and_has_a_role() {
        let schema = Schema::builtin();
        let in_tables: Vec<String> = schema
            .tables_starting_with("")
            .flat_map(|table| table.columns().map(|column| column.name.to_owned()).collect::<Vec<_>>())
            .collect();
        for line in COLUMNS.lines().filter(|line| !line.starts_with('#')) {
            let (column, role) = line.split_once('\t').expect("each line has two fields");
            assert!(Role::parse(role).is_some(), "{line}");
            let in_asim = ["ProcessEvent", "NetworkSession", "AuditEvent"]
                .iter()
                .any(|name| schema.asim_field(name, column).is_some());
            assert!(in_asim || in_tables.iter().any(|name| name == column), "{line}");
        }
    }
}
