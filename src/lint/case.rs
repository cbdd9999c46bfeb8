//! How rules report a comparison that minds letter case where it should not.

use super::predicate::{effect_on_rule, excludes};
use super::{Context, Report};
use crate::analyze::Predicate;
use crate::diagnostic::Effect;

/// A comparison to report.
pub(super) struct CaseSensitive<'p> {
    /// The comparison.
    pub(super) predicate: &'p Predicate,
    /// The operator that ignores case.
    pub(super) replacement: &'static str,
    /// What it compares, behind "on": `a file name`.
    pub(super) subject: String,
    /// A value that it does not hear.
    pub(super) other: String,
    /// Why the case is not certain, at the column.
    pub(super) reason: &'static str,
    /// Both values and what they have in common.
    pub(super) note: String,
}

/// Reports the comparison, with the fix that widens it.
pub(super) fn report<'c>(cx: &'c mut Context<'_>, found: CaseSensitive<'_>) -> Report<'c> {
    let CaseSensitive { predicate, replacement, subject, other, reason, note } = found;
    let written = cx.slice(predicate.op_span);
    let misses = if excludes(predicate) { "does not exclude" } else { "misses" };
    let message = format!("`{written}` on {subject} is case-sensitive and {misses} `{other}`");
    let mut report = cx.report(predicate.op_span, message);
    report
        .label("compares letter case")
        .related(predicate.subject.span, reason)
        .help(format!("use `{replacement}`"))
        .note(note)
        .replace(
            predicate.op_span,
            replacement,
            format!("write `{replacement}`"),
            effect_on_rule(predicate, Effect::Wider),
        );
    report
}
