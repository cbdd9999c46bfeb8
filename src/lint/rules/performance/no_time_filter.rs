//! PRF002: a query that reads all there is.

use crate::diagnostic::Severity;
use crate::lint::shape::table_column;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::schema::{Column, ScalarType, Schema};
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF002",
    name: "no-time-filter",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: false,
    kinds: &[RuleKind::Hunting, RuleKind::Snippet],
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("no_time_filter.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let Some(table) = cx.facts().tables.iter().find(|table| table.is_known && !table.is_function) else { return };
    let is_bound = !cx.facts().lookbacks.is_empty()
        || cx
            .predicates()
            .iter()
            .any(|predicate| predicate.subject.column.as_ref().is_some_and(|column| is_log_time(cx.schema(), column)))
        || cx
            .expressions()
            .any(|expr| matches!(&expr.kind, ExprKind::Call { name, .. } if name.text == "ingestion_time"));
    if is_bound {
        return;
    }
    let help = match cx.schema().time_column() {
        Some(column) => format!("start with `| where {column} > ago(7d)`"),
        None => "start with `| where TimeGenerated > ago(7d)`, or `Timestamp` in Defender".to_owned(),
    };
    cx.report(table.span, format!("nothing bounds the time: the query reads all of `{}` that is kept", table.name))
        .label("from the first row to the last")
        .help(help);
}

/// Whether a column tells when a row was logged.
fn is_log_time(schema: &Schema, column: &Column) -> bool {
    let name = table_column(column).map_or(column.name.as_str(), |(_, name)| name);
    let is_time = matches!(column.ty, ScalarType::Datetime | ScalarType::Unknown);
    is_time && schema.is_time_column(name)
}
