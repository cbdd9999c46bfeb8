//! Which rules have what: the index turned round.

use std::collections::BTreeMap;

use super::index::{ColumnName, Index, IndicatorKey, RuleEntry};
use crate::explain::{Language, LanguageCounts};

/// Things that rules have, each with the places of the rules in [`Index::rules`].
#[derive(Debug, Clone, Default)]
pub struct Postings<'i> {
    /// By what they look for.
    pub indicators: BTreeMap<&'i IndicatorKey, Vec<usize>>,
    /// By table.
    pub tables: BTreeMap<&'i str, Vec<usize>>,
    /// By column.
    pub columns: BTreeMap<&'i ColumnName, Vec<usize>>,
    /// By technique.
    pub techniques: BTreeMap<&'i str, Vec<usize>>,
    /// What each rule is written in.
    languages: Vec<Language>,
}

impl<'i> Postings<'i> {
    /// The postings of an index.
    pub fn new(index: &'i Index) -> Self {
        let mut postings = Self::default();
        for (number, rule) in index.rules.iter().enumerate() {
            postings.languages.push(rule.language);
            let add = |rules: &mut Vec<usize>| {
                if rules.last() != Some(&number) {
                    rules.push(number);
                }
            };
            for indicator in &rule.indicators {
                add(postings.indicators.entry(indicator).or_default());
            }
            for table in &rule.tables {
                add(postings.tables.entry(table).or_default());
            }
            for column in &rule.columns {
                add(postings.columns.entry(column).or_default());
            }
            for technique in &rule.techniques {
                add(postings.techniques.entry(technique).or_default());
            }
        }
        postings
    }

    /// How many rules other than `own` look for the same.
    pub fn others(&self, key: &IndicatorKey, own: Option<usize>) -> LanguageCounts {
        self.by_language(self.indicators.get(key).into_iter().flatten().copied().filter(|rule| Some(*rule) != own))
    }

    /// How many rules other than `own` there are.
    pub fn rules_but(&self, own: Option<usize>) -> LanguageCounts {
        self.by_language((0..self.languages.len()).filter(|rule| Some(*rule) != own))
    }

    /// How many of these rules are written in which language.
    pub fn by_language(&self, rules: impl IntoIterator<Item = usize>) -> LanguageCounts {
        let mut counts = LanguageCounts::default();
        for language in rules.into_iter().filter_map(|rule| self.languages.get(rule)) {
            counts.add(*language);
        }
        counts
    }
}

impl Index {
    /// The entry that is this very rule: by its path, else by id, else by title and query.
    pub fn find(&self, rule: &RuleEntry) -> Option<usize> {
        let ends_alike = |entry: &RuleEntry| {
            let (long, short) =
                if entry.path.len() > rule.path.len() { (&entry.path, &rule.path) } else { (&rule.path, &entry.path) };
            long.strip_suffix(short.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        let is_copy = |entry: &&RuleEntry| entry.fingerprint == rule.fingerprint;
        let position = |is_it: &dyn Fn(&RuleEntry) -> bool| self.rules.iter().position(is_it);
        position(&|entry| entry.number == rule.number && ends_alike(entry) && is_copy(&entry))
            .or_else(|| position(&|entry| rule.id.is_some() && entry.id == rule.id))
            .or_else(|| position(&|entry| is_copy(&entry)))
    }
}
