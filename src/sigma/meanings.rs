//! The meanings of a file's rules, those that correlations and filters are about being among them.

use super::{Body, Places, SigmaProblem, SigmaRule, correlate, lower_with_filters, read};
use crate::ir::Detection;
use crate::mapping::Hub;

/// Correlations about correlations are followed no deeper than this.
const MAX_DEPTH: usize = 4;

/// What each rule means that is a result of its own: no filter, and no rule that only serves a correlation. What cannot
/// be read comes first.
pub fn meanings(text: &str, hub: &Hub) -> Vec<Result<Detection, SigmaProblem>> {
    let (rules, problems) = read(text);
    let parts: Vec<&str> = rules.iter().flat_map(parts_of).map(String::as_str).collect();
    let is_result = |rule: &&SigmaRule| {
        let is_part = ["id", "name"].iter().any(|key| rule.head.text(key).is_some_and(|name| parts.contains(&name)));
        !is_part && !matches!(rule.body, Body::Filter { .. })
    };
    let meant = rules.iter().filter(is_result).map(|rule| meaning_among(rule, &rules, hub, 0));
    problems.into_iter().map(Err).chain(meant).collect()
}

/// The names of the rules that only serve a correlation.
fn parts_of(rule: &SigmaRule) -> &[String] {
    match &rule.body {
        Body::Correlation(correlation) if correlation.generate != Some(true) => &correlation.rules.items,
        Body::Correlation(_) | Body::Detection { .. } | Body::Filter { .. } => &[],
    }
}

/// The meaning of a rule, those that it is about being among others.
fn meaning_among(rule: &SigmaRule, rules: &[SigmaRule], hub: &Hub, depth: usize) -> Result<Detection, SigmaProblem> {
    let Body::Correlation(correlation) = &rule.body else {
        return lower_with_filters(rule, rules, hub);
    };
    let mut parts = Vec::new();
    for name in &correlation.rules.items {
        let is_it = |rule: &&SigmaRule| ["id", "name"].iter().any(|key| rule.head.text(key) == Some(name));
        let Some(part) = rules.iter().find(is_it).filter(|_| depth < MAX_DEPTH) else {
            let (path, message) = ("correlation.rules".to_owned(), format!("there is no rule `{name}` in the file"));
            return Err(SigmaProblem { document: 0, path, message, span: None });
        };
        parts.push(super::Part { name, meaning: meaning_among(part, rules, hub, depth + 1)? });
    }
    correlate(rule, parts, &Places::default())
}
