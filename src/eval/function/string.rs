//! Functions of text and of addresses in text.

use std::net::Ipv4Addr;
use std::sync::Arc;

use serde_json::Value as Json;

use super::super::network;
use super::{ANY, Call, Datum, Function, Outcome};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { names: &["tolower"], least: 1, most: 1, body: |call| text(call.text(0).to_lowercase()) },
    Function { names: &["toupper"], least: 1, most: 1, body: |call| text(call.text(0).to_uppercase()) },
    Function { names: &["strcat"], least: 1, most: ANY, body: |call| text(joined(call.arguments, "")) },
    Function {
        names: &["strcat_delim"],
        least: 2,
        most: ANY,
        body: |call| text(joined(call.arguments.get(1..).unwrap_or_default(), &call.text(0))),
    },
    Function { names: &["strlen"], least: 1, most: 1, body: |call| length(call.text(0).chars().count()) },
    Function { names: &["substring"], least: 2, most: 3, body: substring },
    Function { names: &["indexof"], least: 2, most: 2, body: index_of },
    Function { names: &["countof"], least: 2, most: 3, body: count_of },
    Function { names: &["split"], least: 2, most: 3, body: split },
    Function {
        names: &["reverse"],
        least: 1,
        most: 1,
        body: |call| text(call.text(0).chars().rev().collect::<String>()),
    },
    Function {
        names: &["replace_string"],
        least: 3,
        most: 3,
        body: |call| {
            let needle = call.text(1);
            text(if needle.is_empty() { call.text(0) } else { call.text(0).replace(&needle, &call.text(2)) })
        },
    },
    Function { names: &["replace_regex"], least: 3, most: 3, body: |call| replace(call, 0, 1, 2) },
    Function { names: &["replace"], least: 3, most: 3, body: |call| replace(call, 2, 0, 1) },
    Function { names: &["trim"], least: 2, most: 2, body: |call| trim(call, true, true) },
    Function { names: &["trim_start"], least: 2, most: 2, body: |call| trim(call, true, false) },
    Function { names: &["trim_end"], least: 2, most: 2, body: |call| trim(call, false, true) },
    Function { names: &["extract"], least: 3, most: 3, body: extract },
    Function {
        names: &["strcmp"],
        least: 2,
        most: 2,
        body: |call| Ok(Datum::Long(call.text(0).cmp(&call.text(1)) as i64)),
    },
    Function { names: &["has_ipv4", "has_any_ipv4"], least: 2, most: ANY, body: has_ipv4 },
    Function { names: &["has_ipv4_prefix", "has_any_ipv4_prefix"], least: 2, most: ANY, body: has_ipv4_prefix },
    Function { names: &["ipv4_is_match"], least: 2, most: 3, body: ipv4_is_match },
    Function { names: &["ipv4_compare"], least: 2, most: 2, body: ipv4_compare },
    Function {
        names: &["ipv6_is_match"],
        least: 2,
        most: 2,
        body: |call| {
            let both = network::ipv6(&call.text(0)).zip(network::ipv6(&call.text(1)));
            Ok(both.map_or(Datum::Null, |(left, right)| Datum::Bool(network::same_ipv6(left, right))))
        },
    },
    Function {
        names: &["parse_ipv4"],
        least: 1,
        most: 1,
        body: |call| {
            Ok(network::ipv4(&call.text(0))
                .map_or(Datum::Null, |found| Datum::Long(i64::from(u32::from(found.address)))))
        },
    },
];

fn text(text: String) -> Outcome {
    Ok(Datum::text(text))
}

fn length(length: usize) -> Outcome {
    Ok(Datum::Long(i64::try_from(length).unwrap_or(i64::MAX)))
}

fn joined(values: &[Datum], delimiter: &str) -> String {
    values.iter().map(Datum::to_text).collect::<Vec<_>>().join(delimiter)
}

/// Counts characters; a negative start counts from the end.
fn substring(call: &Call<'_>) -> Outcome {
    let characters: Vec<char> = call.text(0).chars().collect();
    let length = i64::try_from(characters.len()).unwrap_or(i64::MAX);
    let start = call.get(1).to_long().unwrap_or(0);
    let start = if start < 0 { (start + length).max(0) } else { start };
    let count = if call.arguments.len() > 2 { call.get(2).to_long().unwrap_or(0) } else { length };
    let kept = characters.iter().skip(usize::try_from(start).unwrap_or(usize::MAX));
    text(kept.take(usize::try_from(count).unwrap_or(0)).collect())
}

fn index_of(call: &Call<'_>) -> Outcome {
    let value = call.text(0);
    let found = value.find(&call.text(1)).and_then(|at| value.get(..at));
    Ok(Datum::Long(found.map_or(-1, |before| i64::try_from(before.chars().count()).unwrap_or(i64::MAX))))
}

