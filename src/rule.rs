//! What a rule file says around its query: metadata by type, each value with its place.
//!
//! Filled by [`crate::source`], read by lint rules, by [`crate::lower`] and by `explain`. A value that cannot be
//! read as its type is kept as text with `value` absent, so that a lint rule can say where and why.

mod tree;

pub use tree::{Node, Quoting, Scalar, ScalarKind};

use crate::span::{Place, TextId};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// The text of the value in the rule file.
    pub place: Place,
}

/// What the file is for; it decides which lint rules run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleKind {
    /// Sentinel analytic rule that runs on a schedule.
    Scheduled,
    /// Sentinel near-real-time analytic rule.
    Nrt,
    /// Sentinel or Defender hunting query with metadata.
    Hunting,
    /// Defender XDR custom detection.
    CustomDetection,
    /// Saved function or ASIM parser.
    Function,
    /// A query with nothing around it.
    Snippet,
    /// Sigma rule, correlation or filter: no query. It is known by its keys and can't be chosen.
    #[serde(skip_deserializing)]
    Sigma,
}

impl RuleKind {
    /// The name in reports and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Nrt => "nrt",
            Self::Hunting => "hunting",
            Self::CustomDetection => "custom-detection",
            Self::Function => "function",
            Self::Snippet => "snippet",
            Self::Sigma => "sigma",
        }
    }
}

/// Severity of the alert, as Sentinel has it. Defender's lower-case spellings are read too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub enum AlertSeverity {
    /// No security impact by itself.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

impl AlertSeverity {
    /// Reads any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "informational" => Some(Self::Informational),
            "low" => Some(Self::Low),
            "medium" => Some(Self::Medium),
            "high" => Some(Self::High),
            _ => None,
        }
    }

    /// Sentinel's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "Informational",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
        }
    }
}

/// A length of time in seconds: a schedule, a lookback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Seconds(pub i64);

impl Seconds {
    /// Reads `5m`, `1h`, `14d`, `90s`, ISO 8601 (`PT1H`, `P14D`) and .NET texts (`01:00:00`, `1.00:00:00`; a bare
    /// number is days), which the Sentinel repository and its exports use.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        iso8601(text).or_else(|| suffixed(text)).or_else(|| dotnet(text)).map(Self)
    }

    /// The shortest exact form with one unit: `90m`, `1h`, `14d`.
    pub fn short(self) -> String {
        let seconds = self.0;
        for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60)] {
            if seconds != 0 && seconds % length == 0 {
                return format!("{}{unit}", seconds / length);
            }
        }
        format!("{seconds}s")
    }
}

fn suffixed(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: i64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].to_ascii_lowercase().as_str() {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    number.checked_mul(unit)
}

fn iso8601(text: &str) -> Option<i64> {
    let rest = text.strip_prefix(['P', 'p'])?;
    let (mut seconds, mut number, mut in_time, mut any) = (0_i64, String::new(), false, false);
    for c in rest.chars() {
        let unit = match (c.to_ascii_uppercase(), in_time) {
            ('0'..='9', _) => {
                number.push(c);
                continue;
            }
            ('T', false) => {
                in_time = true;
                continue;
            }
            ('W', false) => 604_800,
            ('D', false) => 86_400,
            ('H', true) => 3_600,
            ('M', true) => 60,
            ('S', true) => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
        any = true;
    }
    (any && number.is_empty()).then_some(seconds)
}

fn dotnet(text: &str) -> Option<i64> {
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) => (days.parse::<i64>().ok()?, clock),
        None if text.contains(':') => (0, text),
        None => return text.parse::<i64>().ok()?.checked_mul(86_400),
    };
    let mut parts = clock.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().unwrap_or(Some(0))?;
    days.checked_mul(86_400)?
        .checked_add(hours.checked_mul(3_600)?)?
        .checked_add(minutes.checked_mul(60)?)?
        .checked_add(seconds)
}

/// One `fieldMappings` entry of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMapping {
    /// Identifier of the entity type, such as `HostName`.
    pub identifier: Option<Located<String>>,
    /// Column of the query's result.
    pub column: Option<Located<String>>,
}

/// One entry of `entityMappings`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityMapping {
    /// `Host`, `Account`, `IP`, …
    pub entity_type: Option<Located<String>>,
    /// The columns that identify it.
    pub fields: Vec<FieldMapping>,
}

/// One entry of `impactedAssets` of a Defender detection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpactedAsset {
    /// The resource type: `#microsoft.graph.security.impactedDeviceAsset`, `…UserAsset` or `…MailboxAsset`.
    pub kind: Option<Located<String>>,
    /// The column of the result, its first letter small: `deviceId`.
    pub identifier: Option<Located<String>>,
}

