//! SUP001: a comment that silences nothing.

use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::lint::wording::listed;
use crate::lint::{Category, Confidence, Fixable, Needs, Rule};
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SUP001",
    name: "unused-suppression",
    category: Category::Suppression,
    severity: Severity::Warning,
    kinds: Rule::EVERY_FILE,
    needs: Needs::Query,
    confidence: Confidence::High,
    default_on: true,
    fixable: Fixable::Always,
    document: include_str!("unused_suppression.md"),
    // Raised where comments are matched with findings: see the module `suppression`.
    check: |_| {},
};

/// The finding at a comment, or at the words of it that are not needed.
pub fn finding(place: Place, words: &[&str], fix: Fix) -> Diagnostic {
    let message = match words {
        [] => "this comment silences no finding".to_owned(),
        [word] => format!("there is no finding of `{word}` to silence here"),
        words => format!("there are no findings of {} to silence here", listed(words)),
    };
    let mut finding = RULE.finding(place, message, "not needed");
    finding.help = Some(fix.title.clone());
    finding.fix = Some(fix);
    finding
}
