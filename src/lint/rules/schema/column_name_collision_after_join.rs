//! SCH011: a column that a join gave a number.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::Columns;
use crate::span::Span;
use crate::syntax::{ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH011",
    name: "column-name-collision-after-join",
    category: Category::Schema,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("column_name_collision_after_join.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let mut reported = HashSet::new();
    let joins: Vec<(Span, HashSet<String>)> = cx
        .operators()
        .filter(|operator| matches!(operator.kind, OperatorKind::Join(_) | OperatorKind::Lookup(_)))
        .map(|operator| (operator.keyword_span(), numbered(&cx.facts().columns_after(operator))))
        .collect();
    // Who takes the column away has seen it.
    let removed: Vec<Span> = cx
        .operators()
        .filter(|operator| matches!(operator.kind, OperatorKind::ProjectAway(_)))
        .map(|operator| operator.span)
        .collect();
    for expr in cx.expressions() {
        let ExprKind::Name(name) = &expr.kind else { continue };
        if removed.iter().any(|operator| operator.contains(expr.span)) {
            continue;
        }
        let join = joins.iter().rev().find(|(join, names)| join.end <= expr.span.start && names.contains(&*name.text));
        let Some((join, _)) = join else { continue };
        if !matches!(cx.facts().binding(expr), Some(crate::analyze::Binding::Column(_)))
            || !reported.insert(&*name.text)
        {
            continue;
        }
        let base = name.text.trim_end_matches(|c: char| c.is_ascii_digit());
        cx.report(expr.span, format!("`{}` is the `{base}` of the other side of the join", name.text))
            .label("named by the join")
            .related(*join, "both sides have the column")
            .help(format!("give it a name of its own in front of the join: `project-rename Other{base} = {base}`"));
    }
}

/// The names that the join made: a column of the other side behind whose name stands a number.
fn numbered(columns: &Columns) -> HashSet<String> {
    let is_numbered = |name: &str| {
        let base = name.trim_end_matches(|c: char| c.is_ascii_digit());
        base.len() < name.len() && columns.find(base).is_some()
    };
    let is_new = |column: &&crate::schema::Column| match &column.origin {
        crate::schema::Origin::Table { column: original, through_join, .. } => {
            *through_join && *original != column.name
        }
        _ => false,
    };
    columns
        .columns
        .iter()
        .filter(is_new)
        .filter(|column| is_numbered(&column.name))
        .map(|column| column.name.clone())
        .collect()
}
