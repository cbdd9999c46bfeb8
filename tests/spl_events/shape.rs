//! Events as Splunk's add-ons give them, by the data of the hub.

use std::collections::BTreeSet;

use kqlift::mapping::{Column, Concept, Dialect, Hub, LogSource, SplunkSource, ValueForm};
use kqlift::verify::Foreign;
use serde_json::{Map, Value as Json};

use super::spl::{DATASET, Row, Value, fields_of};

/// What every field of Windows events is called that is not in the section of its log source.
const OF_WINDOWS: &str = "columns.splunk_windows";

/// A Windows event of a log source, with Sigma's fields, as the XML rendering has it, at a time.
pub(super) fn of_windows(hub: &Hub, log_source: &str, event: &Map<String, Json>, time: f64) -> Option<Row> {
    let (id, channel) = (event.get("_id")?.as_str()?, event.get("Channel")?.as_str()?);
    // The classic log writes some channels in lower case.
    let source = format!("XmlWinEventLog:{}", if channel == "security" { "Security" } else { channel });
    let dialects: &[Dialect] = match channel {
        _ if channel.contains("Sysmon") => &[Dialect::SplunkSysmon, Dialect::Splunk],
        "Security" | "security" => &[Dialect::SplunkSecurity, Dialect::Splunk],
        _ => &[Dialect::Splunk],
    };
    let mut fields = vec![("source".to_owned(), Value::Text(source)), ("_time".to_owned(), Value::Number(time))];
    let mut renamed = BTreeSet::new();
    for section in [log_source, OF_WINDOWS] {
        let concepts = hub.concepts(section);
        for concept in concepts {
            let Some(column) = dialects.iter().find_map(|dialect| concept.column(*dialect)) else { continue };
            let Some(name) = column.names.first() else { continue };
            let Some((own, form, value)) = value(concepts, concept, event) else { continue };
            if let Some(text) = shown(&value, form, column, concept.prefix.as_deref()) {
                fields.push((name.clone(), Value::Text(text)));
            }
            if own.is_some_and(|own| !column.names.contains(own)) {
                renamed.extend(own.cloned());
            }
        }
    }
    for (name, value) in event.iter().filter(|(name, _)| !name.starts_with('_') && !renamed.contains(*name)) {
        if !fields.iter().any(|(known, _)| known == name) {
            fields.extend(text(value).map(|value| (name.clone(), Value::Text(value))));
        }
    }
    Some(Row::new(id, fields))
}

/// The value of a concept in an event with Sigma's fields: its own, or that of the whole that it is part of.
fn value<'c>(
    concepts: &'c [Concept],
    concept: &'c Concept,
    event: &Map<String, Json>,
) -> Option<(Option<&'c String>, ValueForm, String)> {
    let of = |concept: &'c Concept| {
        let column = concept.column(Dialect::Sigma).or_else(|| concept.column(Dialect::SigmaUnofficial))?;
        let own = column.names.iter().find(|name| event.contains_key(*name))?;
        Some((own, column.form, text(event.get(own)?)?))
    };
    if let Some((own, form, value)) = of(concept) {
        return Some((Some(own), form, value));
    }
    let whole = concepts.iter().find(|other| Some(&other.name) == concept.whole.as_ref())?;
    of(whole).map(|(_, form, value)| (None, form, value))
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The value as a column of Splunk shows it; `None` if how is not known here.
fn shown(value: &str, form: ValueForm, column: &Column, prefix: Option<&str>) -> Option<String> {
    if form.holds_same_value(column.form) {
        return Some(value.to_owned());
    }
    match (form, column.form) {
        (ValueForm::Path, ValueForm::Name) => Some(value.rsplit(['\\', '/']).next()?.to_owned()),
        (ValueForm::Acct, ValueForm::AcctName) => Some(value.rsplit('\\').next()?.to_owned()),
        (ValueForm::Hashlist, ValueForm::Hash) => {
            value.split(',').find_map(|part| part.strip_prefix(prefix?)).map(str::to_owned)
        }
        (ValueForm::Int, ValueForm::HexText) => Some(format!("{:#x}", value.parse::<i64>().ok()?)),
        _ => None,
    }
}

/// An event that was made for a log source, with the target's fields, which has to be found by its source first.
pub(super) fn of_fields(
    hub: &Hub,
    log_source: &LogSource,
    event: &Map<String, Json>,
    id: &str,
    time: f64,
) -> Option<Row> {
    let splunk = place(log_source)?;
    let mut found = Vec::new();
    for (name, value) in event {
        match value {
            // The name says already that there are several.
            Json::Array(values) if name.ends_with("{}") || name.contains("{}.") => {
                found.push((name.clone(), values.iter().filter_map(text).collect()));
            }
            other => fields_of(other, name, &mut found),
        }
    }
    let known: Vec<String> = found.iter().map(|(name, _)| name.clone()).collect();
    let mut fields: Vec<(String, Value)> = vec![("_time".to_owned(), Value::Number(time))];
    fields.extend(splunk.event_codes.first().map(|code| ("EventCode".to_owned(), Value::Text(code.to_string()))));
    fields.extend(selected(splunk).into_iter().filter(|(name, _)| !known.contains(name)));
    if splunk.sources.iter().any(|source| source.contains("WinEventLog")) {
        for concept in hub.concepts(OF_WINDOWS) {
            let (Some(own), Some(column)) = (concept.column(Dialect::Sigma), concept.column(Dialect::Splunk)) else {
                continue;
            };
            let value = own.names.iter().find_map(|name| text(event.get(name)?));
            // An event of another sensor has another number there.
            let is_own = |value: &String| {
                splunk.event_codes.is_empty() || value.parse().is_ok_and(|code| splunk.event_codes.contains(&code))
            };
            let value = value.filter(|value| column.names[0] != "EventCode" || is_own(value));
            fields.extend(column.names.first().cloned().zip(value.map(Value::Text)));
        }
    }
    fields.extend(found.into_iter().map(|(name, values)| (name, Value::many(values))));
    Some(Row::new(id, fields))
}

