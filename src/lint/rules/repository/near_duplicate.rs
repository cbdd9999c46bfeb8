//! XRL003: a rule that looks for nearly the same as another one.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::{Category, Confidence, Fixable, Needs, Rule};
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "XRL003",
    name: "near-duplicate",
    category: Category::Repository,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::OtherRules,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("near_duplicate.md"),
    // Raised where the rules of a folder are held against each other: see the module `across`.
    check: |_| {},
};

/// The finding at a rule; `other` is the file of the one that it is like.
pub(in crate::lint) fn finding(place: Place, other: &str) -> Diagnostic {
    let mut finding = RULE.finding(place, format!("`{other}` looks for nearly the same"), "much alike");
    finding.help = Some("look whether one rule can do for both".to_owned());
    finding
}
