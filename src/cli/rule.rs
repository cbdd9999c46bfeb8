//! `kqlift rule`

use std::fmt::Write as _;

use super::arguments::{RuleArguments, RuleFormat};
use super::{CommandResult, Exit, Failure, output};
use crate::lint::{self, Rule};

pub(super) fn run(arguments: &RuleArguments) -> CommandResult {
    let text = match &arguments.code {
        Some(code) => one(find(code)?, arguments.format),
        None => all(arguments.format),
    };
    output::print(&text)?;
    Ok(Exit::Clean)
}

fn find(code: &str) -> Result<&'static Rule, Failure> {
    lint::find(code).ok_or_else(|| {
        let near = lint::suggest(code).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        Failure(format!("there is no lint rule {code}{near}"))
    })
}

fn one(rule: &Rule, format: RuleFormat) -> String {
    match format {
        RuleFormat::Text | RuleFormat::Md => {
            // The first line of the page is its heading; facts about the rule follow it.
            let (heading, rest) = rule.document.split_once('\n').unwrap_or((rule.document, ""));
            format!("{heading}\n\n{}\n{rest}", lint::facts(rule))
        }
        RuleFormat::Json => json(&[rule]),
    }
}

fn all(format: RuleFormat) -> String {
    match format {
        RuleFormat::Text => {
            let mut text = String::new();
            for rule in lint::rules() {
                let _ = writeln!(
                    text,
                    "{}  {:<7}  fix {:<9}  {}",
                    rule.code,
                    rule.severity.as_str(),
                    rule.fixable.as_str(),
                    rule.name
                );
            }
            text
        }
        RuleFormat::Md => lint::reference(),
        RuleFormat::Json => json(&lint::rules().iter().collect::<Vec<_>>()),
    }
}

fn json(rules: &[&Rule]) -> String {
    let rules: Vec<serde_json::Value> = rules
        .iter()
        .map(|rule| {
            serde_json::json!({
                "code": rule.code,
                "name": rule.name,
                "category": rule.category.title(),
                "severity": rule.severity.as_str(),
                "confidence": rule.confidence.as_str(),
                "default_on": rule.default_on,
                "needs": rule.needs.as_str(),
                "fixable": rule.fixable.as_str(),
                "kinds": rule.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(),
                "document": rule.document,
            })
        })
        .collect();
    // Strings only: serialising them can't fail.
    serde_json::to_string_pretty(&rules).unwrap_or_default() + "\n"
}
