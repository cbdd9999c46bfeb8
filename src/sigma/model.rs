//! What a Sigma rule says, without loss.

use serde_yaml::Value as Yaml;

use super::{Condition, Modifier, Pattern};

/// A rule of any kind.
#[derive(Debug, Clone, PartialEq)]
pub struct SigmaRule {
    /// What stands around the logic.
    pub head: Head,
    /// The logic.
    pub body: Body,
}

/// Everything but the logic: the keys in the order of the file, unknown ones included.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Head {
    /// Keys and values.
    pub entries: Vec<(String, Yaml)>,
}

impl Head {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text of a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Yaml::as_str)
    }

    /// The texts of a key; a single text counts as a list of one.
    pub fn texts(&self, key: &str) -> Vec<&str> {
        match self.get(key) {
            Some(Yaml::Sequence(items)) => items.iter().filter_map(Yaml::as_str).collect(),
            Some(Yaml::String(text)) => vec![text],
            _ => Vec::new(),
        }
    }
}

/// What a rule is.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// It looks at single events.
    Detection {
        /// The events that it looks at.
        log_source: LogSource,
        /// What it looks for.
        detection: Detection,
    },
    /// It relates what other rules find.
    Correlation(Correlation),
    /// It narrows other rules.
    Filter {
        /// The events of those rules.
        log_source: LogSource,
        /// What it keeps.
        filter: Filter,
    },
}

/// `logsource`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogSource {
    /// `category`
    pub category: Option<String>,
    /// `product`
    pub product: Option<String>,
    /// `service`
    pub service: Option<String>,
    /// Any other key, `definition` among them.
    pub other: Vec<(String, Yaml)>,
}

/// `detection`
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// The searches by name.
    pub searches: Vec<(String, Search)>,
    /// How they are combined.
    pub condition: Conditions,
    /// `timeframe`, which older rules use with an aggregation.
    pub timeframe: Option<String>,
}

/// The value of `condition`.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditions {
    /// The conditions, one of which has to hold.
    pub items: Vec<Condition>,
    /// Whether they are written as a list.
    pub is_list: bool,
}

/// A search, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub enum Search {
    /// A map: every item has to hold.
    Every(Vec<Item>),
    /// A list: one of these has to hold.
    Any(Vec<Search>),
    /// A value that is looked for in the whole event.
    Keyword(SigmaValue),
}

/// `field|modifier: values`
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The field; nothing for keywords, as in `'|all'`.
    pub field: Option<String>,
    /// The modifiers in order.
    pub modifiers: Vec<Modifier>,
    /// The values.
    pub values: Vec<SigmaValue>,
    /// Whether they are written as a list.
    pub is_list: bool,
}

impl Item {
    /// Whether the item has the modifier.
    pub fn has(&self, modifier: Modifier) -> bool {
        self.modifiers.contains(&modifier)
    }

    /// The key as written.
    pub fn key(&self) -> String {
        let mut key = self.field.clone().unwrap_or_default();
        for modifier in &self.modifiers {
            key.push('|');
            key.push_str(modifier.as_str());
        }
        key
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum SigmaValue {
    /// Text with wildcards.
    Text(Pattern),
    /// Text that is taken as it is: a regular expression, a network, the name of a field.
    Raw(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Real(f64),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
}

/// `correlation`
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// `type`
    pub kind: CorrelationKind,
    /// Names or ids of the rules.
    pub rules: Names,
    /// Fields whose values belong together; nothing if the key is absent.
    pub group_by: Option<Names>,
    /// The window.
    pub timespan: Timespan,
    /// `condition`
    pub condition: Option<CorrelationCondition>,
    /// Names for fields that are called differently in each rule.
    pub aliases: Vec<Alias>,
    /// Whether the rules also run for themselves.
    pub generate: Option<bool>,
}

/// A name for fields that are called differently in each rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name.
    pub name: String,
    /// Rule and field.
    pub fields: Vec<(String, String)>,
}

/// One name, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The names.
    pub items: Vec<String>,
    /// Whether they are written as a list.
    pub is_list: bool,
}

