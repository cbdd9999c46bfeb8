//! SUP004: a comment with a word that stands for nothing.

use crate::diagnostic::{Diagnostic, Edit, Effect, Fix, Severity};
use crate::lint::{Category, Confidence, Fixable, Needs, Rule, suggest};
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SUP004",
    name: "unknown-code",
    category: Category::Suppression,
    severity: Severity::Error,
    kinds: Rule::EVERY_FILE,
    needs: Needs::Query,
    confidence: Confidence::High,
    default_on: true,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_code.md"),
    // Raised where comments are matched with findings: see the module `suppression`.
    check: |_| {},
};

/// The finding at a word that is no code, name or family of lint rules.
pub fn code(place: Place, word: &str) -> Diagnostic {
    let mut finding =
        RULE.finding(place, format!("there is no lint rule `{word}`, so nothing is silenced"), "not known");
    if let Some(near) = suggest(word) {
        let title = format!("write `{near}`");
        finding.help = Some(format!("did you mean `{near}`?"));
        let edit = Edit { place, replacement: near.to_owned() };
        finding.fix = Some(Fix { title, effect: Effect::Same, edits: vec![edit] });
    }
    finding
}

/// The finding at a word that is none of the things that a comment can ask for.
pub fn form(place: Place) -> Diagnostic {
    let mut finding =
        RULE.finding(place, "this comment is meant for kqlift, but is not understood".to_owned(), "not known");
    finding.help = Some("write `ignore`, `disable`, `enable` or `file-ignore`".to_owned());
    finding
}
