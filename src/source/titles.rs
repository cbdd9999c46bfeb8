//! Titles for the rules of a file that have none of their own: what they convert to is named and numbered after them.

use std::collections::BTreeMap;
use std::path::Path;

use super::RuleText;

/// Gives each rule of a file with several a title of its own: what stands above it, else the name of the file, with a
/// number where that would be the same.
pub(super) fn distinguish(path: &str, mut rules: Vec<RuleText>) -> Vec<RuleText> {
    if rules.len() < 2 {
        return rules;
    }
    let stem = Path::new(path).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let stem = stem.filter(|stem| stem != "-").unwrap_or_else(|| "query".to_owned());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for rule in &mut rules {
        let title = rule.title_hint.get_or_insert_with(|| stem.clone());
        *counts.entry(title.clone()).or_default() += 1;
    }
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for rule in &mut rules {
        let Some(title) = &mut rule.title_hint else { continue };
        if counts.get(title).is_some_and(|count| *count > 1) {
            let number = numbers.entry(title.clone()).or_default();
            *number += 1;
            *title = format!("{title} ({number})");
        }
    }
    rules
}
