//! YAML to rules.

use std::borrow::Cow;

use serde::Deserialize as _;
use serde_yaml::{Mapping, Value as Yaml};

use super::{
    Alias, Body, Condition, Conditions, Correlation, CorrelationCondition, CorrelationKind, Detection, Filter, Head,
    Item, LogSource, Modifier, Names, Pattern, Search, SigmaProblem, SigmaRule, SigmaValue, Threshold, Timespan,
};

/// Deepest nesting of lists in a search.
const MAX_DEPTH: usize = 32;

/// Reads the rules of a file, and what is wrong with those that could not be read.
pub fn read(text: &str) -> (Vec<SigmaRule>, Vec<SigmaProblem>) {
    let mut collection = Collection::default();
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    for (document, deserializer) in serde_yaml::Deserializer::from_str(text).enumerate() {
        let mut reader = Reader { document, problems: Vec::new() };
        match Yaml::deserialize(deserializer) {
            Ok(Yaml::Null) => {}
            Ok(Yaml::Mapping(mapping)) => {
                if let Some(mapping) = collection.document(mapping, &mut reader) {
                    let rule = reader.rule(mapping);
                    rules.extend(rule.filter(|_| reader.problems.is_empty()));
                }
            }
            Ok(_) => reader.problem("", "a rule is a map of keys and values"),
            Err(error) => {
                reader.problem("", format!("not valid YAML: {error}"));
                problems.append(&mut reader.problems);
                // What follows a syntax error cannot be told apart.
                break;
            }
        }
        problems.append(&mut reader.problems);
    }
    (rules, problems)
}

/// What earlier documents of an old collection leave for later ones.
#[derive(Default)]
struct Collection {
    global: Mapping,
    previous: Mapping,
}

impl Collection {
    /// The document as a rule of its own; nothing for one that only prepares others.
    fn document(&mut self, mut mapping: Mapping, reader: &mut Reader) -> Option<&Mapping> {
        let action = mapping.remove("action");
        let base = match action.as_ref().map(|action| action.as_str().unwrap_or_default()) {
            None => self.global.clone(),
            Some("global") => {
                merge(&mut self.global, mapping);
                return None;
            }
            Some("reset") => {
                self.global = Mapping::new();
                if mapping.is_empty() {
                    return None;
                }
                Mapping::new()
            }
            Some("repeat") => std::mem::take(&mut self.previous),
            Some(other) => {
                reader.problem("action", format!("`{other}` is none of `global`, `reset` and `repeat`"));
                return None;
            }
        };
        self.previous = if base.is_empty() { mapping } else { merged(base, mapping) };
        Some(&self.previous)
    }
}

/// Adds keys; maps under the same key become one, anything else is replaced.
fn merge(into: &mut Mapping, from: Mapping) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Yaml::Mapping(old)), Yaml::Mapping(new)) => merge(old, new),
            (Some(old), value) => *old = value,
            (None, value) => {
                into.insert(key, value);
            }
        }
    }
}

fn merged(mut base: Mapping, over: Mapping) -> Mapping {
    merge(&mut base, over);
    base
}

struct Reader {
    document: usize,
    problems: Vec<SigmaProblem>,
}

/// Keys and values of a map, in order.
type Entries<'y> = Vec<(Cow<'y, str>, &'y Yaml)>;

fn value_of<'y>(entries: &Entries<'y>, name: &str) -> Option<&'y Yaml> {
    entries.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
}

/// The key as text. Numbers and truth values are keys too.
fn key_text(key: &Yaml) -> Option<Cow<'_, str>> {
    match key {
        Yaml::String(text) => Some(Cow::Borrowed(text)),
        Yaml::Number(number) => Some(Cow::Owned(number.to_string())),
        Yaml::Bool(value) => Some(Cow::Owned(value.to_string())),
        Yaml::Null | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => None,
    }
}

