//! The start page, and the matrix.

use serde::Serialize;

use super::super::{TacticCoverage, TargetStats};
use super::charts::{Chart, Heat, chart, heat, level};
use super::{PageId, Site};
use crate::schema::spaced;

/// The start page.
#[derive(Debug, Serialize)]
pub(super) struct StartPage {
    figures: Vec<Figure>,
    charts: Vec<Chart>,
    targets: Vec<TargetView>,
    heat: Heat,
}

/// A number with what it counts.
#[derive(Debug, Serialize)]
struct Figure {
    number: usize,
    words: &'static str,
    href: Option<&'static str>,
}

/// The convertible share of one target.
#[derive(Debug, Serialize)]
struct TargetView {
    target: String,
    converted: usize,
    tried: usize,
    share: usize,
    parts: Vec<TargetPart>,
}

/// Rules of one class, as a part of the bar.
#[derive(Debug, Serialize)]
struct TargetPart {
    class: String,
    count: usize,
    /// Where it starts and how wide it is, of 1000.
    x: usize,
    width: usize,
}

pub(super) fn view(site: &Site<'_>) -> StartPage {
    let stats = &site.stats;
    let overlaps = site.overlaps.len();
    let figure = |number, words, href| Figure { number, words, href };
    let table = |name: &str| site.addresses.table(name).map(|page| site.path(page));
    let tactics: Vec<(String, usize)> = stats.by_tactic.iter().map(|(name, count)| (spaced(name), *count)).collect();
    let nowhere = |_: &str| None;
    StartPage {
        figures: vec![
            figure(stats.rules, "rules", Some("rules.html")),
            figure(stats.tables, "tables read", Some("tables.html")),
            figure(stats.indicators, "indicators", None),
            figure(stats.shared_indicators, "in two rules or more", Some("indicators.html")),
            figure(stats.techniques, "techniques named", Some("techniques.html")),
            figure(overlaps, "overlapping pairs", Some("overlaps.html")),
        ],
        charts: [
            chart("Severity", &stats.by_severity, 6, &nowhere),
            chart("Kind", &stats.by_kind, 6, &nowhere),
            chart("Tactic", &tactics, 16, &nowhere),
            chart("Table", &stats.by_table, 16, &table),
            chart("Last change", &stats.by_year, 12, &nowhere),
            chart("Findings", &stats.by_finding, 16, &nowhere),
        ]
        .into_iter()
        .filter(|chart| !chart.bars.is_empty())
        .collect(),
        targets: stats.conversions.iter().map(target).collect(),
        heat: heat_of(site),
    }
}

fn heat_of(site: &Site<'_>) -> Heat {
    heat(&site.coverage, &|id| site.addresses.technique(id).map(|page| site.path(page)))
}

fn target(stats: &TargetStats) -> TargetView {
    let whole = stats.tried.max(1);
    let mut x = 0;
    let part = |(class, count): &(String, usize)| {
        let width = count * 1000 / whole;
        let part = TargetPart { class: class.clone(), count: *count, x, width };
        x += width;
        part
    };
    let parts = stats.classes.iter().map(part).collect();
    let share = stats.converted * 100 / whole;
    TargetView { target: stats.target.clone(), converted: stats.converted, tried: stats.tried, share, parts }
}

/// The matrix in full.
#[derive(Debug, Serialize)]
pub(super) struct MatrixPage {
    rules: usize,
    tactics: Vec<TacticView>,
    unknown: Vec<(String, usize)>,
}

#[derive(Debug, Serialize)]
struct TacticView {
    name: String,
    id: &'static str,
    rules: usize,
    covered: usize,
    of: usize,
    techniques: Vec<TechniqueView>,
}

#[derive(Debug, Serialize)]
struct TechniqueView {
    id: &'static str,
    name: &'static str,
    rules: usize,
    level: usize,
    href: Option<String>,
    successor: Option<&'static str>,
    sub_techniques: Vec<SubView>,
}

#[derive(Debug, Serialize)]
struct SubView {
    id: &'static str,
    name: &'static str,
    rules: usize,
    href: Option<String>,
}

pub(super) fn matrix(site: &Site<'_>) -> MatrixPage {
    MatrixPage {
        rules: site.coverage.rules,
        tactics: site.coverage.tactics.iter().map(|tactic| tactic_view(site, tactic)).collect(),
        unknown: site.coverage.unknown.iter().map(|(id, rules)| (id.clone(), *rules)).collect(),
    }
}

fn tactic_view(site: &Site<'_>, tactic: &TacticCoverage) -> TacticView {
    let href = |id: &str| site.addresses.technique(id).map(|page: PageId| site.path(page));
    let techniques: Vec<TechniqueView> = tactic
        .techniques
        .iter()
        .map(|technique| TechniqueView {
            id: technique.id,
            name: technique.name,
            rules: technique.rules,
            level: level(technique.rules),
            href: href(technique.id),
            successor: technique.successor,
            sub_techniques: technique
                .sub_techniques
                .iter()
                .map(|(id, name, rules)| SubView { id, name, rules: *rules, href: href(id) })
                .collect(),
        })
        .collect();
    TacticView {
        name: spaced(tactic.name),
        id: tactic.id,
        rules: tactic.rules,
        covered: techniques.iter().filter(|technique| technique.rules > 0).count(),
        of: techniques.len(),
        techniques,
    }
}
