//! JSON: functions on texts, and the fields that are extracted from events.

use serde_json::Value as Json;

use super::evaluate::text;
use super::{Outcome, Value, rejected};

/// `json_extract`: what is at a path like `a.b{0}.c`; null where there is nothing or the text is no JSON.
pub(super) fn extract(value: &Value, path: &str) -> Outcome<Value> {
    if matches!(value, Value::Many(_)) {
        return rejected("`json_extract` of a field with several values, which is no JSON");
    }
    let Some(root) = text(value).and_then(|text| serde_json::from_str::<Json>(&text).ok()) else {
        return Ok(Value::Null);
    };
    let steps = steps(path);
    let mut found = vec![&root];
    let mut is_list = false;
    for step in &steps {
        found = match step {
            Step::Key(key) => found.iter().filter_map(|json| json.get(key)).collect(),
            Step::Index(index) => found.iter().filter_map(|json| json.get(index)).collect(),
            Step::Every => found.iter().filter_map(|json| json.as_array()).flatten().collect(),
        };
        is_list |= *step == Step::Every;
    }
    if is_list {
        let all: Vec<Json> = found.into_iter().cloned().collect();
        return Ok(if all.is_empty() { Value::Null } else { Value::Text(Json::Array(all).to_string()) });
    }
    Ok(found.first().and_then(|json| shown(json)).map_or(Value::Null, Value::Text))
}

/// `json_array_to_mv`: the elements of an array, texts without their quotation marks.
pub(super) fn elements(value: &Value) -> Outcome<Value> {
    if matches!(value, Value::Many(_)) {
        return rejected("`json_array_to_mv` of a field with several values, which is no JSON");
    }
    let json = text(value).and_then(|text| serde_json::from_str::<Json>(&text).ok());
    let elements = json.as_ref().and_then(Json::as_array).into_iter().flatten();
    Ok(Value::many(elements.filter_map(shown).collect()))
}

/// The fields that are extracted from a JSON event: objects by dots, arrays by `{}` and with all of their values.
pub(crate) fn fields_of(event: &Json, name: &str, found: &mut Vec<(String, Vec<String>)>) {
    match event {
        Json::Object(object) => {
            for (key, value) in object {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                fields_of(value, &name, found);
            }
        }
        Json::Array(values) => values.iter().for_each(|value| fields_of(value, &format!("{name}{{}}"), found)),
        scalar => {
            let Some(text) = shown(scalar) else { return };
            match found.iter_mut().find(|(known, _)| known == name) {
                Some((_, values)) => values.push(text),
                None => found.push((name.to_owned(), vec![text])),
            }
        }
    }
}

#[derive(PartialEq)]
enum Step {
    Key(String),
    Index(usize),
    /// `{}`
    Every,
}

fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (key, indexes) = part.split_at(part.find('{').unwrap_or(part.len()));
        if !key.is_empty() {
            steps.push(Step::Key(key.to_owned()));
        }
        for index in indexes.split(['{', '}']).enumerate().filter(|(at, _)| at % 2 == 1).map(|(_, index)| index) {
            steps.push(index.parse().map_or(Step::Every, Step::Index));
        }
    }
    steps
}

fn shown(json: &Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
