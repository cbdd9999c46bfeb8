//! Rules to YAML that reads as the same rules.

use serde_yaml::{Mapping, Value as Yaml};

use super::{
    Alias, Body, Conditions, Correlation, CorrelationCondition, Detection, Item, LogSource, Names, Search, SigmaRule,
    SigmaValue,
};

/// Keys that rules have below their logic.
const BELOW: &[&str] = &["fields", "falsepositives", "level"];

/// Writes rules, one YAML document each.
///
/// # Errors
///
/// If a value of an unknown key cannot be written as YAML.
pub fn write(rules: &[SigmaRule]) -> Result<String, String> {
    let documents: Result<Vec<String>, _> = rules.iter().map(|rule| serde_yaml::to_string(&document(rule))).collect();
    documents.map(|documents| documents.join("---\n")).map_err(|error| error.to_string())
}

/// The logic stands in front of the first key that usually follows it.
fn document(rule: &SigmaRule) -> Mapping {
    let below = rule.head.entries.iter().position(|(key, _)| BELOW.contains(&key.as_str()));
    let (above, below) = rule.head.entries.split_at(below.unwrap_or(rule.head.entries.len()));
    let mut mapping = Mapping::new();
    add_all(&mut mapping, above);
    match &rule.body {
        Body::Detection { log_source, detection } => {
            add(&mut mapping, "logsource", self::log_source(log_source));
            let mut logic = Mapping::new();
            add_detection(&mut logic, detection);
            add(&mut mapping, "detection", logic);
        }
        Body::Correlation(correlation) => add(&mut mapping, "correlation", self::correlation(correlation)),
        Body::Filter { log_source, filter } => {
            add(&mut mapping, "logsource", self::log_source(log_source));
            let mut logic = Mapping::new();
            match &filter.rules {
                Some(rules) => add(&mut logic, "rules", names(rules)),
                None => add(&mut logic, "rules", "any"),
            }
            add_detection(&mut logic, &filter.detection);
            add(&mut mapping, "filter", logic);
        }
    }
    add_all(&mut mapping, below);
    mapping
}

fn add(mapping: &mut Mapping, key: &str, value: impl Into<Yaml>) {
    mapping.insert(Yaml::from(key), value.into());
}

fn add_all(mapping: &mut Mapping, entries: &[(String, Yaml)]) {
    for (key, value) in entries {
        add(mapping, key, value.clone());
    }
}

fn log_source(log_source: &LogSource) -> Mapping {
    let mut mapping = Mapping::new();
    let keys = [("category", &log_source.category), ("product", &log_source.product), ("service", &log_source.service)];
    for (key, value) in keys {
        if let Some(value) = value {
            add(&mut mapping, key, value.as_str());
        }
    }
    add_all(&mut mapping, &log_source.other);
    mapping
}

fn add_detection(mapping: &mut Mapping, detection: &Detection) {
    for (name, found) in &detection.searches {
        add(mapping, name, search(found));
    }
    if let Some(timeframe) = &detection.timeframe {
        add(mapping, "timeframe", timeframe.as_str());
    }
    add(mapping, "condition", conditions(&detection.condition));
}

fn conditions(conditions: &Conditions) -> Yaml {
    let texts = conditions.items.iter().map(|condition| condition.text.as_str());
    list_or_single(texts.map(Yaml::from).collect(), conditions.is_list)
}

fn search(found: &Search) -> Yaml {
    match found {
        Search::Every(items) => {
            let mut mapping = Mapping::new();
            for item in items {
                add(&mut mapping, &item.key(), values(item));
            }
            Yaml::Mapping(mapping)
        }
        Search::Any(parts) => Yaml::Sequence(parts.iter().map(search).collect()),
        Search::Keyword(found) => value(found),
    }
}

fn values(item: &Item) -> Yaml {
    list_or_single(item.values.iter().map(value).collect(), item.is_list)
}

fn list_or_single(mut values: Vec<Yaml>, is_list: bool) -> Yaml {
    match values.pop() {
        Some(only) if values.is_empty() && !is_list => only,
        last => {
            values.extend(last);
            Yaml::Sequence(values)
        }
    }
}

fn value(value: &SigmaValue) -> Yaml {
    match value {
        SigmaValue::Text(pattern) => Yaml::from(pattern.to_string()),
        SigmaValue::Raw(text) => Yaml::from(text.as_str()),
        SigmaValue::Integer(number) => Yaml::from(*number),
        SigmaValue::Real(number) => Yaml::from(*number),
        SigmaValue::Bool(value) => Yaml::from(*value),
        SigmaValue::Null => Yaml::Null,
    }
}

fn names(names: &Names) -> Yaml {
    list_or_single(names.items.iter().map(|name| Yaml::from(name.as_str())).collect(), names.is_list)
}

fn correlation(correlation: &Correlation) -> Mapping {
    let mut mapping = Mapping::new();
    add(&mut mapping, "type", correlation.kind.as_str());
    add(&mut mapping, "rules", names(&correlation.rules));
    if let Some(group_by) = &correlation.group_by {
        add(&mut mapping, "group-by", names(group_by));
    }
    add(&mut mapping, "timespan", correlation.timespan.to_string());
    match &correlation.condition {
        Some(CorrelationCondition::Rules(condition)) => add(&mut mapping, "condition", condition.text.as_str()),
        Some(CorrelationCondition::Threshold { field, limits, percentile }) => {
            let mut condition = Mapping::new();
            if let Some(field) = field {
                add(&mut condition, "field", names(field));
            }
            for (threshold, limit) in limits {
                add(&mut condition, threshold.as_str(), number(*limit));
            }
            if let Some(percentile) = percentile {
                add(&mut condition, "percentile", number(*percentile));
            }
            add(&mut mapping, "condition", condition);
        }
        None => {}
    }
    if !correlation.aliases.is_empty() {
        add(&mut mapping, "aliases", aliases(&correlation.aliases));
    }
    if let Some(generate) = correlation.generate {
        add(&mut mapping, "generate", generate);
    }
    mapping
}

fn aliases(aliases: &[Alias]) -> Mapping {
    let mut mapping = Mapping::new();
    for Alias { name, fields } in aliases {
        let mut of_rules = Mapping::new();
        for (rule, field) in fields {
            add(&mut of_rules, rule, field.as_str());
        }
        add(&mut mapping, name, of_rules);
    }
    mapping
}

/// Whole numbers without a point.
#[expect(clippy::cast_possible_truncation, reason = "bounded by the comparison in front")]
fn number(number: f64) -> Yaml {
    if number.fract() == 0.0 && number.abs() < 9e15 { Yaml::from(number as i64) } else { Yaml::from(number) }
}
