//! SUP002: a comment that silences everything.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::{Category, Confidence, Fixable, Needs, Rule};
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SUP002",
    name: "blanket-suppression",
    category: Category::Suppression,
    severity: Severity::Warning,
    kinds: Rule::EVERY_FILE,
    needs: Needs::Query,
    confidence: Confidence::High,
    default_on: true,
    fixable: Fixable::Never,
    document: include_str!("blanket_suppression.md"),
    // Raised where comments are matched with findings: see the module `suppression`.
    check: |_| {},
};

/// The finding at a comment.
pub fn finding(place: Place) -> Diagnostic {
    let mut finding =
        RULE.finding(place, "this comment silences every lint rule, also those to come".to_owned(), "names no rule");
    finding.help = Some("name what is meant: `ignore[TRM001]`".to_owned());
    finding
}
