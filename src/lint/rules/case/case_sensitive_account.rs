//! CSE003: a case-sensitive comparison of an account, an e-mail address or a host name.

use crate::analyze::Predicate;
use crate::diagnostic::Severity;
use crate::lint::case::{CaseSensitive, report};
use crate::lint::predicate::{has_letters, in_any_case, other_case, texts};
use crate::lint::shape::{is_from_linux, shape_of};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ColumnShape, Schema};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE003",
    name: "case-sensitive-account",
    category: Category::Case,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("case_sensitive_account.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some((column, value)) = flagged(cx.schema(), predicate) else { continue };
        let Some(replacement) = in_any_case(predicate.op) else { continue };
        let other = other_case(value);
        let (subject, reason) = ("a name".to_owned(), "arrives in the case in which it was typed or registered");
        let note = format!("{column}=\"{value}\" and {column}=\"{other}\" are the same account or device");
        report(cx, CaseSensitive { predicate, replacement, subject, other, reason, note });
    }
}

/// The column and a text with letters, if the rule is about this predicate.
pub(in crate::lint) fn flagged<'p>(schema: &Schema, predicate: &'p Predicate) -> Option<(&'p str, &'p str)> {
    let column = predicate.subject.plain_column().filter(|_| in_any_case(predicate.op).is_some())?;
    let is_name = matches!(
        shape_of(schema, column),
        Some(ColumnShape::Upn | ColumnShape::Account | ColumnShape::AccountName | ColumnShape::Host)
    );
    let value = texts(predicate)
        .find(|text| has_letters(text) && !is_built_in(text))
        .filter(|_| is_name && !is_from_linux(column))?;
    Some((&column.name, value))
}

/// Whether it is an account of the system: the sensor writes those, always in the same way.
fn is_built_in(account: &str) -> bool {
    let built_in = ["system", "local service", "network service", "root"];
    let lower = account.to_lowercase();
    let domains = ["nt authority", "nt service", "builtin", "window manager", "font driver host"];
    let is_of_system = lower.split_once('\\').is_some_and(|(domain, _)| domains.contains(&domain));
    is_of_system || built_in.contains(&lower.as_str())
}