/// Occurrences of a text may overlap, those of a regular expression do not.
fn count_of(call: &Call<'_>) -> Outcome {
    let (value, needle) = (call.text(0), call.text(1));
    match call.text(2).as_str() {
        "" | "normal" if needle.is_empty() => length(0),
        "" | "normal" => length(value.char_indices().filter(|(at, _)| value[*at..].starts_with(&needle)).count()),
        "regex" => length(regex(call, &needle)?.find_iter(&value).count()),
        kind => Err(format!("there is no kind `{kind}`")),
    }
}

fn split(call: &Call<'_>) -> Outcome {
    let (value, delimiter) = (call.text(0), call.text(1));
    let parts: Vec<&str> = if delimiter.is_empty() { vec![&value] } else { value.split(&delimiter).collect() };
    let json = match call.get(2).to_long() {
        None if call.arguments.len() > 2 => return Ok(Datum::Null),
        None => Json::from(parts),
        Some(index) => {
            let part = usize::try_from(index).ok().and_then(|index| parts.get(index));
            Json::from(part.into_iter().copied().collect::<Vec<_>>())
        }
    };
    Ok(Datum::Dynamic(Arc::new(json)))
}

fn regex(call: &Call<'_>, pattern: &str) -> Result<std::rc::Rc<regex::Regex>, String> {
    call.evaluator.regex(pattern).ok_or_else(|| format!("`{pattern}` is no regular expression of Kusto"))
}

/// Groups are written `\1` in Kusto.
fn replace(call: &Call<'_>, value: usize, pattern: usize, replacement: usize) -> Outcome {
    let regex = regex(call, &call.text(pattern))?;
    let written = call.text(replacement).replace('$', "$$");
    let mut replacement = String::new();
    let mut characters = written.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, characters.peek()) {
            ('\\', Some(digit)) if digit.is_ascii_digit() => {
                replacement.extend(["${", &digit.to_string(), "}"]);
                characters.next();
            }
            ('\\', Some('\\')) => {
                replacement.push('\\');
                characters.next();
            }
            _ => replacement.push(c),
        }
    }
    text(regex.replace_all(&call.text(value), replacement.as_str()).into_owned())
}

fn trim(call: &Call<'_>, at_start: bool, at_end: bool) -> Outcome {
    let (pattern, mut value) = (call.text(0), call.text(1));
    if at_start {
        let regex = regex(call, &format!("^(?:{pattern})"))?;
        value = regex.replace(&value, "").into_owned();
    }
    if at_end {
        let regex = regex(call, &format!("(?:{pattern})$"))?;
        value = regex.replace(&value, "").into_owned();
    }
    text(value)
}

/// No match gives the empty text.
fn extract(call: &Call<'_>) -> Outcome {
    let regex = regex(call, &call.text(0))?;
    let group = call.get(1).to_long().and_then(|group| usize::try_from(group).ok()).unwrap_or(usize::MAX);
    let value = call.text(2);
    let found = regex.captures(&value).and_then(|captures| captures.get(group).map(|found| found.as_str().to_owned()));
    text(found.unwrap_or_default())
}

/// The texts behind the first argument, lists taken apart.
fn needles(call: &Call<'_>) -> Vec<String> {
    let mut needles = Vec::new();
    for argument in call.arguments.iter().skip(1) {
        match argument {
            Datum::Dynamic(json) => {
                needles.extend(json.as_array().into_iter().flatten().map(|item| Datum::from_json(item).to_text()));
            }
            other => needles.push(other.to_text()),
        }
    }
    needles
}

fn has_ipv4(call: &Call<'_>) -> Outcome {
    let (value, needles) = (call.text(0), needles(call));
    let is_valid = |needle: &&String| needle.parse::<Ipv4Addr>().is_ok();
    let valid: Vec<&String> = needles.iter().filter(is_valid).collect();
    Ok(Datum::Bool(network::ipv4_in_text(&value).any(|found| valid.iter().any(|needle| *needle == found))))
}

/// A prefix is a whole address or ends with a dot.
fn has_ipv4_prefix(call: &Call<'_>) -> Outcome {
    let (value, needles) = (call.text(0), needles(call));
    let fits = |found: &str, needle: &String| {
        if needle.ends_with('.') { found.starts_with(needle.as_str()) } else { needle == found }
    };
    Ok(Datum::Bool(network::ipv4_in_text(&value).any(|found| needles.iter().any(|needle| fits(found, needle)))))
}

fn ipv4_is_match(call: &Call<'_>) -> Outcome {
    let both = network::ipv4(&call.text(0)).zip(network::ipv4(&call.text(1)));
    let Some((mut left, right)) = both else { return Ok(Datum::Null) };
    if let Some(bits) = call.get(2).to_long().and_then(|bits| u32::try_from(bits).ok()) {
        left.bits = left.bits.min(bits);
    }
    Ok(Datum::Bool(network::same_ipv4(left, right)))
}

fn ipv4_compare(call: &Call<'_>) -> Outcome {
    let both = network::ipv4(&call.text(0)).zip(network::ipv4(&call.text(1)));
    Ok(both.map_or(Datum::Null, |(left, right)| {
        let order = if network::same_ipv4(left, right) { 0 } else { left.address.cmp(&right.address) as i64 };
        Datum::Long(order)
    }))
}
