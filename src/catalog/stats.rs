//! Figures about a folder of rules.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::index::Index;
use super::postings::Postings;

/// Figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Rules.
    pub rules: usize,
    /// Rules whose query has no syntax error.
    pub accepted: usize,
    /// Tables and table functions that they read.
    pub tables: usize,
    /// Things that they look for.
    pub indicators: usize,
    /// Those that two or more rules look for.
    pub shared_indicators: usize,
    /// Techniques that they name.
    pub techniques: usize,
    /// Rules by severity; `none` for rules without one.
    pub by_severity: Vec<(String, usize)>,
    /// Rules by kind.
    pub by_kind: Vec<(String, usize)>,
    /// Rules by the year of their last change, latest first; rules whose file says none are not counted.
    pub by_year: Vec<(String, usize)>,
    /// Rules by tactic.
    pub by_tactic: Vec<(String, usize)>,
    /// Rules by table, most first.
    pub by_table: Vec<(String, usize)>,
    /// Findings by code, most first.
    pub by_finding: Vec<(String, usize)>,
    /// What became of conversions.
    pub conversions: Vec<TargetStats>,
}

/// Conversions to one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TargetStats {
    /// The target.
    pub target: String,
    /// Rules that are converted.
    pub converted: usize,
    /// All rules that were tried.
    pub tried: usize,
    /// Converted rules by worst class, best class first.
    pub classes: Vec<(String, usize)>,
}

/// The order in which severities are shown.
const SEVERITIES: [&str; 6] = ["Critical", "High", "Medium", "Low", "Informational", "none"];

/// The order in which classes are shown.
const CLASSES: [&str; 6] = ["exact", "informational", "assumption", "over", "under", "changed"];

/// The figures of an index.
pub fn stats(index: &Index) -> Stats {
    let postings = Postings::new(index);
    let rules = &index.rules;
    let severity = |rule: &super::RuleEntry| rule.severity.clone().unwrap_or_else(|| "none".to_owned());
    let mut by_severity = counted(rules.iter().map(severity));
    by_severity.sort_by_key(|(name, _)| SEVERITIES.iter().position(|known| known == name));
    let distinct = |values: &[String]| values.iter().cloned().collect::<BTreeSet<String>>();
    Stats {
        rules: rules.len(),
        accepted: rules.iter().filter(|rule| rule.is_accepted).count(),
        tables: postings.tables.len(),
        indicators: postings.indicators.len(),
        shared_indicators: postings.indicators.values().filter(|rules| rules.len() > 1).count(),
        techniques: postings.techniques.len(),
        by_severity,
        by_year: by_year(rules),
        by_kind: counted(rules.iter().map(|rule| rule.kind.clone())),
        by_tactic: counted(rules.iter().flat_map(|rule| distinct(&rule.tactics))),
        by_table: counted(rules.iter().flat_map(|rule| distinct(&rule.tables))),
        by_finding: counted(rules.iter().flat_map(|rule| rule.findings.clone())),
        conversions: conversions(index),
    }
}

fn by_year(rules: &[super::RuleEntry]) -> Vec<(String, usize)> {
    let year = |rule: &super::RuleEntry| {
        let year = rule.changed.as_deref()?.get(..4)?;
        year.bytes().all(|byte| byte.is_ascii_digit()).then(|| year.to_owned())
    };
    let mut years = counted(rules.iter().filter_map(year));
    years.sort_by(|a, b| b.0.cmp(&a.0));
    years
}

/// Each name with how often it occurs, most first.
fn counted(names: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| usize::MAX - count);
    counts
}

fn conversions(index: &Index) -> Vec<TargetStats> {
    let mut targets: Vec<TargetStats> = Vec::new();
    for conversion in index.rules.iter().flat_map(|rule| &rule.conversions) {
        let position = targets.iter().position(|stats| stats.target == conversion.target).unwrap_or_else(|| {
            let target = conversion.target.clone();
            targets.push(TargetStats { target, converted: 0, tried: 0, classes: Vec::new() });
            targets.len() - 1
        });
        let stats = &mut targets[position];
        stats.tried += 1;
        if conversion.is_converted {
            stats.converted += 1;
            match stats.classes.iter_mut().find(|(class, _)| *class == conversion.class) {
                Some((_, count)) => *count += 1,
                None => stats.classes.push((conversion.class.clone(), 1)),
            }
        }
    }
    for stats in &mut targets {
        stats.classes.sort_by_key(|(class, _)| CLASSES.iter().position(|known| known == class));
    }
    targets
}
