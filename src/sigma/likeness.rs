//! Whether two files of rules mean the same.

use super::{Body, SigmaRule, lower, read};
use crate::mapping::Hub;

/// Whether the rules of two files find the same events, and whether that is known.
///
/// Detection rules are compared by meaning, all others by what they say. Rules that can't be read say nothing, so that
/// as many as before have to be unreadable.
pub fn means_the_same(left: &str, right: &str, hub: &Hub) -> bool {
    let ((left, left_problems), (right, right_problems)) = (read(left), read(right));
    left.len() == right.len()
        && right_problems.len() <= left_problems.len()
        && left.iter().zip(&right).all(|(left, right)| meaning(left, hub) == meaning(right, hub))
}

/// What a rule looks for, in a form without places.
#[derive(PartialEq)]
enum Meaning<'a> {
    Lowered(serde_json::Value),
    Said(&'a Body),
}

fn meaning<'a>(rule: &'a SigmaRule, hub: &Hub) -> Meaning<'a> {
    let lowered = lower(rule, hub).ok().and_then(|detection| serde_json::to_value(detection.pipeline).ok());
    match lowered {
        Some(mut value) => {
            drop_places(&mut value);
            Meaning::Lowered(value)
        }
        None => Meaning::Said(&rule.body),
    }
}

fn drop_places(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            map.retain(|key, _| !matches!(key.as_str(), "span" | "op_span"));
            map.values_mut().for_each(drop_places);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(drop_places),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::means_the_same;
    use crate::mapping::Hub;

    #[test]
    fn spellings_of_one_meaning() {
        let hub = Hub::built_in();
        let rule = |search: &str, condition: &str| {
            format!(
                "title: t\nlogsource:\n    product: linux\ndetection:\n    sel:\n        {search}\n    \
                 condition: {condition}\n"
            )
        };
        let same = |left: &str, right: &str| means_the_same(left, right, &hub);
        assert!(same(&rule("a: '*x*'", "sel"), &rule("a|contains: x", "1 of sel*")));
        assert!(!same(&rule("a: '*x*'", "sel"), &rule("a|endswith: x", "sel")));
        assert!(!same(&rule("a: x", "sel"), &rule("a: x", "not sel")));
    }
}
