//! EVD006: a parent process that is recognised by its name alone.

use crate::diagnostic::Severity;
use crate::lint::predicate::{selects, texts};
use crate::lint::shape::table_column;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "EVD006",
    name: "parent-name-only",
    category: Category::Evasion,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("parent_name_only.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for predicate in cx.predicates().iter().filter(|predicate| selects(predicate)) {
        let Some(column) = predicate.subject.plain_column() else { continue };
        let Some((table, name)) = table_column(column) else { continue };
        let is_parent = table.starts_with("Device") && name == "InitiatingProcessFileName";
        if !is_parent || seen.contains(&name) || texts(predicate).next().is_none() {
            continue;
        }
        let is_known_otherwise = cx.predicates().iter().any(|test| {
            let tested = test.subject.column.as_ref().and_then(table_column);
            tested.is_some_and(|(_, tested)| {
                tested.starts_with("InitiatingProcessVersionInfo")
                    || matches!(
                        tested,
                        "FileName"
                            | "InitiatingProcessSHA1"
                            | "InitiatingProcessSHA256"
                            | "InitiatingProcessFolderPath"
                    )
            })
        });
        if is_known_otherwise {
            continue;
        }
        seen.push(name);
        cx.report(predicate.span, "the parent is recognised by its name alone")
            .label("a copy has another name")
            .help("test `InitiatingProcessVersionInfoOriginalFileName`, the folder or the child too");
    }
}
