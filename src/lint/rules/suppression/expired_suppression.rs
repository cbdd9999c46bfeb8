//! SUP005: a comment whose time has passed.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::{Category, Confidence, Fixable, Needs, Rule};
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SUP005",
    name: "expired-suppression",
    category: Category::Suppression,
    severity: Severity::Error,
    kinds: Rule::EVERY_FILE,
    needs: Needs::Query,
    confidence: Confidence::High,
    default_on: true,
    fixable: Fixable::Never,
    document: include_str!("expired_suppression.md"),
    // Raised where comments are matched with findings: see the module `suppression`.
    check: |_| {},
};

/// The finding at a date; without one, at what should be a date.
pub fn finding(place: Place, date: Option<String>) -> Diagnostic {
    let message = match date {
        Some(date) => format!("this comment silences findings until {date}, which has passed"),
        None => "the end of this comment is no date, so it silences nothing".to_owned(),
    };
    let mut finding = RULE.finding(place, message, "no longer in force");
    finding.help = Some("mend what it silences, or give a later date as `until:YYYY-MM-DD`".to_owned());
    finding
}
