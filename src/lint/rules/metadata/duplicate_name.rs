//! MET004: two rules with one name.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::{Category, Confidence, Fixable, Needs, Rule};
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET004",
    name: "duplicate-name",
    category: Category::Metadata,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::OtherRules,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("duplicate_name.md"),
    // Raised where the rules of a folder are held against each other: see the module `across`.
    check: |_| {},
};

/// The finding at a name; `other` is the file of the rule that has it too.
pub(in crate::lint) fn finding(place: Place, name: &str, other: &str) -> Diagnostic {
    let mut finding = RULE.finding(place, format!("`{other}` is called `{name}` too"), "not its own");
    finding.help = Some("say in the name what is different".to_owned());
    finding
}
