//! XRL002: a rule all of whose rows another one returns too.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::{Category, Confidence, Fixable, Needs, Rule};
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "XRL002",
    name: "subsumed-rule",
    category: Category::Repository,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::OtherRules,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("subsumed_rule.md"),
    // Raised where the rules of a folder are held against each other: see the module `across`.
    check: |_| {},
};

/// The finding at a rule; `other` is the file of the wider one.
pub(in crate::lint) fn finding(place: Place, other: &str) -> Diagnostic {
    let mut finding =
        RULE.finding(place, format!("every row of this rule is one of `{other}`"), "the narrower of the two");
    finding.help = Some("say in the description why it stands alone, or drop it".to_owned());
    finding
}
