//! Rules by words: values, columns, tables, techniques, titles, paths.

use serde::Serialize;

use super::index::{Index, RuleEntry};

/// A rule that has all words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// Place in [`Index::rules`].
    pub rule: usize,
    /// Where the words were found, such as `indicator powershell.exe`.
    pub found_in: Vec<String>,
}

/// The rules that have every word somewhere, in the order of the index. Letter case does not count.
pub fn search(index: &Index, words: &[String]) -> Vec<Hit> {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let hit = |(rule, entry): (usize, &RuleEntry)| {
        let texts = texts(entry);
        let find = |word: &String| texts.iter().find(|(_, text)| text.to_lowercase().contains(word));
        let found: Option<Vec<_>> = words.iter().map(find).collect();
        let mut found_in: Vec<String> = found?.iter().map(|(kind, text)| format!("{kind} {text}")).collect();
        found_in.dedup();
        Some(Hit { rule, found_in })
    };
    index.rules.iter().enumerate().filter_map(hit).collect()
}

/// Everything that a rule can be found by, most telling first.
fn texts(rule: &RuleEntry) -> Vec<(&'static str, String)> {
    let mut texts = vec![("title", rule.title.clone())];
    texts.extend(rule.indicators.iter().map(|key| ("indicator", key.value.clone())));
    texts.extend(rule.tables.iter().map(|table| ("table", table.clone())));
    texts.extend(rule.techniques.iter().map(|id| ("technique", id.clone())));
    texts.extend(rule.tactics.iter().map(|tactic| ("tactic", tactic.clone())));
    texts.extend(rule.columns.iter().map(|column| ("column", format!("{}.{}", column.table, column.column))));
    texts.extend(rule.id.iter().map(|id| ("id", id.clone())));
    texts.push(("path", rule.place()));
    texts
}
