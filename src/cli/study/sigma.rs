//! Sigma rules, looked at as their meaning.

use super::{Depth, Input, Studies, Study, World, notes, options, targets};
use crate::emit::{Target, convert};
use crate::explain::{Language, explain_sigma};
use crate::sigma::{self, Body, SigmaRule};
use crate::source::RuleFile;

/// Every rule of a file but its filters, which are part of the rules that they narrow.
pub(super) fn file(input: &Input, file: &RuleFile, world: World<'_>, depth: Depth) -> Studies {
    let (rules, problems) = sigma::read(&file.text);
    let mut result = Studies::default();
    result.problems.extend(problems.iter().map(|problem| format!("{}: {problem}", file.path)));
    for rule in rules.iter().filter(|rule| !matches!(rule.body, Body::Filter { .. })) {
        match sigma::lower_with_filters(rule, &rules, world.hub) {
            Ok(meaning) => result.studies.push(study(rule, meaning, text(file, &rules, rule), input, world, depth)),
            Err(problem) => result.problems.push(format!("{}: {problem}", file.path)),
        }
    }
    result
}

/// The text of one rule: the file, or what reads as the same rule where the file has several.
fn text(file: &RuleFile, rules: &[SigmaRule], rule: &SigmaRule) -> String {
    if rules.len() == 1 {
        return file.text.clone();
    }
    sigma::write(std::slice::from_ref(rule)).unwrap_or_else(|_| file.text.clone())
}

fn study(
    rule: &SigmaRule,
    meaning: crate::ir::Detection,
    text: String,
    input: &Input,
    world: World<'_>,
    depth: Depth,
) -> Study {
    let mut explanation = explain_sigma(&meaning, condition(rule, &meaning));
    // The meaning has the levels that Sentinel knows.
    explanation.header.severity = rule.head.text("level").map(capital);
    let changed = rule.head.text("modified").or_else(|| rule.head.text("date"));
    explanation.header.changed = changed.map(|day| day.replace('/', "-"));
    let mut conversions = Vec::new();
    if depth == Depth::Full {
        let options = options(input);
        let targets = targets(input).iter().filter(|target| **target != Target::Sigma);
        conversions = targets.map(|target| convert(&meaning, *target, world.hub, &options)).collect();
        explanation.surroundings.conversions = Some(notes::conversions(&conversions));
    }
    Study { meaning, explanation, conversions, text, language: Language::Sigma, is_accepted: true }
}

/// The condition as it is written, if the meaning is made of one.
fn condition<'r>(rule: &'r SigmaRule, meaning: &crate::ir::Detection) -> &'r str {
    match &rule.body {
        Body::Detection { detection, .. } if meaning.pipeline.stages.len() == 1 => {
            match detection.condition.items.as_slice() {
                [only] => &only.text,
                _ => "",
            }
        }
        Body::Detection { .. } | Body::Correlation(_) | Body::Filter { .. } => "",
    }
}

/// `Critical` for `critical`.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
