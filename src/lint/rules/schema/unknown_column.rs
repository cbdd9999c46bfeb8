//! SCH002: a column that the rows at this point do not have.

use crate::analyze::{Unresolved, UnresolvedKind};
use crate::diagnostic::{Effect, Severity};
use crate::lint::dropped::{Dropped, around, is_plain};
use crate::lint::{Category, Context, Fixable, Needs, Rule};
use crate::schema::{Columns, nearest};
use crate::syntax::{Expr, ExprKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH002",
    name: "unknown-column",
    category: Category::Schema,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_column.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for unknown in &cx.facts().unresolved {
        if unknown.kind == UnresolvedKind::Column {
            report(cx, unknown);
        }
    }
}

fn report(cx: &mut Context<'_>, unknown: &Unresolved) {
    let name = &unknown.name;
    let around = around(cx, unknown.span);
    let dropped = around.as_ref().and_then(|(pipeline, _)| Dropped::find(cx, pipeline, name, unknown.span.start));
    let columns = around.map(|(_, columns)| columns).unwrap_or_default();
    let same = same_but_for_case(&columns, name);
    let near = nearest(name, columns.columns.iter().map(|column| column.name.as_str())).map(str::to_owned);
    let would_compare_with_itself = same.as_ref().is_some_and(|same| faces(cx, unknown, same));
    let mut report = cx.report(unknown.span, format!("there is no column `{name}` here"));
    report.label("no such column");
    if let Some(dropped) = dropped {
        let keyword = dropped.operator.keyword;
        report
            .related(dropped.operator.keyword_span(), format!("removed by this `{keyword}`"))
            .help(format!("use `{name}` before the `{keyword}`, or keep it there"));
        return;
    }
    match (same, near) {
        (Some(same), _) => {
            report.help(format!("write `{same}`: KQL's names are case-sensitive"));
            if is_plain(&same) && !would_compare_with_itself {
                report.replace(unknown.span, same.clone(), format!("write `{same}`"), Effect::Same);
            }
        }
        (None, Some(near)) => {
            report.help(format!("did you mean `{near}`?"));
        }
        (None, None) => {}
    }
}

/// Whether the other operand is that column: then another value was meant, not a column in another letter case.
fn faces(cx: &Context<'_>, unknown: &Unresolved, column: &str) -> bool {
    cx.expressions().any(|expr| {
        let ExprKind::Binary { left, right, .. } = &expr.kind else { return false };
        let is_column = |side: &Expr<'_>| matches!(&side.kind, ExprKind::Name(name) if name.text == column);
        (left.span == unknown.span && is_column(right)) || (right.span == unknown.span && is_column(left))
    })
}

/// The only column whose name differs in letter case alone.
fn same_but_for_case(columns: &Columns, name: &str) -> Option<String> {
    let mut same = columns.columns.iter().filter(|column| column.name.eq_ignore_ascii_case(name));
    let first = same.next()?;
    same.next().is_none().then(|| first.name.clone())
}
