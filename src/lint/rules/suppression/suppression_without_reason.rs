//! SUP003: a comment that does not say why.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::{Category, Confidence, Fixable, Needs, Rule};
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SUP003",
    name: "suppression-without-reason",
    category: Category::Suppression,
    severity: Severity::Warning,
    kinds: Rule::EVERY_FILE,
    needs: Needs::Query,
    confidence: Confidence::High,
    default_on: true,
    fixable: Fixable::Never,
    document: include_str!("suppression_without_reason.md"),
    // Raised where comments are matched with findings: see the module `suppression`.
    check: |_| {},
};

/// The finding at a comment.
pub fn finding(place: Place) -> Diagnostic {
    let mut finding =
        RULE.finding(place, "this comment silences findings and does not say why".to_owned(), "no reason");
    finding.help = Some("write the reason behind the brackets".to_owned());
    finding
}
