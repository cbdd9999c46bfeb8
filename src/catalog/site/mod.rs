//! The catalogue as a folder of pages: no server, nothing from elsewhere, the same from `file://`.
//!
//! A page is named by a [`PageId`]; [`Site::pages`] lists all, and each is rendered by itself, so that the caller decides
//! how many at a time. Every link is made from a [`PageId`] too, and only to pages that there are.

mod address;
mod charts;
mod links;
mod listing;
mod overlaps;
mod search_data;
mod start;
mod things;

use serde::Serialize;

use self::address::Addresses;
use self::links::RuleLinks;
use super::{Catalog, Coverage, Overlap, Postings, Stats, coverage, stats};
use crate::explain::{RuleView, Sections};
use crate::page::{Pages, SEARCH, STYLE, THEME};

/// A file of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PageId {
    /// Figures and charts.
    Start,
    /// The ATT&CK matrix.
    Matrix,
    /// All rules.
    Rules,
    /// All tables.
    Tables,
    /// All columns.
    Columns,
    /// All techniques.
    Techniques,
    /// What two or more rules look for.
    Indicators,
    /// Rules that overlap.
    Overlaps,
    /// One rule.
    Rule(usize),
    /// One table.
    Table(usize),
    /// One column.
    Column(usize),
    /// One technique.
    Technique(usize),
    /// One indicator.
    Indicator(usize),
    /// The style sheet.
    Style,
    /// Light and dark.
    Theme,
    /// The search.
    Search,
    /// What the search looks through.
    SearchData,
}

/// The site of a catalogue.
#[derive(Debug)]
pub struct Site<'c> {
    catalog: &'c Catalog,
    title: String,
    postings: Postings<'c>,
    addresses: Addresses<'c>,
    stats: Stats,
    coverage: Coverage,
    overlaps: Vec<Overlap>,
    templates: Pages,
}

/// What every page is filled in with.
#[derive(Serialize)]
struct Frame<'s, T: Serialize> {
    site: &'s str,
    title: String,
    /// The way to the start page.
    root: &'static str,
    /// Which entry of the menu is this page.
    here: &'static str,
    page: T,
}

impl<'c> Site<'c> {
    /// The site. Overlaps are given, since finding them is work that a caller may share out.
    pub fn new(catalog: &'c Catalog, overlaps: Vec<Overlap>, title: &str) -> Self {
        let postings = Postings::new(&catalog.index);
        Self {
            addresses: Addresses::new(&catalog.index, &postings),
            stats: stats(&catalog.index),
            coverage: coverage(&catalog.index),
            templates: Pages::new(),
            title: title.to_owned(),
            catalog,
            postings,
            overlaps,
        }
    }

    /// Every file of the site.
    pub fn pages(&self) -> Vec<PageId> {
        let mut pages = vec![
            PageId::Start,
            PageId::Matrix,
            PageId::Rules,
            PageId::Tables,
            PageId::Columns,
            PageId::Techniques,
            PageId::Indicators,
            PageId::Overlaps,
            PageId::Style,
            PageId::Theme,
            PageId::Search,
            PageId::SearchData,
        ];
        pages.extend((0..self.catalog.index.rules.len()).map(PageId::Rule));
        pages.extend((0..self.addresses.tables.len()).map(PageId::Table));
        pages.extend((0..self.addresses.columns.len()).map(PageId::Column));
        pages.extend((0..self.addresses.techniques.len()).map(PageId::Technique));
        pages.extend((0..self.addresses.indicators.len()).map(PageId::Indicator));
        pages
    }

    /// The file's path below the folder of the site, with `/` between folders.
    pub fn path(&self, page: PageId) -> String {
        self.addresses.path(page)
    }

    /// The file's text.
    pub fn render(&self, page: PageId) -> String {
        match page {
            PageId::Start => self.fill("start.html", "Overview", "start", page, start::view(self)),
            PageId::Matrix => self.fill("matrix.html", "ATT&CK matrix", "matrix", page, start::matrix(self)),
            PageId::Rules => self.fill("table.html", "Rules", "rules", page, listing::rules(self)),
            PageId::Tables => self.fill("table.html", "Tables", "tables", page, listing::tables(self)),
            PageId::Columns => self.fill("table.html", "Columns", "columns", page, listing::columns(self)),
            PageId::Techniques => self.fill("table.html", "Techniques", "matrix", page, listing::techniques(self)),
            PageId::Indicators => self.fill("table.html", "Indicators", "indicators", page, listing::indicators(self)),
            PageId::Overlaps => self.fill("overlaps.html", "Overlaps", "overlaps", page, overlaps::view(self)),
            PageId::Rule(rule) => self.rule(rule),
            PageId::Table(table) => self.thing(things::table(self, table), page),
            PageId::Column(column) => self.thing(things::column(self, column), page),
            PageId::Technique(technique) => self.thing(things::technique(self, technique), page),
            PageId::Indicator(indicator) => self.thing(things::indicator(self, indicator), page),
            PageId::Style => STYLE.to_owned(),
            PageId::Theme => THEME.to_owned(),
            PageId::Search => SEARCH.to_owned(),
            PageId::SearchData => search_data::script(self),
        }
    }

    fn rule(&self, rule: usize) -> String {
        let page = &self.catalog.pages[rule];
        let links = RuleLinks { site: self, keys: &page.keys };
        let entry = &self.catalog.index.rules[rule];
        let view = overlaps::RulePage {
            rule: RuleView::new(&page.explanation, &page.query, &Sections::all(), &links).titled(&entry.title),
            path: entry.place(),
            overlaps: overlaps::of_rule(self, rule),
        };
        self.fill("rule.html", &entry.title, "rules", PageId::Rule(rule), view)
    }

    fn thing(&self, view: listing::TablePage, page: PageId) -> String {
        let title = view.title.clone();
        self.fill("table.html", &title, view.menu, page, view)
    }

    fn fill<T: Serialize>(&self, template: &str, title: &str, here: &'static str, page: PageId, view: T) -> String {
        let root = if self.path(page).contains('/') { "../" } else { "" };
        self.templates.render(template, Frame { site: &self.title, title: title.to_owned(), root, here, page: view })
    }
}
