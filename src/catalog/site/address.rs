//! File names of pages. They keep what can be read of a name, and are unique even where letter case is not kept.

use std::collections::BTreeMap;

use super::super::index::fingerprint;
use super::super::{ColumnName, Index, IndicatorKey, Postings};
use super::PageId;

/// The things that have a page, in order, and the way back from a thing to its number.
#[derive(Debug)]
pub(super) struct Addresses<'i> {
    pub(super) rules: Vec<String>,
    pub(super) tables: Vec<&'i str>,
    pub(super) columns: Vec<&'i ColumnName>,
    pub(super) techniques: Vec<&'i str>,
    pub(super) indicators: Vec<&'i IndicatorKey>,
    table_numbers: BTreeMap<&'i str, usize>,
    column_numbers: BTreeMap<(&'i str, &'i str), usize>,
    technique_numbers: BTreeMap<&'i str, usize>,
    indicator_numbers: BTreeMap<&'i IndicatorKey, usize>,
    indicators_by_value: BTreeMap<String, Vec<usize>>,
}

/// Longest readable part of a file name.
const LONGEST: usize = 60;

impl<'i> Addresses<'i> {
    pub(super) fn new(index: &'i Index, postings: &Postings<'i>) -> Self {
        let tables: Vec<&str> = postings.tables.keys().copied().collect();
        let columns: Vec<&ColumnName> = postings.columns.keys().copied().collect();
        let techniques: Vec<&str> = postings.techniques.keys().copied().collect();
        let indicators: Vec<&IndicatorKey> = postings.indicators.keys().copied().collect();
        let mut indicators_by_value: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, key) in indicators.iter().enumerate() {
            indicators_by_value.entry(key.value.to_lowercase()).or_default().push(number);
        }
        Self {
            indicators_by_value,
            rules: index.rules.iter().map(|rule| slug(&rule.place())).collect(),
            table_numbers: tables.iter().enumerate().map(|(number, name)| (*name, number)).collect(),
            column_numbers: columns
                .iter()
                .enumerate()
                .map(|(number, name)| ((name.table.as_str(), name.column.as_str()), number))
                .collect(),
            technique_numbers: techniques.iter().enumerate().map(|(number, name)| (*name, number)).collect(),
            indicator_numbers: indicators.iter().enumerate().map(|(number, key)| (*key, number)).collect(),
            tables,
            columns,
            techniques,
            indicators,
        }
    }

    pub(super) fn path(&self, page: PageId) -> String {
        match page {
            PageId::Start => "index.html".to_owned(),
            PageId::Matrix => "matrix.html".to_owned(),
            PageId::Rules => "rules.html".to_owned(),
            PageId::Tables => "tables.html".to_owned(),
            PageId::Columns => "columns.html".to_owned(),
            PageId::Techniques => "techniques.html".to_owned(),
            PageId::Indicators => "indicators.html".to_owned(),
            PageId::Overlaps => "overlaps.html".to_owned(),
            PageId::Rule(rule) => format!("rule/{}.html", self.rules[rule]),
            PageId::Table(table) => format!("table/{}.html", slug(self.tables[table])),
            PageId::Column(column) => {
                let ColumnName { table, column } = self.columns[column];
                format!("column/{}.html", slug(&format!("{table}.{column}")))
            }
            PageId::Technique(technique) => format!("technique/{}.html", slug(self.techniques[technique])),
            PageId::Indicator(indicator) => {
                let key = self.indicators[indicator];
                let parts = [key.value.as_str(), &key.subject, &key.class, key.polarity.as_str()];
                format!("indicator/{}-{:012x}.html", readable(&key.value), fingerprint(&parts) & 0xFFFF_FFFF_FFFF)
            }
            PageId::Style => "style.css".to_owned(),
            PageId::Theme => "theme.js".to_owned(),
            PageId::Search => "search.js".to_owned(),
            PageId::SearchData => "search-data.js".to_owned(),
        }
    }

    /// Numbers of the indicators with that value, in any letter case.
    pub(super) fn by_value(&self, value: &str) -> &[usize] {
        self.indicators_by_value.get(&value.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    pub(super) fn table(&self, name: &str) -> Option<PageId> {
        self.table_numbers.get(name).copied().map(PageId::Table)
    }

    pub(super) fn column(&self, table: &str, column: &str) -> Option<PageId> {
        self.column_numbers.get(&(table, column)).copied().map(PageId::Column)
    }

    pub(super) fn technique(&self, id: &str) -> Option<PageId> {
        self.technique_numbers.get(id).copied().map(PageId::Technique)
    }

    pub(super) fn indicator(&self, key: &IndicatorKey) -> Option<PageId> {
        self.indicator_numbers.get(key).copied().map(PageId::Indicator)
    }
}

fn slug(name: &str) -> String {
    format!("{}-{:012x}", readable(name), fingerprint(&[name]) & 0xFFFF_FFFF_FFFF)
}

fn readable(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars().take(LONGEST) {
        let c = if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        if c != '-' || !text.ends_with('-') {
            text.push(c);
        }
    }
    text.trim_matches('-').to_owned()
}
