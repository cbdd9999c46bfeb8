//! Rules that belong together, in whatever files they stand: correlations and those that they are about, filters and
//! those that they narrow.

use std::collections::{BTreeSet, HashMap};

use super::{Body, Correlation, Part, Places, SigmaProblem, SigmaRule, correlate, lower_placed, read};
use crate::ir::Detection;
use crate::mapping::Hub;

/// Correlations about correlations are followed no deeper than this.
const MAX_DEPTH: usize = 4;

/// Rules by number, in the order in which they were given.
pub struct Collection<'r> {
    rules: Vec<(&'r SigmaRule, &'r Places)>,
    /// Ids and names of rules.
    names: HashMap<&'r str, usize>,
    filters: Vec<&'r SigmaRule>,
    /// Rules that only serve correlations.
    parts: BTreeSet<usize>,
}

impl<'r> Collection<'r> {
    /// Finds out what belongs together.
    pub fn new(rules: Vec<(&'r SigmaRule, &'r Places)>) -> Self {
        let mut names = HashMap::new();
        for (number, (rule, _)) in rules.iter().enumerate() {
            for name in ["id", "name"].iter().filter_map(|key| rule.head.text(key)) {
                names.entry(name).or_insert(number);
            }
        }
        let is_filter = |rule: &&SigmaRule| matches!(rule.body, Body::Filter { .. });
        let filters = rules.iter().map(|(rule, _)| *rule).filter(is_filter).collect();
        let mut parts = BTreeSet::new();
        for (rule, correlation) in rules.iter().filter_map(|(rule, _)| Some((rule, correlation(rule)?))) {
            let generates = rule.head.get("generate").and_then(serde_yaml::Value::as_bool).or(correlation.generate);
            if generates != Some(true) {
                parts.extend(correlation.rules.items.iter().filter_map(|name| names.get(name.as_str())));
            }
        }
        Self { rules, names, filters, parts }
    }

    /// How many rules only serve correlations.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Whether the rule stands for itself: it is no filter and does not only serve a correlation.
    pub fn stands_alone(&self, number: usize) -> bool {
        let is_filter = self.rules.get(number).is_some_and(|(rule, _)| matches!(rule.body, Body::Filter { .. }));
        !is_filter && !self.parts.contains(&number)
    }

    /// The meaning of a rule with the filters and rules that belong to it.
    ///
    /// # Errors
    ///
    /// If the rule or one that it is about has none, or one that it names is not there.
    pub fn meaning(&self, number: usize, hub: &Hub) -> Result<Detection, SigmaProblem> {
        self.meaning_at(number, hub, 0)
    }

    fn meaning_at(&self, number: usize, hub: &Hub, depth: usize) -> Result<Detection, SigmaProblem> {
        let Some((rule, places)) = self.rules.get(number) else {
            return Err(problem("there is no such rule".to_owned()));
        };
        let Some(correlation) = correlation(rule) else {
            return lower_placed(rule, self.filters.iter().copied(), hub, places);
        };
        let mut parts = Vec::new();
        for name in &correlation.rules.items {
            let Some(part) = self.names.get(name.as_str()) else {
                return Err(problem(format!("there is no rule `{name}` among the files given")));
            };
            if depth == MAX_DEPTH {
                return Err(problem(format!("`{name}` stands too deep in correlations of correlations")));
            }
            let meaning = self
                .meaning_at(*part, hub, depth + 1)
                .map_err(|found| problem(format!("the rule `{name}` has no meaning: {}", found.message)))?;
            parts.push(Part { name, meaning });
        }
        correlate(rule, parts, places)
    }
}

fn correlation(rule: &SigmaRule) -> Option<&Correlation> {
    match &rule.body {
        Body::Correlation(correlation) => Some(correlation),
        Body::Detection { .. } | Body::Filter { .. } => None,
    }
}

fn problem(message: String) -> SigmaProblem {
    SigmaProblem { document: 0, path: "correlation.rules".to_owned(), message, span: None }
}

/// The meanings of the rules of a file that are results of their own.
///
/// # Errors
///
/// The first problem of a rule.
pub fn meanings(text: &str, hub: &Hub) -> Result<Vec<Detection>, SigmaProblem> {
    let (rules, problems) = read(text);
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    let nowhere = Places::default();
    let count = rules.len();
    let rules = Collection::new(rules.iter().map(|rule| (rule, &nowhere)).collect());
    let numbers = (0..count).filter(|number| rules.stands_alone(*number));
    numbers.map(|number| rules.meaning(number, hub)).collect()
}
