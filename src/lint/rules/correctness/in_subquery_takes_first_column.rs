//! COR010: `in` with rows of several columns, of which it takes the first.

use crate::analyze::Binding;
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Context, Fixable, Needs, Rule};
use crate::schema::Columns;
use crate::span::Span;
use crate::syntax::{Expr, ExprKind, LetValue, Node, Pipeline, StatementKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR010",
    name: "in-subquery-takes-first-column",
    category: Category::Correctness,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    fixable: Fixable::Sometimes,
    document: include_str!("in_subquery_takes_first_column.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::In { left, list, .. } = &expr.kind else { continue };
        let [rows] = list.as_slice() else { continue };
        let Some(columns) = columns_of(cx, rows).filter(|columns| !columns.is_open) else { continue };
        let [first, _, ..] = columns.columns.as_slice() else { continue };
        let wanted = match &left.kind {
            ExprKind::Name(name) if first.name == name.text => continue,
            ExprKind::Name(name) => columns.find(&name.text).map(|column| column.name.clone()),
            _ => None,
        };
        let text = cx.slice(rows.span).trim();
        let mut report = cx.report(
            rows.span,
            format!("only `{}`, the first of {} columns, is compared", first.name, columns.columns.len()),
        );
        report.label(format!("the first column is `{}`", first.name)).related(left.span, "is looked for there");
        match wanted {
            Some(wanted) => {
                let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
                let projected = format!("({} | project {wanted})", inner.trim());
                report.help(format!("keep the column that is meant: `project {wanted}`")).replace(
                    rows.span,
                    projected,
                    format!("add `| project {wanted}`"),
                    Effect::Unknown,
                );
            }
            None => {
                report.help("keep the column that is meant with `project`");
            }
        }
    }
}

/// The columns of the rows that an element of a list stands for.
fn columns_of(cx: &Context<'_>, expr: &Expr<'_>) -> Option<Columns> {
    match &expr.kind {
        ExprKind::Pipeline(pipeline) => match pipeline.as_expression() {
            Some(inner) => columns_of(cx, inner),
            None => Some(cx.facts().columns_of(pipeline)),
        },
        ExprKind::Parenthesized(inner) => columns_of(cx, inner),
        ExprKind::Name(_) => match cx.facts().binding(expr)? {
            Binding::LetTable(declared) => declared_rows(cx, *declared).map(|rows| cx.facts().columns_of(rows)),
            _ => None,
        },
        _ => None,
    }
}

/// The pipeline of a `let`, by the place of its name.
fn declared_rows<'a>(cx: &Context<'a>, declared: Span) -> Option<&'a Pipeline<'a>> {
    cx.query().walk().find_map(|node| {
        let Node::Statement(statement) = node else { return None };
        match &statement.kind {
            StatementKind::Let { name, value: LetValue::Pipeline(pipeline) } if name.span == declared => {
                (!pipeline.operators.is_empty()).then_some(pipeline)
            }
            _ => None,
        }
    })
}
