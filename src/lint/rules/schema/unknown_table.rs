//! SCH001: a table or a function that the schema does not have.

use std::collections::BTreeSet;

use crate::analyze::{Unresolved, UnresolvedKind};
use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::Head;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH001",
    name: "unknown-table",
    category: Category::Schema,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("unknown_table.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for pipeline in cx.query().results() {
        if let Head::Operator(operator) = &pipeline.head
            && !operator.kind.is_source()
        {
            let keyword = operator.keyword;
            cx.report(operator.keyword_span(), format!("the query names no table: it begins with `{keyword}`"))
                .label("rows of what?")
                .help("put the table in front of it");
        }
    }
    // The first use speaks for all.
    let mut named = BTreeSet::new();
    for unknown in &cx.facts().unresolved {
        let (what, near) = match unknown.kind {
            UnresolvedKind::Table => ("table", cx.schema().nearest_table(&unknown.name)),
            UnresolvedKind::Function => (
                "function",
                cx.schema().nearest_function(&unknown.name).or_else(|| cx.schema().nearest_table(&unknown.name)),
            ),
            UnresolvedKind::Column => continue,
        };
        let is_replaced = cx.schema().replacement(&unknown.name).is_some();
        if is_replaced || (near.is_none() && is_custom(unknown)) || !named.insert(&unknown.name) {
            continue;
        }
        let help = match near {
            Some(near) if near.eq_ignore_ascii_case(&unknown.name) => {
                format!("write `{near}`: KQL's names are case-sensitive")
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("if it is a {what} of your own, describe it in a file for `--schema`"),
        };
        cx.report(unknown.span, format!("the schema has no {what} `{}`", unknown.name))
            .label(format!("unknown {what}"))
            .help(help);
    }
}

/// Custom tables are known to their workspace alone.
fn is_custom(unknown: &Unresolved) -> bool {
    unknown.kind == UnresolvedKind::Table && unknown.name.ends_with("_CL")
}
