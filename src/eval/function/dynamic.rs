//! Functions of arrays and bags, and the choice of a value.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{ANY, Call, Datum, Function, Outcome};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { names: &["parse_json", "todynamic", "toobject", "parsejson"], least: 1, most: 1, body: parse_json },
    Function {
        names: &["array_length"],
        least: 1,
        most: 1,
        body: |call| {
            let length = array(call.get(0)).map(<[Json]>::len);
            Ok(length.map_or(Datum::Null, |length| Datum::Long(i64::try_from(length).unwrap_or(i64::MAX))))
        },
    },
    Function {
        names: &["array_index_of"],
        least: 2,
        most: 2,
        body: |call| {
            let wanted = call.get(1).to_json();
            let place = array(call.get(0)).and_then(|items| items.iter().position(|item| *item == wanted));
            Ok(Datum::Long(place.and_then(|place| i64::try_from(place).ok()).unwrap_or(-1)))
        },
    },
    Function {
        names: &["array_concat"],
        least: 1,
        most: ANY,
        body: |call| {
            let items = call.arguments.iter().filter_map(array).flatten().cloned().collect();
            list(items)
        },
    },
    Function {
        names: &["set_has_element"],
        least: 2,
        most: 2,
        body: |call| {
            let wanted = call.get(1).to_json();
            Ok(array(call.get(0)).map_or(Datum::Null, |items| Datum::Bool(items.contains(&wanted))))
        },
    },
    Function {
        names: &["set_union"],
        least: 2,
        most: ANY,
        body: |call| {
            let mut items: Vec<Json> = Vec::new();
            for item in call.arguments.iter().filter_map(array).flatten() {
                if !items.contains(item) {
                    items.push(item.clone());
                }
            }
            list(items)
        },
    },
    Function { names: &["set_intersect"], least: 2, most: 2, body: |call| common(call, true) },
    Function { names: &["set_difference"], least: 2, most: 2, body: |call| common(call, false) },
    Function {
        names: &["strcat_array"],
        least: 2,
        most: 2,
        body: |call| {
            let items = array(call.get(0)).unwrap_or_default();
            let texts: Vec<String> = items.iter().map(|item| Datum::from_json(item).to_text()).collect();
            Ok(Datum::text(texts.join(&call.text(1))))
        },
    },
    Function {
        names: &["bag_keys"],
        least: 1,
        most: 1,
        body: |call| match call.get(0) {
            Datum::Dynamic(json) => match &**json {
                Json::Object(bag) => list(bag.keys().map(|key| Json::from(key.as_str())).collect()),
                _ => Ok(Datum::Null),
            },
            _ => Ok(Datum::Null),
        },
    },
    Function {
        names: &["pack_array"],
        least: 1,
        most: ANY,
        body: |call| list(call.arguments.iter().map(Datum::to_json).collect()),
    },
    Function { names: &["pack", "bag_pack"], least: 2, most: ANY, body: pack },
    Function { names: &["coalesce"], least: 1, most: ANY, body: coalesce },
];

fn array(datum: &Datum) -> Option<&[Json]> {
    match datum {
        Datum::Dynamic(json) => json.as_array().map(Vec::as_slice),
        _ => None,
    }
}

fn list(items: Vec<Json>) -> Outcome {
    Ok(Datum::Dynamic(Arc::new(Json::Array(items))))
}

/// The elements of the first array that the second has, or has not, each once.
fn common(call: &Call<'_>, is_in_both: bool) -> Outcome {
    let other = array(call.get(1)).unwrap_or_default();
    let mut items: Vec<Json> = Vec::new();
    for item in array(call.get(0)).unwrap_or_default() {
        if other.contains(item) == is_in_both && !items.contains(item) {
            items.push(item.clone());
        }
    }
    list(items)
}

/// Text that is no JSON stays text; the empty text is null.
fn parse_json(call: &Call<'_>) -> Outcome {
    Ok(match call.get(0) {
        Datum::Text(text) if text.is_empty() => Datum::Null,
        Datum::Text(text) => match serde_json::from_str::<Json>(text) {
            Ok(json) => Datum::from_json(&json),
            Err(_) => call.get(0).clone(),
        },
        other => other.clone(),
    })
}

fn pack(call: &Call<'_>) -> Outcome {
    let mut bag = Map::new();
    for pair in call.arguments.chunks(2) {
        let [key, value] = pair else { return Err("a key without a value".to_owned()) };
        bag.insert(key.to_text(), value.to_json());
    }
    Ok(Datum::Dynamic(Arc::new(Json::Object(bag))))
}

/// The first value that is not null; of texts, the first that is not empty.
fn coalesce(call: &Call<'_>) -> Outcome {
    let is_value = |datum: &&Datum| match datum {
        Datum::Null => false,
        Datum::Text(text) => !text.is_empty(),
        Datum::Bool(_) | Datum::Long(_) | Datum::Real(_) | Datum::Time(_) | Datum::Span(_) | Datum::Dynamic(_) => true,
    };
    let last = call.arguments.last().cloned().unwrap_or(Datum::Null);
    Ok(call.arguments.iter().find(is_value).cloned().unwrap_or(last))
}
