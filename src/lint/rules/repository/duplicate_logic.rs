//! XRL001: a rule that returns the same rows as another one.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::{Category, Confidence, Fixable, Needs, Rule};
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "XRL001",
    name: "duplicate-logic",
    category: Category::Repository,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::OtherRules,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("duplicate_logic.md"),
    // Raised where the rules of a folder are held against each other: see the module `across`.
    check: |_| {},
};

/// The finding at a rule; `other` is the file of the one before it.
pub(in crate::lint) fn finding(place: Place, other: &str) -> Diagnostic {
    let mut finding = RULE.finding(place, format!("`{other}` returns the same rows for every input"), "the same again");
    finding.help = Some("keep one of the two".to_owned());
    finding
}
