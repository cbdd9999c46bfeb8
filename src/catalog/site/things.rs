//! The pages of a table, a column, a technique and an indicator.

use std::collections::BTreeMap;

use super::super::{ColumnName, IndicatorKey};
use super::listing::{Cell, TablePage, TableSection, heads, rule_heads, rule_rows};
use super::{PageId, Site};
use crate::schema::{Technique, TechniqueStatus, spaced};

/// These pages stand one folder below the start page.
const ROOT: &str = "../";

fn rules_section(site: &Site<'_>, rules: &[usize]) -> TableSection {
    let title = if rules.len() == 1 { "1 rule".to_owned() } else { format!("{} rules", rules.len()) };
    TableSection { title, head: rule_heads(), rows: rule_rows(site, rules, ROOT) }
}

pub(super) fn table(site: &Site<'_>, number: usize) -> TablePage {
    let name = site.addresses.tables[number];
    let columns: Vec<Vec<Cell>> = site
        .postings
        .columns
        .iter()
        .filter(|(column, _)| column.table == name)
        .map(|(column, rules)| {
            let href =
                site.addresses.column(&column.table, &column.column).map(|page| format!("{ROOT}{}", site.path(page)));
            vec![Cell::code(&column.column).to(href), Cell::number(rules.len())]
        })
        .collect();
    let mut sections = Vec::new();
    if !columns.is_empty() {
        let title = "Columns that rules test or hand to an alert".to_owned();
        sections.push(TableSection { title, head: heads(&["Column", "Rules"]), rows: columns });
    }
    sections.push(rules_section(site, &site.postings.tables[name]));
    TablePage { title: name.to_owned(), kind: "Table", is_code: true, menu: "tables", lead: String::new(), sections }
}

pub(super) fn column(site: &Site<'_>, number: usize) -> TablePage {
    let name: &ColumnName = site.addresses.columns[number];
    let rules = &site.postings.columns[name];
    let table = site.addresses.table(&name.table).map(|page| format!("{ROOT}{}", site.path(page)));
    let of = TableSection {
        title: String::new(),
        head: heads(&["Column", "Table"]),
        rows: vec![vec![Cell::code(&name.column), Cell::code(&name.table).to(table)]],
    };
    let mut sections = vec![of];
    let values = values(site, name, rules);
    if !values.is_empty() {
        sections.push(TableSection {
            title: "Values that rules compare it with".to_owned(),
            head: heads(&["Value", "Operator", "Polarity", "Rules"]),
            rows: values,
        });
    }
    sections.push(rules_section(site, rules));
    let title = format!("{}.{}", name.table, name.column);
    TablePage { title, kind: "Column", is_code: true, menu: "columns", lead: String::new(), sections }
}

/// What rules compare a column with. Rules of other tables that look for the same count too: it is the same indicator.
fn values(site: &Site<'_>, name: &ColumnName, rules: &[usize]) -> Vec<Vec<Cell>> {
    let mut keys: BTreeMap<&IndicatorKey, usize> = BTreeMap::new();
    for rule in rules {
        let page = &site.catalog.pages[*rule];
        for (indicator, key) in page.explanation.indicators.iter().zip(&page.keys) {
            let is_here = indicator.column == name.column
                && indicator.table.as_ref().is_some_and(|tables| tables.split(", ").any(|table| table == name.table));
            if is_here && let Some((key, of)) = site.postings.indicators.get_key_value(key) {
                keys.insert(*key, of.len());
            }
        }
    }
    let mut keys: Vec<(&IndicatorKey, usize)> = keys.into_iter().collect();
    keys.sort_by_key(|(_, rules)| usize::MAX - rules);
    let row = |(key, rules): (&IndicatorKey, usize)| {
        let href = site.addresses.indicator(key).map(|page| format!("{ROOT}{}", site.path(page)));
        let value = Cell::code(crate::explain::visible(&key.value)).to(href);
        vec![value, Cell::text(&key.class), Cell::text(key.polarity.as_str()), Cell::number(rules)]
    };
    keys.into_iter().map(row).collect()
}

pub(super) fn technique(site: &Site<'_>, number: usize) -> TablePage {
    let id = site.addresses.techniques[number];
    let lead = match Technique::find(id) {
        None => "ATT&CK has no technique of this id.".to_owned(),
        Some(technique) => {
            let tactics: Vec<String> = technique.tactics().map(|tactic| spaced(&tactic.replace('-', " "))).collect();
            let state = match technique.status {
                TechniqueStatus::Live => String::new(),
                TechniqueStatus::Deprecated => " Deprecated.".to_owned(),
                TechniqueStatus::Revoked(None) => " Revoked.".to_owned(),
                TechniqueStatus::Revoked(Some(successor)) => format!(" Revoked; its successor is {successor}."),
            };
            format!("{}: {}.{state}", technique.name, tactics.join(", "))
        }
    };
    let sections = vec![rules_section(site, &site.postings.techniques[id])];
    TablePage { title: id.to_owned(), kind: "Technique", is_code: false, menu: "matrix", lead, sections }
}

pub(super) fn indicator(site: &Site<'_>, number: usize) -> TablePage {
    let key = site.addresses.indicators[number];
    let rules = &site.postings.indicators[key];
    let what = TableSection {
        title: String::new(),
        head: heads(&["Looked for in", "Operator", "Polarity"]),
        rows: vec![vec![Cell::code(&key.subject), Cell::text(&key.class), Cell::text(key.polarity.as_str())]],
    };
    let mut sections = vec![what];
    let elsewhere = elsewhere(site, key);
    sections.push(rules_section(site, rules));
    if !elsewhere.is_empty() {
        sections.push(TableSection {
            title: "The same value elsewhere".to_owned(),
            head: heads(&["Looked for in", "Operator", "Polarity", "Rules"]),
            rows: elsewhere,
        });
    }
    let title = crate::explain::visible(&key.value);
    let languages = site.postings.by_language(rules.iter().copied());
    let lead =
        if languages.is_mixed() { format!("Rules that look for it: {}.", languages.words()) } else { String::new() };
    TablePage { title, kind: "Indicator", is_code: true, menu: "indicators", lead, sections }
}

/// The value under other operators and in other columns.
fn elsewhere(site: &Site<'_>, key: &IndicatorKey) -> Vec<Vec<Cell>> {
    let numbers = site.addresses.by_value(&key.value);
    let others = numbers.iter().filter(|number| site.addresses.indicators[**number] != key);
    let row = |number: &usize| {
        let other = site.addresses.indicators[*number];
        let href = format!("{ROOT}{}", site.path(PageId::Indicator(*number)));
        vec![
            Cell::code(&other.subject).to(Some(href)),
            Cell::text(&other.class),
            Cell::text(other.polarity.as_str()),
            Cell::number(site.postings.indicators[other].len()),
        ]
    };
    others.map(row).collect()
}
