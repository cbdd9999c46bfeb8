//! CSE004: a case-sensitive comparison with a name whose letter case Azure changes.

use crate::analyze::Predicate;
use crate::diagnostic::Severity;
use crate::lint::case::{CaseSensitive, report};
use crate::lint::predicate::{has_letters, in_any_case, texts};
use crate::lint::shape::table_column;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE004",
    name: "case-sensitive-azure-operation",
    category: Category::Case,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("case_sensitive_azure_operation.md"),
    check,
};

/// Columns that resource providers fill as they please.
const COLUMNS: &[(&str, &str)] = &[
    ("AzureActivity", "CategoryValue"),
    ("AzureActivity", "OperationNameValue"),
    ("AzureActivity", "ResourceGroup"),
    ("AzureActivity", "ResourceId"),
    ("AzureActivity", "ResourceProviderValue"),
    ("AzureDiagnostics", "Category"),
    ("AzureDiagnostics", "ResourceId"),
    ("Event", "EventLevelName"),
];

/// Words of closed lists, as they are documented.
const DOCUMENTED: &[&str] = &[
    "Administrative",
    "Alert",
    "Autoscale",
    "Critical",
    "Error",
    "Failure Audit",
    "Information",
    "Policy",
    "Recommendation",
    "ResourceHealth",
    "Security",
    "ServiceHealth",
    "Success Audit",
    "Warning",
];

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some((column, value)) = flagged(predicate) else { continue };
        let Some(replacement) = in_any_case(predicate.op) else { continue };
        let other = other_spelling(value);
        let (subject, reason) = (format!("`{column}`"), "Azure writes the same name in different letter case");
        let note = format!("{column}=\"{value}\" and {column}=\"{other}\" both occur");
        report(cx, CaseSensitive { predicate, replacement, subject, other, reason, note });
    }
}

/// The column and a text with letters, if the rule is about this predicate.
pub(in crate::lint) fn flagged(predicate: &Predicate) -> Option<(&str, &str)> {
    // A computed value may tell the spellings apart on purpose.
    let is_comparison = predicate.is_filter && in_any_case(predicate.op).is_some();
    let column = predicate.subject.plain_column().filter(|_| is_comparison)?;
    table_column(column).filter(|place| COLUMNS.contains(place))?;
    let value = texts(predicate).find(|text| has_letters(text) && !DOCUMENTED.contains(text))?;
    // Diagnostic categories are constants of their service, apart from those that two versions of it spell differently.
    let is_constant = column.name == "Category" && !value.to_lowercase().starts_with("frontdoor");
    (!is_constant).then_some((&column.name, value))
}

/// Azure writes most names in capitals; a text that is in capitals already comes in lower case too.
fn other_spelling(text: &str) -> String {
    let upper = text.to_uppercase();
    if upper == text { text.to_lowercase() } else { upper }
}
