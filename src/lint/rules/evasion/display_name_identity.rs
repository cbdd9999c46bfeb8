//! EVD009: a thing recognised by a name that can be changed.

use crate::diagnostic::Severity;
use crate::lint::predicate::{ignores_case, in_any_case, texts_with_places};
use crate::lint::shape::table_column;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "EVD009",
    name: "display-name-identity",
    category: Category::Evasion,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("display_name_identity.md"),
    check,
};

/// Columns of names, and the columns of the identifiers that stay.
const NAMES: &[(&str, &str)] = &[
    ("AppDisplayName", "AppId"),
    ("ResourceDisplayName", "ResourceId"),
    ("ServicePrincipalName", "ServicePrincipalId"),
    ("GroupName", "the identifier of the group"),
];

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let is_equality = in_any_case(predicate.op).is_some() || ignores_case(predicate.op);
        let Some((table, name)) = predicate.subject.column.as_ref().and_then(table_column).filter(|_| is_equality)
        else {
            continue;
        };
        let Some((_, id)) = NAMES.iter().find(|(column, _)| *column == name) else { continue };
        let Some((text, place)) = texts_with_places(predicate).find(|(text, _)| !text.is_empty()) else { continue };
        cx.report(place, format!("`{text}` is a name, and whoever owns it can change it"))
            .label(format!("a name in `{table}`"))
            .help(format!("compare `{id}`, which stays"));
    }
}
