//! MET009: data types of the connectors that are not the tables of the query.

use crate::analyze::TableUse;
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

/// Tables that a workspace fills by itself.
const WITHOUT_CONNECTOR: &[&str] = &[
    "Anomalies",
    "AzureMetrics",
    "ConfidentialWatchlist",
    "Heartbeat",
    "LAQueryLogs",
    "LASummaryLogs",
    "Operation",
    "SecurityIncident",
    "SentinelAudit",
    "SentinelHealth",
    "Usage",
    "Watchlist",
];

fn check(cx: &mut Context<'_>) {
    let declared: Vec<_> = cx.metadata().connectors.iter().flat_map(|connector| &connector.data_types).collect();
    let tables = &cx.facts().tables;
    // Behind a function, a wildcard or an unknown name may be any table.
    let tables: Vec<&TableUse> =
        tables.iter().filter(|used| !matches!(used.name.as_str(), "_GetWatchlist" | "FileProfile")).collect();
    let is_clear = !tables.is_empty() && tables.iter().all(|used| used.is_known && !used.is_function);
    let is_wildcard = tables.iter().any(|used| used.name.contains('*'));
    if declared.is_empty() || !is_clear || is_wildcard {
        return;
    }
    for data_type in &declared {
        let table = table_of(&data_type.value);
        if tables.iter().any(|used| used.name == table) {
            continue;
        }
        let variant = tables.iter().find(|used| used.name.eq_ignore_ascii_case(table)).map(|used| used.name.clone());
        let mut report = cx.report(data_type.place, format!("the query does not read `{table}`"));
        report.label("declared, but not read");
        match variant {
            Some(variant) => report.help(format!("write `{variant}`: the names of tables are case-sensitive")),
            None => report.help("name the tables that the query reads"),
        };
    }
    for (index, used) in tables.iter().enumerate() {
        let is_first = !tables.iter().take(index).any(|before| before.name == used.name);
        let is_declared = declared.iter().any(|data_type| table_of(&data_type.value).eq_ignore_ascii_case(&used.name));
        if is_first && !is_declared && !WITHOUT_CONNECTOR.contains(&used.name.as_str()) {
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
