//! What stands around the query of a rule, in no product's words.

use crate::rule::{AlertSeverity, RuleKind, Seconds};

/// Title, schedule, threshold, ATT&CK, entities.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Envelope {
    /// What the rule is for.
    pub kind: RuleKind,
    /// Identifier of the source rule.
    pub id: Option<String>,
    /// Title; backends fall back to the file's name.
    pub title: Option<String>,
    /// Description, without the quotes that some files wrap around it.
    pub description: Option<String>,
    /// Severity of the alert.
    pub severity: Option<AlertSeverity>,
    /// How often the rule runs.
    pub frequency: Option<Seconds>,
    /// How far back each run looks.
    pub period: Option<Seconds>,
    /// When a result becomes an alert.
    pub trigger: Option<Trigger>,
    /// How long the rule is silent after an alert, if it is.
    pub suppression: Option<Seconds>,
    /// Whether every result is an alert of its own.
    pub is_alert_per_result: bool,
    /// What an alert says, with the output columns it names in `{{…}}`, where the rule has its own words.
    pub alert_format: Option<String>,
    /// ATT&CK tactics as written in the source, such as `DefenseEvasion`.
    pub tactics: Vec<String>,
    /// ATT&CK techniques, such as `T1218.011`.
    pub techniques: Vec<String>,
    /// Entities and the output columns that fill them.
    pub entities: Vec<Entity>,
    /// Alert detail and output column.
    pub custom_details: Vec<(String, String)>,
    /// Free labels.
    pub tags: Vec<String>,
    /// Links.
    pub references: Vec<String>,
    /// Author.
    pub author: Option<String>,
    /// Version of the source rule.
    pub version: Option<String>,
    /// Tables and connectors that the rule says it needs.
    pub data_types: Vec<String>,
}

/// `results operator threshold` makes an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Trigger {
    /// How the number of results is compared.
    pub operator: TriggerOperator,
    /// With what.
    pub threshold: u64,
}

/// Comparison of a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TriggerOperator {
    GreaterThan,
    LessThan,
    Equal,
    NotEqual,
}

impl TriggerOperator {
    /// Reads `gt` and `GreaterThan` alike.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "gt" | "greaterthan" => Self::GreaterThan,
            "lt" | "lessthan" => Self::LessThan,
            "eq" | "equal" => Self::Equal,
            "ne" | "notequal" => Self::NotEqual,
            _ => return None,
        })
    }
}

/// One entity of the alert.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entity {
    /// `Host`, `Account`, …
    pub entity_type: String,
    /// Identifier and output column.
    pub fields: Vec<(String, String)>,
}
