//! MET009: data types of the connectors that are not the tables of the query.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET009",
    name: "data-type-not-used",
    category: Category::Metadata,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("data_type_not_used.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let declared: Vec<_> = cx.metadata().connectors.iter().flat_map(|connector| &connector.data_types).collect();
    let tables = &cx.facts().tables;
    // Behind a function, a wildcard or an unknown name may be any table.
    let is_clear = !tables.is_empty() && tables.iter().all(|used| used.is_known && !used.is_function);
    let is_wildcard = tables.iter().any(|used| used.name.contains('*'));
    if declared.is_empty() || !is_clear || is_wildcard {
        return;
    }
    for data_type in &declared {
        let table = table_of(&data_type.value);
        if !tables.iter().any(|used| used.name == table) {
            cx.report(data_type.place, format!("the query does not read `{table}`"))
                .label("declared, but not read")
                .help("name the tables that the query reads");
        }
    }
    for (index, used) in tables.iter().enumerate() {
        let is_first = !tables.iter().take(index).any(|before| before.name == used.name);
        if is_first && !declared.iter().any(|data_type| table_of(&data_type.value) == used.name) {
            cx.report(used.span, format!("no connector declares `{}`", used.name))
                .label("read, but not declared")
                .help(format!("add `{}` to the `dataTypes` of its connector", used.name));
        }
    }
}

/// `SecurityAlert (MDATP)` is a part of a table.
fn table_of(data_type: &str) -> &str {
    data_type.split(['(', ' ']).next().unwrap_or(data_type)
}