/// What a correlation computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`as_str` is Sigma's name for each")]
pub enum CorrelationKind {
    EventCount,
    Temporal,
    TemporalOrdered,
    ValueAverage,
    ValueCount,
    ValueMedian,
    ValuePercentile,
    ValueSum,
}

impl CorrelationKind {
    /// Every kind, by name.
    pub const ALL: [Self; 8] = [
        Self::EventCount,
        Self::Temporal,
        Self::TemporalOrdered,
        Self::ValueAverage,
        Self::ValueCount,
        Self::ValueMedian,
        Self::ValuePercentile,
        Self::ValueSum,
    ];

    /// Reads Sigma's name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Sigma's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
            Self::ValueAverage => "value_avg",
            Self::ValueCount => "value_count",
            Self::ValueMedian => "value_median",
            Self::ValuePercentile => "value_percentile",
            Self::ValueSum => "value_sum",
        }
    }

    /// Whether it compares a number with a threshold, so that a condition is needed.
    pub fn needs_threshold(self) -> bool {
        !matches!(self, Self::Temporal | Self::TemporalOrdered)
    }

    /// Whether it needs a field to compute from.
    pub fn needs_field(self) -> bool {
        match self {
            Self::ValueAverage | Self::ValueCount | Self::ValueMedian | Self::ValuePercentile | Self::ValueSum => true,
            Self::EventCount | Self::Temporal | Self::TemporalOrdered => false,
        }
    }
}

/// A length of time as written: `15m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timespan {
    /// How many.
    pub count: u64,
    /// Of what.
    pub unit: TimeUnit,
}

/// Units of a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TimeUnit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Timespan {
    /// Reads `30s`, `15m`, `1h`, `7d`, `1w`, `1M`, `1y`.
    pub fn parse(text: &str) -> Option<Self> {
        let unit = match text.chars().next_back()? {
            's' => TimeUnit::Second,
            'm' => TimeUnit::Minute,
            'h' => TimeUnit::Hour,
            'd' => TimeUnit::Day,
            'w' => TimeUnit::Week,
            'M' => TimeUnit::Month,
            'y' => TimeUnit::Year,
            _ => return None,
        };
        let digits = text.get(..text.len() - 1)?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        Some(Self { count: digits.parse().ok().filter(|_| is_number)?, unit })
    }
}

impl std::fmt::Display for Timespan {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = match self.unit {
            TimeUnit::Second => 's',
            TimeUnit::Minute => 'm',
            TimeUnit::Hour => 'h',
            TimeUnit::Day => 'd',
            TimeUnit::Week => 'w',
            TimeUnit::Month => 'M',
            TimeUnit::Year => 'y',
        };
        write!(formatter, "{}{unit}", self.count)
    }
}

/// When a correlation holds.
#[derive(Debug, Clone, PartialEq)]
pub enum CorrelationCondition {
    /// A number is compared with thresholds, all of which have to hold.
    Threshold {
        /// The fields that the number is computed from.
        field: Option<Names>,
        /// The thresholds.
        limits: Vec<(Threshold, f64)>,
        /// Which percentile.
        percentile: Option<f64>,
    },
    /// Which rules have to match, as in `rule_a and not rule_b`.
    Rules(Condition),
}

/// How a number is compared with a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`as_str` is Sigma's name for each")]
pub enum Threshold {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Threshold {
    /// Every comparison.
    pub const ALL: [Self; 6] =
        [Self::Equal, Self::NotEqual, Self::Greater, Self::GreaterOrEqual, Self::Less, Self::LessOrEqual];

    /// Reads Sigma's name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|found| found.as_str() == name)
    }

    /// Sigma's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "neq",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "gte",
            Self::Less => "lt",
            Self::LessOrEqual => "lte",
        }
    }
}

/// `filter`
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Names or ids of the rules that it narrows; nothing for `any`.
    pub rules: Option<Names>,
    /// The searches and the condition that an event has to fulfil besides.
    pub detection: Detection,
}
