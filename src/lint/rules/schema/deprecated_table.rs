//! SCH008: a table that has been replaced.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::{Binding, UnresolvedKind};
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Origin, Replacement};
use crate::span::Span;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH008",
    name: "deprecated-table",
    category: Category::Schema,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("deprecated_table.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let known = cx.facts().tables.iter().filter(|used| !used.is_function).map(|used| (used.name.as_str(), used.span));
    let unknown = cx.facts().unresolved.iter().filter(|name| name.kind == UnresolvedKind::Table);
    let unknown = unknown.map(|unknown| (unknown.name.as_str(), unknown.span));
    let mut uses: BTreeMap<&str, BTreeSet<Span>> = BTreeMap::new();
    for (table, span) in known.chain(unknown) {
        uses.entry(table).or_default().insert(span);
    }
    for (table, places) in uses {
        if let Some(replacement) = cx.schema().replacement(table) {
            report(cx, table, replacement, &places);
        }
    }
}

fn report(cx: &mut Context<'_>, table: &str, replacement: Replacement<'_>, places: &BTreeSet<Span>) {
    let by = replacement.table;
    let columns = columns_read(cx, table);
    let renamed: Vec<(&str, Option<&'static str>)> = columns
        .iter()
        .map(|(name, _)| *name)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter(|name| cx.schema().table(by).is_some_and(|new| new.column(name).is_none()))
        .map(|name| (name, cx.schema().renamed_column(by, name)))
        .collect();
    let mut places = places.iter();
    let Some(first) = places.next() else { return };
    let fix = replacement
        .has_same_columns
        .then(|| edits(by, std::iter::once(first).chain(places.clone()), &columns, &renamed));
    let mut report = cx.report(*first, format!("the table `{table}` is replaced by `{by}`"));
    report.label("no longer filled").help(advice(by, replacement, &renamed));
    for other in places {
        report.related(*other, "used here too");
    }
    if let Some(edits) = fix.flatten() {
        report.fix(format!("read `{by}`"), Effect::Unknown, edits);
    }
}

/// The columns of the table that the query names, each use with its place.
fn columns_read<'a>(cx: &Context<'a>, table: &str) -> Vec<(&'a str, Span)> {
    cx.expressions()
        .filter_map(|expr| match (&expr.kind, cx.facts().binding(expr)) {
            (ExprKind::Name(name), Some(Binding::Column(column))) => match &column.origin {
                Origin::Table { table: from, column: original, .. } if from == table && name.text == *original => {
                    Some((original.as_str(), name.span))
                }
                _ => None,
            },
            _ => None,
        })
        .collect()
}

/// The tables and the columns under their new names, unless a column has none.
fn edits<'p>(
    by: &str,
    places: impl Iterator<Item = &'p Span>,
    columns: &[(&str, Span)],
    renamed: &[(&str, Option<&'static str>)],
) -> Option<Vec<Edit>> {
    let mut edits: Vec<Edit> =
        places.map(|place| Edit { place: (*place).into(), replacement: by.to_owned() }).collect();
    for (old, new) in renamed {
        let new = (*new)?;
        let uses = columns.iter().filter(|(name, _)| name == old);
        edits.extend(uses.map(|(_, span)| Edit { place: (*span).into(), replacement: new.to_owned() }));
    }
    Some(edits)
}

fn advice(by: &str, replacement: Replacement<'_>, renamed: &[(&str, Option<&'static str>)]) -> String {
    let names: Vec<String> = renamed
        .iter()
        .map(|(old, new)| match new {
            Some(new) => format!("`{old}` is `{new}` there"),
            None => format!("it has no `{old}`"),
        })
        .collect();
    match (names.is_empty(), replacement.has_same_columns) {
        (false, _) => format!("read `{by}`; {}", names.join(", ")),
        (true, true) => format!("read `{by}`"),
        (true, false) => format!("read `{by}`, whose columns may have other names"),
    }
}
