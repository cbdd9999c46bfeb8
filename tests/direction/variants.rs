//! A query in places where what a fix does is turned round, or is not certain any more.

use std::path::Path;

use kqlift::analyze::analyze;
use kqlift::parse::parse;
use kqlift::schema::{ScalarType, Schema};
use kqlift::syntax::{OperatorKind, Query};

use crate::lint_harness::Subject;

/// The file itself, and, for a bare query of one statement, the query inside others.
pub(crate) fn variants(path: &Path, text: &str) -> Vec<String> {
    let mut variants = vec![text.to_owned()];
    let subject = Subject::new(path, text);
    let query = subject.file.rules[0].query().trim_end();
    let parsed = parse(query);
    if path.extension().is_none_or(|extension| extension != "kql") || parsed.query.statements.len() != 1 {
        return variants;
    }
    variants.extend(negated(query, &parsed.query));
    let facts = analyze(&parsed.query, &Schema::builtin());
    let table = facts.tables.first().map(|table| table.name.clone());
    let output = facts.result.as_ref();
    let key = output.and_then(|output| output.columns.iter().find(|column| is_key(&column.name, column.ty)));
    let (Some(table), Some(key)) = (table, key.map(|column| column.name.as_str())) else { return variants };
    variants.extend([
        format!("{table}\n| join kind=leftanti (\n{query}\n) on {key}\n"),
        format!("{table}\n| join kind=inner (\n{query}\n| distinct {key}) on {key}\n"),
        format!("{table}\n| where {key} !in ((\n{query}\n| project {key}))\n"),
        format!("{table}\n| where not({key} in ((\n{query}\n| project {key})))\n"),
        format!("let Found = {query};\n{table}\n| join kind=leftanti Found on {key}\n"),
        format!("let Found = {query};\nFound\n| join kind=leftanti Found on {key}\n"),
        format!("{query}\n| summarize Rows = count() by {key}\n| where Rows > 1\n"),
        format!("{query}\n| summarize Rows = count() by {key}\n| where Rows < 2\n"),
        format!("{query}\n| top 2 by {key} asc\n"),
        format!("{query}\n| distinct {key}\n"),
    ]);
    variants
}

/// With the last condition turned round.
fn negated(text: &str, query: &Query<'_>) -> Option<String> {
    let condition = query.operators().filter_map(|operator| match &operator.kind {
        OperatorKind::Where(condition) => Some(condition.span),
        _ => None,
    });
    let last = condition.last()?;
    let (before, after) = (&text[..last.start as usize], &text[last.end as usize..]);
    Some(format!("{before}not({}){after}\n", last.slice(text)))
}

/// Columns that many events share.
fn is_key(name: &str, ty: ScalarType) -> bool {
    ty == ScalarType::String
        && matches!(
            name,
            "DeviceId" | "DeviceName" | "Computer" | "UserId" | "CorrelationId" | "AccountObjectId" | "Key"
        )
}
