//! Placeholders: `field|expand: '%name%'` stands for values that somebody else gives.

use std::collections::BTreeMap;

use super::{Body, Detection, Item, Modifier, Pattern, Search, Segment, SigmaRule, SigmaValue};

/// Values by the name of the placeholder that they take the place of. A value may have wildcards.
pub type PlaceholderValues = BTreeMap<String, Vec<String>>;

/// Puts values in the places of placeholders; those without values stay, and leave the rule without a meaning.
pub fn fill(rule: &mut SigmaRule, values: &PlaceholderValues) {
    match &mut rule.body {
        Body::Detection { detection, .. } => fill_detection(detection, values),
        Body::Filter { filter, .. } => fill_detection(&mut filter.detection, values),
        Body::Correlation(_) => {}
    }
}

fn fill_detection(detection: &mut Detection, values: &PlaceholderValues) {
    detection.searches.iter_mut().for_each(|(_, search)| fill_search(search, values));
}

fn fill_search(search: &mut Search, values: &PlaceholderValues) {
    match search {
        Search::Every(items) => items.iter_mut().for_each(|item| fill_item(item, values)),
        Search::Any(parts) => parts.iter_mut().for_each(|part| fill_search(part, values)),
        Search::Keyword(_) => {}
    }
}

fn fill_item(item: &mut Item, values: &PlaceholderValues) {
    if !item.has(Modifier::Expand) {
        return;
    }
    let filled = |value: &SigmaValue| match value {
        SigmaValue::Text(pattern) => variants(pattern, values).into_iter().map(SigmaValue::Text).collect(),
        other => vec![other.clone()],
    };
    item.values = item.values.iter().flat_map(filled).collect();
    item.is_list |= item.values.len() > 1;
    let is_open = |value: &SigmaValue| matches!(value, SigmaValue::Text(pattern) if pattern.placeholder().is_some());
    if !item.values.iter().any(is_open) {
        item.modifiers.retain(|modifier| *modifier != Modifier::Expand);
    }
}

/// The text with each value of each placeholder.
fn variants(pattern: &Pattern, values: &PlaceholderValues) -> Vec<Pattern> {
    let mut variants = vec![Pattern::default()];
    for segment in &pattern.segments {
        let given = match segment {
            Segment::Placeholder(name) => values.get(name).map(Vec::as_slice),
            Segment::Literal(_) | Segment::AnyText | Segment::AnyCharacter => None,
        };
        variants = match given {
            None => variants.into_iter().map(|variant| joined(variant, std::slice::from_ref(segment))).collect(),
            Some(given) => {
                let with = |variant: &Pattern, value: &String| joined(variant.clone(), &Pattern::parse(value).segments);
                variants.iter().flat_map(|variant| given.iter().map(move |value| with(variant, value))).collect()
            }
        };
    }
    variants
}

/// The text with these segments behind it.
fn joined(mut pattern: Pattern, segments: &[Segment]) -> Pattern {
    for segment in segments {
        match segment {
            Segment::Literal(text) => text.chars().for_each(|c| pattern.push(c)),
            Segment::AnyText | Segment::AnyCharacter | Segment::Placeholder(_) => {
                pattern.segments.push(segment.clone());
            }
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::{Pattern, PlaceholderValues, variants};

    #[test]
    fn each_value_of_each_placeholder_makes_a_text() {
        let values = PlaceholderValues::from([
            ("admins".to_owned(), vec!["root".to_owned(), "svc-*".to_owned()]),
            ("domain".to_owned(), vec!["CORP".to_owned()]),
        ]);
        let pattern = Pattern::parse_with_placeholders("%domain%\\%admins% of %site%");
        let texts: Vec<String> = variants(&pattern, &values).iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["CORP\\root of %site%", "CORP\\svc-* of %site%"]);
    }
}