/// One entry of `requiredDataConnectors`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connector {
    /// `connectorId`.
    pub id: Option<Located<String>>,
    /// `dataTypes`: the tables that it fills.
    pub data_types: Vec<Located<String>>,
}

/// A duration as written, and as read.
pub type LocatedDuration = Located<(String, Option<Seconds>)>;

/// What keeps a scheduled rule from reporting the same thing again and again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repetition {
    /// Whether the rule stops for a while after an alert (`suppressionEnabled`).
    pub is_suppressed: bool,
    /// How long it stops (`suppressionDuration`).
    pub suppression: Option<Seconds>,
    /// Whether every result is an alert of its own (`aggregationKind`).
    pub is_alert_per_result: bool,
    /// How far back alerts join an incident, where they are grouped (`groupingConfiguration`).
    pub grouping: Option<Seconds>,
}

/// Everything around the query that kqlift understands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Identifier of the rule, usually a GUID.
    pub id: Option<Located<String>>,
    /// Display name.
    pub name: Option<Located<String>>,
    /// What the rule looks for.
    pub description: Option<Located<String>>,
    /// Severity of the alert as written.
    pub severity: Option<Located<String>>,
    /// Template state, such as `Available`.
    pub status: Option<Located<String>>,
    /// `Scheduled` or `NRT`, as written.
    pub kind: Option<Located<String>>,
    /// How often the rule runs.
    pub query_frequency: Option<LocatedDuration>,
    /// How far back each run looks.
    pub query_period: Option<LocatedDuration>,
    /// `gt`, `lt`, `eq`, `ne` or the long forms.
    pub trigger_operator: Option<Located<String>>,
    /// Number of results that the operator compares with, as written.
    pub trigger_threshold: Option<Located<String>>,
    /// What keeps alerts from repeating.
    pub repetition: Repetition,
    /// ATT&CK tactics, as written.
    pub tactics: Vec<Located<String>>,
    /// ATT&CK technique ids, as written.
    pub techniques: Vec<Located<String>>,
    /// Free labels.
    pub tags: Vec<Located<String>>,
    /// Data connectors and tables that the rule says it needs.
    pub connectors: Vec<Connector>,
    /// Entities and the columns that fill them.
    pub entities: Vec<EntityMapping>,
    /// What a Defender detection says is affected.
    pub impacted_assets: Vec<ImpactedAsset>,
    /// Alert details: key and column.
    pub custom_details: Vec<(Located<String>, Located<String>)>,
    /// Title and description of the alert with `{{Column}}` placeholders, where the rule has its own.
    pub alert_formats: Vec<Located<String>>,
    /// Version of the rule.
    pub version: Option<Located<String>>,
    /// Author, where the file names one.
    pub author: Option<Located<String>>,
    /// Links.
    pub references: Vec<Located<String>>,
    /// Every key of the file with its path (`entityMappings.0.entityType`), for messages about keys.
    pub keys: Vec<(String, TextId)>,
    /// Which part of its file the query is, where the file was divided into several queries.
    pub part: Option<Part>,
}

/// One of the queries of a file that has nothing but queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1.
    pub number: usize,
    /// How many there are.
    pub count: usize,
}

impl Metadata {
    /// The alert severity, if it is one that Sentinel knows.
    pub fn alert_severity(&self) -> Option<AlertSeverity> {
        self.severity.as_ref().and_then(|severity| AlertSeverity::parse(&severity.value))
    }

    /// How far back each run looks, if the file says so legibly.
    pub fn period(&self) -> Option<Seconds> {
        self.query_period.as_ref().and_then(|period| period.value.1)
    }

    /// How often the rule runs, if the file says so legibly.
    pub fn frequency(&self) -> Option<Seconds> {
        self.query_frequency.as_ref().and_then(|frequency| frequency.value.1)
    }
}

#[cfg(test)]
mod tests {
    use super::Seconds;

    #[test]
    fn durations_in_every_spelling_that_rule_files_use() {
        let read = |text| Seconds::parse(text).map(|seconds| seconds.0);
        assert_eq!(read("5m"), Some(300));
        assert_eq!(read("14d"), Some(1_209_600));
        assert_eq!(read("PT1H30M"), Some(5_400));
        assert_eq!(read("P1DT12H"), Some(129_600));
        assert_eq!(read("01:00:00"), Some(3_600));
        assert_eq!(read("1.00:00:00"), Some(86_400));
        assert_eq!(read("7"), Some(604_800));
        assert_eq!(read("PT"), None);
        assert_eq!(read("1 hour"), None);
        assert_eq!(read("99999999999999999999d"), None);
    }

    #[test]
    fn the_short_form_is_exact() {
        assert_eq!(Seconds(5_400).short(), "90m");
        assert_eq!(Seconds(86_400).short(), "1d");
        assert_eq!(Seconds(61).short(), "61s");
        assert_eq!(Seconds(0).short(), "0s");
    }
}
