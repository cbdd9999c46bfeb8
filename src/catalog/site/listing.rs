//! Pages that are tables: all rules, all tables, all columns.

use serde::Serialize;

use super::super::RuleEntry;
use super::{PageId, Site};
use crate::page::grouped;
use crate::schema::{Technique, TechniqueStatus};

/// A page of tables.
#[derive(Debug, Serialize)]
pub(super) struct TablePage {
    pub(super) title: String,
    /// What the title is, such as `Table`.
    pub(super) kind: &'static str,
    /// The title in monospace.
    pub(super) is_code: bool,
    /// Which entry of the menu the page belongs to.
    pub(super) menu: &'static str,
    /// A sentence below the title; may be empty.
    pub(super) lead: String,
    pub(super) sections: Vec<TableSection>,
}

/// One table.
#[derive(Debug, Serialize)]
pub(super) struct TableSection {
    /// Heading; may be empty.
    pub(super) title: String,
    pub(super) head: Vec<Head>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// The head of a column.
#[derive(Debug, Serialize)]
pub(super) struct Head {
    text: &'static str,
    is_number: bool,
}

/// A cell.
#[derive(Debug, Default, Serialize)]
pub(super) struct Cell {
    text: String,
    href: Option<String>,
    is_code: bool,
    is_number: bool,
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(super) fn code(text: impl Into<String>) -> Self {
        Self { is_code: true, ..Self::text(text) }
    }

    pub(super) fn number(number: usize) -> Self {
        Self { is_number: true, ..Self::text(number.to_string()) }
    }

    pub(super) fn to(self, href: Option<String>) -> Self {
        Self { href, ..self }
    }
}

pub(super) fn heads(texts: &[&'static str]) -> Vec<Head> {
    let is_number = |text: &str| matches!(text, "Rules" | "Findings" | "Columns" | "Likeness");
    texts.iter().map(|text| Head { text, is_number: is_number(text) }).collect()
}

/// A sorted copy, most rules first.
fn by_rules<T: Copy>(things: impl Iterator<Item = (T, usize)>) -> Vec<(T, usize)> {
    let mut things: Vec<(T, usize)> = things.collect();
    things.sort_by_key(|(_, rules)| usize::MAX - rules);
    things
}

/// The rules of a page, with links from a page at that depth.
pub(super) fn rule_rows(site: &Site<'_>, rules: &[usize], root: &str) -> Vec<Vec<Cell>> {
    let row = |rule: &usize| {
        let entry: &RuleEntry = &site.catalog.index.rules[*rule];
        vec![
            Cell::text(&entry.title).to(Some(format!("{root}{}", site.path(PageId::Rule(*rule))))),
            Cell::text(entry.severity.as_deref().unwrap_or("")),
            Cell::text(&entry.kind),
            Cell::text(entry.tables.join(", ")),
            Cell::text(entry.techniques.join(" ")),
        ]
    };
    rules.iter().map(row).collect()
}

/// Heads of [`rule_rows`].
pub(super) fn rule_heads() -> Vec<Head> {
    heads(&["Rule", "Severity", "Kind", "Reads", "Techniques"])
}

fn page(title: &str, menu: &'static str, lead: String, head: Vec<Head>, rows: Vec<Vec<Cell>>) -> TablePage {
    let sections = vec![TableSection { title: String::new(), head, rows }];
    TablePage { title: title.to_owned(), kind: "", is_code: false, menu, lead, sections }
}

pub(super) fn rules(site: &Site<'_>) -> TablePage {
    let all: Vec<usize> = (0..site.catalog.index.rules.len()).collect();
    page(
        "Rules",
        "rules",
        format!("{} rules, in the order of their files.", grouped(all.len())),
        rule_heads(),
        rule_rows(site, &all, ""),
    )
}

pub(super) fn tables(site: &Site<'_>) -> TablePage {
    let numbered = site.addresses.tables.iter().enumerate();
    let counted = by_rules(numbered.map(|(number, name)| ((number, *name), site.postings.tables[name].len())));
    let row = |((number, name), rules): ((usize, &str), usize)| {
        vec![Cell::code(name).to(Some(site.path(PageId::Table(number)))), Cell::number(rules)]
    };
    let lead = format!("{} tables and table functions that rules read.", counted.len());
    page("Tables", "tables", lead, heads(&["Table", "Rules"]), counted.into_iter().map(row).collect())
}

pub(super) fn columns(site: &Site<'_>) -> TablePage {
    let numbered = site.addresses.columns.iter().enumerate();
    let counted = by_rules(numbered.map(|(number, name)| ((number, *name), site.postings.columns[name].len())));
    let row = |((number, name), rules): ((usize, &super::super::ColumnName), usize)| {
        let text = format!("{}.{}", name.table, name.column);
        vec![Cell::code(text).to(Some(site.path(PageId::Column(number)))), Cell::number(rules)]
    };
    let lead = format!("{} columns of tables that rules test or hand to an alert.", counted.len());
    page("Columns", "columns", lead, heads(&["Column", "Rules"]), counted.into_iter().map(row).collect())
}

pub(super) fn techniques(site: &Site<'_>) -> TablePage {
    let row = |(number, id): (usize, &&str)| {
        let technique = Technique::find(id);
        let remark = match technique.map(|technique| technique.status) {
            None => "not in ATT&CK".to_owned(),
            Some(TechniqueStatus::Live) => String::new(),
            Some(TechniqueStatus::Deprecated) => "deprecated".to_owned(),
            Some(TechniqueStatus::Revoked(None)) => "revoked".to_owned(),
            Some(TechniqueStatus::Revoked(Some(successor))) => format!("revoked, now {successor}"),
        };
        vec![
            Cell::code(*id).to(Some(site.path(PageId::Technique(number)))),
            Cell::text(technique.map_or("", |technique| technique.name)),
            Cell::text(remark),
            Cell::number(site.postings.techniques[*id].len()),
        ]
    };
    let rows: Vec<Vec<Cell>> = site.addresses.techniques.iter().enumerate().map(row).collect();
    let lead = format!("{} techniques and sub-techniques that rules name.", rows.len());
    page("Techniques", "matrix", lead, heads(&["Technique", "Name", "Status", "Rules"]), rows)
}

pub(super) fn indicators(site: &Site<'_>) -> TablePage {
    let numbered = site.addresses.indicators.iter().enumerate();
    let counted = by_rules(numbered.map(|(number, key)| ((number, *key), site.postings.indicators[key].len())));
    let shared = counted.iter().filter(|(_, rules)| *rules > 1).count();
    let row = |((number, key), rules): ((usize, &super::super::IndicatorKey), usize)| {
        vec![
            Cell::code(crate::explain::visible(&key.value)).to(Some(site.path(PageId::Indicator(number)))),
            Cell::code(&key.subject),
            Cell::text(&key.class),
            Cell::text(key.polarity.as_str()),
            Cell::number(rules),
        ]
    };
    let lead = format!(
        "{shared} of {} things that rules look for are in two rules or more, and listed here. The search finds all.",
        counted.len()
    );
    let rows = counted.into_iter().filter(|(_, rules)| *rules > 1).map(row).collect();
    page("Indicators", "indicators", lead, heads(&["Value", "Looked for in", "Operator", "Polarity", "Rules"]), rows)
}
