//! Which techniques the rules say they detect.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::index::Index;
use crate::schema::{Technique, TechniqueStatus, all_techniques, tactics};

/// Coverage of the enterprise matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Number of rules that name a technique.
    pub rules: usize,
    /// The columns of the matrix.
    pub tactics: Vec<TacticCoverage>,
    /// Ids that rules name and ATT&CK does not have.
    pub unknown: BTreeMap<String, usize>,
}

/// One column of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TacticCoverage {
    /// `TA0005`
    pub id: &'static str,
    /// `DefenseEvasion`
    pub name: &'static str,
    /// Number of rules that name the tactic itself.
    pub rules: usize,
    /// Its techniques, those with most rules first.
    pub techniques: Vec<TechniqueCoverage>,
}

/// One technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TechniqueCoverage {
    /// `T1059`
    pub id: &'static str,
    /// `Command and Scripting Interpreter`
    pub name: &'static str,
    /// Number of rules that name it or one of its sub-techniques.
    pub rules: usize,
    /// Its sub-techniques that rules name.
    pub sub_techniques: Vec<(&'static str, &'static str, usize)>,
    /// The id that has taken its place.
    pub successor: Option<&'static str>,
}

/// The coverage of an index.
pub fn coverage(index: &Index) -> Coverage {
    let mut by_technique: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut by_tactic: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut rules = BTreeSet::new();
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    for (number, rule) in index.rules.iter().enumerate() {
        for tactic in &rule.tactics {
            by_tactic.entry(home_name(tactic)).or_default().insert(number);
        }
        for id in &rule.techniques {
            let Some(technique) = Technique::find(id) else {
                *unknown.entry(id.clone()).or_default() += 1;
                continue;
            };
            rules.insert(number);
            by_technique.entry(technique.id).or_default().insert(number);
            if let Some((parent, _)) = technique.id.split_once('.') {
                by_technique.entry(parent).or_default().insert(number);
            }
        }
    }
    let all: Vec<Technique> = all_techniques().collect();
    let count = |id: &str| by_technique.get(id).map_or(0, BTreeSet::len);
    let tactics = tactics()
        .into_iter()
        .map(|tactic| TacticCoverage {
            id: tactic.id,
            name: tactic.sentinel,
            rules: by_tactic.get(tactic.sentinel).map_or(0, BTreeSet::len),
            techniques: techniques(tactic.slug, &all, &count),
        })
        .collect();
    Coverage { rules: rules.len(), tactics, unknown }
}

fn techniques(tactic: &str, all: &[Technique], count: &dyn Fn(&str) -> usize) -> Vec<TechniqueCoverage> {
    let is_in = |technique: &&Technique| technique.tactics().any(|of| home(of) == tactic);
    let mut found: Vec<TechniqueCoverage> = all
        .iter()
        .filter(|technique| !technique.is_sub())
        .filter(is_in)
        // What is no longer in force is shown only where a rule still names it.
        .filter(|technique| technique.status == TechniqueStatus::Live || count(technique.id) > 0)
        .map(|technique| TechniqueCoverage {
            id: technique.id,
            name: technique.name,
            rules: count(technique.id),
            sub_techniques: sub_techniques(technique.id, all, count),
            successor: match technique.status {
                TechniqueStatus::Revoked(successor) => successor,
                TechniqueStatus::Live | TechniqueStatus::Deprecated => None,
            },
        })
        .collect();
    found.sort_by_key(|technique| (usize::MAX - technique.rules, technique.id));
    found
}

/// ATT&CK v19 split Defense Evasion in two; Sentinel still has the one tactic.
fn home(tactic: &str) -> &str {
    match tactic {
        "stealth" | "defense-impairment" => "defense-evasion",
        other => other,
    }
}

/// The same for names as Sentinel writes them.
fn home_name(tactic: &str) -> &str {
    match tactic {
        "Stealth" | "DefenseImpairment" => "DefenseEvasion",
        other => other,
    }
}

fn sub_techniques(
    parent: &str,
    all: &[Technique],
    count: &dyn Fn(&str) -> usize,
) -> Vec<(&'static str, &'static str, usize)> {
    let is_below = |technique: &&Technique| technique.id.split_once('.').is_some_and(|(of, _)| of == parent);
    let mut found: Vec<_> = all
        .iter()
        .filter(is_below)
        .map(|technique| (technique.id, technique.name, count(technique.id)))
        .filter(|(_, _, rules)| *rules > 0)
        .collect();
    found.sort_by_key(|(id, _, rules)| (usize::MAX - rules, *id));
    found
}

/// A layer for the ATT&CK Navigator, format 4.5.
pub fn navigator_layer(index: &Index, name: &str) -> serde_json::Value {
    let mut counts: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (number, rule) in index.rules.iter().enumerate() {
        for technique in rule.techniques.iter().filter_map(|id| Technique::find(id)) {
            counts.entry(technique.id).or_default().insert(number);
        }
    }
    let most = counts.values().map(BTreeSet::len).max().unwrap_or(1);
    let techniques: Vec<serde_json::Value> = counts
        .iter()
        .map(|(id, rules)| {
            let titles: Vec<&str> = rules
                .iter()
                .take(20)
                .filter_map(|rule| index.rules.get(*rule))
                .map(|rule| rule.title.as_str())
                .collect();
            serde_json::json!({
                "techniqueID": id,
                "score": rules.len(),
                "comment": titles.join("\n"),
                "enabled": true,
                "showSubtechniques": id.contains('.'),
            })
        })
        .collect();
    serde_json::json!({
        "name": name,
        "versions": { "attack": "18", "navigator": "5.1.0", "layer": "4.5" },
        "domain": "enterprise-attack",
        "description": format!("Techniques that {} rules name", index.rules.len()),
        "sorting": 3,
        "hideDisabled": false,
        "techniques": techniques,
        "gradient": { "colors": ["#ffffff", "#0a5ea8"], "minValue": 0, "maxValue": most },
    })
}