impl Reader {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        let (path, message) = (path.into(), message.into());
        self.problems.push(SigmaProblem { document: self.document, path, message, span: None });
    }

    fn rule(&mut self, mapping: &Mapping) -> Option<SigmaRule> {
        let body_keys = ["logsource", "detection", "correlation", "filter"];
        let entries = self.entries(mapping, "");
        let get = |name: &str| value_of(&entries, name);
        let body = match (get("detection"), get("correlation"), get("filter")) {
            (Some(detection), None, None) => Body::Detection {
                log_source: self.log_source(get("logsource"))?,
                detection: self.detection(detection, "detection")?,
            },
            (None, Some(correlation), None) => Body::Correlation(self.correlation(correlation)?),
            (None, None, Some(filter)) => {
                Body::Filter { log_source: self.log_source(get("logsource"))?, filter: self.filter(filter)? }
            }
            (None, None, None) => {
                self.problem("", "a rule has a `detection`, a `correlation` or a `filter`");
                return None;
            }
            _ => {
                self.problem("", "a rule has only one of `detection`, `correlation` and `filter`");
                return None;
            }
        };
        let head = entries.iter().filter(|(key, _)| !body_keys.contains(&&**key));
        let entries = head.map(|(key, value)| (key.clone().into_owned(), (*value).clone())).collect();
        Some(SigmaRule { head: Head { entries }, body })
    }

    fn entries<'y>(&mut self, mapping: &'y Mapping, path: &str) -> Entries<'y> {
        let mut entries = Vec::with_capacity(mapping.len());
        for (key, value) in mapping {
            match key_text(key) {
                Some(key) => entries.push((key, value)),
                None => self.problem(path, "a key is no text"),
            }
        }
        entries
    }

    fn map<'y>(&mut self, value: &'y Yaml, path: &str) -> Option<Entries<'y>> {
        if let Yaml::Mapping(mapping) = value {
            Some(self.entries(mapping, path))
        } else {
            self.problem(path, "this is a map of keys and values");
            None
        }
    }

    fn text(&mut self, value: &Yaml, path: &str) -> Option<String> {
        let text = key_text(value).map(Cow::into_owned);
        if text.is_none() {
            self.problem(path, "this is a text");
        }
        text
    }

    fn names(&mut self, value: &Yaml, path: &str) -> Option<Names> {
        match value {
            Yaml::Sequence(items) => {
                let mut names = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    names.push(self.text(item, &format!("{path}.{index}"))?);
                }
                Some(Names { items: names, is_list: true })
            }
            single => Some(Names { items: vec![self.text(single, path)?], is_list: false }),
        }
    }

    fn log_source(&mut self, value: Option<&Yaml>) -> Option<LogSource> {
        let Some(value) = value else {
            self.problem("", "the key `logsource` is missing");
            return None;
        };
        let mut log_source = LogSource::default();
        for (key, value) in self.map(value, "logsource")? {
            match &*key {
                "category" => log_source.category = Some(self.text(value, "logsource.category")?),
                "product" => log_source.product = Some(self.text(value, "logsource.product")?),
                "service" => log_source.service = Some(self.text(value, "logsource.service")?),
                _ => log_source.other.push((key.into_owned(), value.clone())),
            }
        }
        Some(log_source)
    }

    fn detection(&mut self, value: &Yaml, path: &str) -> Option<Detection> {
        let mut searches = Vec::new();
        let (mut condition, mut timeframe) = (None, None);
        for (key, value) in self.map(value, path)? {
            let path = format!("{path}.{key}");
            match &*key {
                "condition" => condition = self.conditions(value, &path),
                "timeframe" => timeframe = self.text(value, &path),
                // A filter says which rules it is for in the same map.
                "rules" if path.starts_with("filter.") => {}
                _ => searches.extend(self.search(value, &path, 0).map(|search| (key.into_owned(), search))),
            }
        }
        if condition.is_none() && self.problems.is_empty() {
            self.problem(path, "the key `condition` is missing");
        }
        Some(Detection { searches, condition: condition?, timeframe })
    }

    fn conditions(&mut self, value: &Yaml, path: &str) -> Option<Conditions> {
        match value {
            Yaml::Sequence(items) => {
                let mut conditions = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    conditions.push(self.condition(item, &format!("{path}.{index}"))?);
                }
                if conditions.is_empty() {
                    self.problem(path, "the list of conditions is empty");
                }
                Some(Conditions { items: conditions, is_list: true })
            }
            single => Some(Conditions { items: vec![self.condition(single, path)?], is_list: false }),
        }
    }

    fn condition(&mut self, value: &Yaml, path: &str) -> Option<Condition> {
        let text = self.text(value, path)?;
        match Condition::parse(&text) {
            Ok(condition) => Some(condition),
            Err(error) => {
                let span = Some(error.span);
                let (document, path) = (self.document, path.to_owned());
                self.problems.push(SigmaProblem { document, path, message: error.message, span });
                None
            }
        }
    }

    fn search(&mut self, value: &Yaml, path: &str, depth: usize) -> Option<Search> {
        if depth > MAX_DEPTH {
            self.problem(path, format!("lists nest more than {MAX_DEPTH} levels deep"));
            return None;
        }
        match value {
            Yaml::Mapping(mapping) => {
                let mut items = Vec::with_capacity(mapping.len());
                for (key, value) in self.entries(mapping, path) {
                    items.push(self.item(&key, value, &format!("{path}.{key}"))?);
                }
                Some(Search::Every(items))
            }
            Yaml::Sequence(parts) => {
                let mut searches = Vec::with_capacity(parts.len());
                for (index, part) in parts.iter().enumerate() {
                    searches.push(self.search(part, &format!("{path}.{index}"), depth + 1)?);
                }
                Some(Search::Any(searches))
            }
            scalar => Some(Search::Keyword(self.value(scalar, &[], path)?)),
        }
    }

    fn item(&mut self, key: &str, value: &Yaml, path: &str) -> Option<Item> {
        let mut parts = key.split('|');
        let field = parts.next().filter(|field| !field.is_empty()).map(str::to_owned);
        let mut modifiers = Vec::new();
        for part in parts {
            let Some(modifier) = Modifier::parse(part) else {
                self.problem(path, format!("there is no modifier `{part}`{}", near(part)));
                return None;
            };
            modifiers.push(modifier);
        }
        let (items, is_list) = match value {
            Yaml::Sequence(items) => (items.as_slice(), true),
            single => (std::slice::from_ref(single), false),
        };
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let path = if is_list { format!("{path}.{index}") } else { path.to_owned() };
            values.push(self.value(item, &modifiers, &path)?);
        }
        Some(Item { field, modifiers, values, is_list })
    }

    fn value(&mut self, value: &Yaml, modifiers: &[Modifier], path: &str) -> Option<SigmaValue> {
        Some(match value {
            Yaml::Null => SigmaValue::Null,
            Yaml::Bool(value) => SigmaValue::Bool(*value),
            Yaml::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => SigmaValue::Integer(integer),
                // Its digits are compared as text where the number does not fit.
                (None, _) if number.is_u64() => SigmaValue::Text(Pattern::literal(&number.to_string())),
                (None, Some(real)) => SigmaValue::Real(real),
                (None, None) => SigmaValue::Text(Pattern::literal(&number.to_string())),
            },
            Yaml::String(text) if modifiers.iter().any(|modifier| modifier.takes_raw_text()) => {
                SigmaValue::Raw(text.clone())
            }
            Yaml::String(text) if modifiers.contains(&Modifier::Expand) => {
                SigmaValue::Text(Pattern::parse_with_placeholders(text))
            }
            Yaml::String(text) => SigmaValue::Text(Pattern::parse(text)),
            Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => {
                self.problem(path, "a value is a text, a number, `true`, `false` or `null`");
                return None;
            }
        })
    }

    fn filter(&mut self, value: &Yaml) -> Option<Filter> {
        let detection = self.detection(value, "filter");
        let rules = match value.get("rules") {
            None => {
                self.problem("filter", "the key `rules` is missing");
                return None;
            }
            Some(Yaml::String(word)) if word == "any" => None,
            Some(rules) => Some(self.names(rules, "filter.rules")?),
        };
        Some(Filter { rules, detection: detection? })
    }

    fn correlation(&mut self, value: &Yaml) -> Option<Correlation> {
        let entries = self.map(value, "correlation")?;
        let get = |name: &str| value_of(&entries, name);
        for (key, _) in &entries {
            let known = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];
            if !known.contains(&&**key) {
                self.problem(format!("correlation.{key}"), "a correlation has no such key");
            }
        }
        for name in ["type", "rules", "timespan"] {
            if get(name).is_none() {
                self.problem("correlation", format!("the key `{name}` is missing"));
            }
        }
        let kind = self.correlation_kind(get("type")?)?;
        let rules = self.names(get("rules")?, "correlation.rules")?;
        let written = self.text(get("timespan")?, "correlation.timespan")?;
        let Some(timespan) = Timespan::parse(&written) else {
            self.problem("correlation.timespan", format!("`{written}` is no length of time such as `15m`"));
            return None;
        };
        let group_by = match get("group-by") {
            Some(value) => Some(self.names(value, "correlation.group-by")?),
            None => None,
        };
        let condition = match get("condition") {
            Some(value) => Some(self.correlation_condition(value)?),
            None => None,
        };
        self.check_condition(kind, condition.as_ref());
        let aliases = match get("aliases") {
            Some(value) => self.aliases(value)?,
            None => Vec::new(),
        };
        let generate = match get("generate") {
            Some(Yaml::Bool(value)) => Some(*value),
            Some(_) => {
                self.problem("correlation.generate", "this is `true` or `false`");
                None
            }
            None => None,
        };
        Some(Correlation { kind, rules, group_by, timespan, condition, aliases, generate })
    }

    fn correlation_kind(&mut self, value: &Yaml) -> Option<CorrelationKind> {
        let word = self.text(value, "correlation.type")?;
        let kind = CorrelationKind::parse(&word);
        if kind.is_none() {
            let known: Vec<&str> = CorrelationKind::ALL.iter().map(|kind| kind.as_str()).collect();
            self.problem("correlation.type", format!("`{word}` is none of {}", known.join(", ")));
        }
        kind
    }

    fn correlation_condition(&mut self, value: &Yaml) -> Option<CorrelationCondition> {
        let path = "correlation.condition";
        if let Yaml::String(_) = value {
            return self.condition(value, path).map(CorrelationCondition::Rules);
        }
        let (mut field, mut limits, mut percentile) = (None, Vec::new(), None);
        for (key, value) in self.map(value, path)? {
            let path = format!("{path}.{key}");
            match (&*key, Threshold::parse(&key)) {
                ("field", _) => field = Some(self.names(value, &path)?),
                ("percentile", _) => percentile = Some(self.number(value, &path)?),
                (_, Some(threshold)) => limits.push((threshold, self.number(value, &path)?)),
                (_, None) => self.problem(path, "a condition has no such key"),
            }
        }
        Some(CorrelationCondition::Threshold { field, limits, percentile })
    }

    /// The JSON schema means to require these keys, but does not.
    fn check_condition(&mut self, kind: CorrelationKind, condition: Option<&CorrelationCondition>) {
        let name = kind.as_str();
        match condition {
            None if kind.needs_threshold() => {
                self.problem("correlation", format!("`{name}` needs a `condition`"));
            }
            Some(CorrelationCondition::Threshold { limits, .. }) if limits.is_empty() => {
                self.problem("correlation.condition", "the condition compares with nothing");
            }
            Some(CorrelationCondition::Threshold { field: None, .. }) if kind.needs_field() => {
                self.problem("correlation.condition", format!("`{name}` needs a `field`"));
            }
            Some(CorrelationCondition::Rules(_)) if kind.needs_threshold() => {
                self.problem("correlation.condition", format!("`{name}` compares a number, such as `gte: 10`"));
            }
            None | Some(CorrelationCondition::Threshold { .. } | CorrelationCondition::Rules(_)) => {}
        }
    }

    fn number(&mut self, value: &Yaml, path: &str) -> Option<f64> {
        let number = value.as_f64();
        if number.is_none() {
            self.problem(path, "this is a number");
        }
        number
    }

    fn aliases(&mut self, value: &Yaml) -> Option<Vec<Alias>> {
        let mut aliases = Vec::new();
        for (alias, value) in self.map(value, "correlation.aliases")? {
            let path = format!("correlation.aliases.{alias}");
            let mut fields = Vec::new();
            for (rule, field) in self.map(value, &path)? {
                let field = self.text(field, &format!("{path}.{rule}"))?;
                fields.push((rule.into_owned(), field));
            }
            aliases.push(Alias { name: alias.into_owned(), fields });
        }
        Some(aliases)
    }
}

/// What may be meant by an unknown modifier.
fn near(word: &str) -> String {
    let names = Modifier::ALL.iter().map(|modifier| modifier.as_str());
    crate::schema::nearest(word, names).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}