/// An event that was made for a log source, with the fields of its data model.
pub(super) fn of_model(log_source: &LogSource, event: &Map<String, Json>, id: &str, time: f64) -> Option<Row> {
    let model = log_source.data_model.as_ref()?;
    let name = |name: &str| format!("{}.{name}", model.dataset);
    let mut fields = vec![
        (DATASET.to_owned(), Value::Text(format!("{}.{}", model.model, model.dataset))),
        ("_time".to_owned(), Value::Number(time)),
    ];
    let filter = model.filter.as_ref().and_then(|filter| filter.split_once('='));
    fields.extend(filter.map(|(name, value)| (name.to_owned(), Value::Text(value.trim_matches('"').to_owned()))));
    fields.extend(event.iter().filter_map(|(own, value)| Some((name(own), Value::Text(text(value)?)))));
    Some(Row::new(id, fields))
}

/// The place where the events of a log source are searched.
pub(super) fn place(log_source: &LogSource) -> Option<&SplunkSource> {
    log_source.splunk.iter().find(|splunk| !splunk.sources.is_empty() || !splunk.source_types.is_empty())
}

/// The fields that tell the events of a place.
fn selected(splunk: &SplunkSource) -> Vec<(String, Value)> {
    let text = |text: &String| Value::Text(text.clone());
    let mut fields = Vec::new();
    fields.extend(splunk.source_types.first().map(|name| ("sourcetype".to_owned(), text(name))));
    fields.extend(splunk.sources.first().map(|name| ("source".to_owned(), text(name))));
    if let Some((name, values)) = filter(splunk) {
        fields.extend(values.first().map(|first| (name.to_owned(), Value::Text((*first).to_owned()))));
    }
    fields
}

/// The field that a place has a condition on, `name=value` or `name IN (value, …)`, and its values.
fn filter(splunk: &SplunkSource) -> Option<(&str, Vec<&str>)> {
    let filter = splunk.filter.as_ref()?;
    let (name, values) = filter.split_once('=').or_else(|| filter.split_once(" IN ("))?;
    Some((name, values.trim_end_matches(')').split(", ").map(|value| value.trim_matches('"')).collect()))
}

/// Whether there can be such an event of a log source for a search: what tells its events at their place is one of the
/// values that tell, and there if the search itself asks for it, too.
pub(super) fn exists(hub: &Hub, foreign: &Foreign<'_>, search: &str) -> bool {
    let native = foreign.log_source.strip_prefix("native.").and_then(|table| hub.native(table));
    let Some(splunk) = native.or_else(|| hub.log_source(foreign.log_source)).and_then(place) else { return false };
    let is_asked = |name: &str, times: usize| {
        let is_name = |at: usize| !search[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_'));
        search.match_indices(name).filter(|(at, _)| is_name(*at)).count() > times
    };
    let tells = |name: &str, values: &[&str], times: usize| match foreign.event.get(name).and_then(text) {
        Some(found) => values.contains(&found.as_str()),
        None => !is_asked(name, times),
    };
    let codes: Vec<String> = splunk.event_codes.iter().map(ToString::to_string).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let number = foreign.event.get("EventID").and_then(text);
    let is_numbered = match number {
        Some(number) if !codes.contains(&number.as_str()) => !is_asked("EventCode", codes.len()),
        Some(_) => true,
        None => tells("EventCode", &codes, codes.len()),
    };
    filter(splunk).is_none_or(|(name, values)| tells(name, &values, 1)) && (codes.is_empty() || is_numbered)
}

/// A row of a table that Splunk stores under the table's own names.
pub(super) fn of_table(hub: &Hub, table: &str, event: &Map<String, Json>, id: &str, time: f64) -> Option<Row> {
    let splunk = hub.native(table)?.splunk.first()?;
    let mut found = Vec::new();
    let prefix = hub.native_splunk_prefix(table)?.trim_end_matches('.').to_owned();
    let columns: Map<String, Json> =
        event.iter().filter(|(name, _)| *name != "_id").map(|(name, value)| (name.clone(), value.clone())).collect();
    let raw = if prefix.is_empty() { Json::Object(columns) } else { serde_json::json!({ prefix: columns }) };
    fields_of(&raw, "", &mut found);
    let mut fields: Vec<(String, Value)> =
        found.into_iter().map(|(name, values)| (name, Value::many(values))).collect();
    fields.push(("_raw".to_owned(), Value::Text(raw.to_string())));
    fields.push(("_time".to_owned(), Value::Number(time)));
    fields.extend(selected(splunk));
    Some(Row::new(id, fields))
}
