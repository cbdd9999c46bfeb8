//! CSE001: a case-sensitive comparison of a file name or path with a text that has letters.

use crate::analyze::Predicate;
use crate::diagnostic::Severity;
use crate::lint::case::{CaseSensitive, report};
use crate::lint::predicate::{excludes, has_letters, in_any_case, other_case, texts};
use crate::lint::shape::{is_from_linux, shape_of};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ColumnShape, Schema};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE001",
    name: "case-sensitive-filename",
    category: Category::Case,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("case_sensitive_filename.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some((column, value)) = flagged(cx.schema(), predicate) else { continue };
        let Some(replacement) = in_any_case(predicate.op) else { continue };
        let other = other_case(value);
        let (subject, reason) = ("a file name".to_owned(), "keeps the case in which the file was named or launched");
        let note = format!("Windows takes {column}=\"{value}\" and {column}=\"{other}\" for the same file");
        let mut report = report(cx, CaseSensitive { predicate, replacement, subject, other, reason, note });
        // A copy in another letter case is shown then, and nothing is missed.
        if excludes(predicate) {
            report.severity(Severity::Info);
        }
    }
}

/// The column and a text with letters, if the rule is about this predicate.
pub(in crate::lint) fn flagged<'p>(schema: &Schema, predicate: &'p Predicate) -> Option<(&'p str, &'p str)> {
    let column = predicate.subject.plain_column().filter(|_| in_any_case(predicate.op).is_some())?;
    let is_file = matches!(shape_of(schema, column), Some(ColumnShape::Name | ColumnShape::Path | ColumnShape::Folder));
    // Names without an extension are those of other systems, and control characters come from escapes that nobody meant.
    let is_windows = |text: &str| text.contains(['.', '\\']) && !text.contains(char::is_control);
    let value = texts(predicate).find(|text| has_letters(text)).filter(|_| is_file && !is_from_linux(column))?;
    if !texts(predicate).any(is_windows) || texts(predicate).any(|text| text.contains(char::is_control)) {
        return None;
    }
    Some((&column.name, value))
}
