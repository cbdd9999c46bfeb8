//! SCH001: a table or a function that the schema does not have.

use std::collections::BTreeSet;

use crate::analyze::{Unresolved, UnresolvedKind};
use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ForeignTable;
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
    // A query for Resource Graph is not written against these schemas at all.
    let is_foreign =
        |unknown: &Unresolved| cx.schema().foreign_table(&unknown.name) == Some(ForeignTable::ResourceGraph);
    if cx.facts().unresolved.iter().any(is_foreign) {
        return;
    }
    let knows_one = cx.facts().tables.iter().any(|used| used.is_known);
    // The first use speaks for all.
    let mut named = BTreeSet::new();
    for unknown in &cx.facts().unresolved {
        let is_replaced = cx.schema().replacement(&unknown.name).is_some();
        if unknown.kind == UnresolvedKind::Column || is_replaced || !named.insert(&unknown.name) {
            continue;
        }
        report(cx, unknown, knows_one);
    }
}

fn report(cx: &mut Context<'_>, unknown: &Unresolved, knows_a_table: bool) {
    let name = &unknown.name;
    let (what, near) = match unknown.kind {
        UnresolvedKind::Table => ("table", cx.schema().nearest_table(name)),
        UnresolvedKind::Function | UnresolvedKind::Column => {
            ("function", cx.schema().nearest_function(name).or_else(|| cx.schema().nearest_table(name)))
        }
    };
    let foreign = cx.schema().foreign_table(name).filter(|_| unknown.kind == UnresolvedKind::Table);
    if near.is_none() && is_custom(unknown) {
        return;
    }
    let help = match (foreign, near) {
        (Some(ForeignTable::ApplicationInsights { in_workspace }), _) => format!(
            "`{name}` is the table of a classic Application Insights resource; in a workspace it is `{in_workspace}`, \
             with other column names"
        ),
        (_, Some(near)) if near.eq_ignore_ascii_case(name) => {
            format!("write `{near}`: KQL's names are case-sensitive")
        }
        (_, Some(near)) => format!("did you mean `{near}`?"),
        (_, None) => format!("if it is a {what} of your own, describe it in a file for `--schema`"),
    };
    // Where no table is known, the query is most likely for another database.
    let is_certain = knows_a_table || near.is_some();
    let mut report = cx.report(unknown.span, format!("the schema has no {what} `{name}`"));
    report.label(format!("unknown {what}")).help(help);
    if foreign.is_some() || !is_certain {
        report.severity(Severity::Info);
    }
}

/// Custom tables are known to their workspace alone.
fn is_custom(unknown: &Unresolved) -> bool {
    unknown.kind == UnresolvedKind::Table && unknown.name.ends_with("_CL")
}
