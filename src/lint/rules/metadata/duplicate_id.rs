//! MET003: two rules with one identifier.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::{Category, Confidence, Fixable, Needs, Rule};
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET003",
    name: "duplicate-id",
    category: Category::Metadata,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::OtherRules,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("duplicate_id.md"),
    // Raised where the rules of a folder are held against each other: see the module `across`.
    check: |_| {},
};

/// The finding at an identifier; `other` is the file of the rule that has it too.
pub(in crate::lint) fn finding(place: Place, id: &str, other: &str) -> Diagnostic {
    let mut finding = RULE.finding(place, format!("`{other}` has the identifier `{id}` too"), "not its own");
    finding.help = Some("give the newer of the two rules a new GUID".to_owned());
    finding
}
