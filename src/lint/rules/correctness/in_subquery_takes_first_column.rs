//! COR010: `in` with rows of several columns, of which it takes the first.

use crate::analyze::Binding;
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Column, Columns, ScalarType};
use crate::span::Span;
use crate::syntax::{Expr, ExprKind, Head, Operator, OperatorKind, Pipeline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR010",
    name: "in-subquery-takes-first-column",
    category: Category::Correctness,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("in_subquery_takes_first_column.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::In { left, list, .. } = &expr.kind else { continue };
        let [rows] = list.as_slice() else { continue };
        let Some(pipeline) = pipeline_of(cx, rows) else { continue };
        let columns = cx.facts().columns_of(pipeline);
        let [first, others @ ..] = columns.columns.as_slice() else { continue };
        let fits = |column: &Column| column.ty == cx.facts().type_of(left);
        let is_only_fit = fits(first) && !others.iter().any(|other| fits(other) || other.ty == ScalarType::Unknown);
        if columns.is_open || others.is_empty() || is_only_fit {
            continue;
        }
        let wanted = match &left.kind {
            ExprKind::Name(name) if first.name == name.text => continue,
            ExprKind::Name(name) => columns.find(&name.text).map(|column| column.name.clone()),
            _ => None,
        };
        report(cx, left.span, rows.span, &columns, has_order(pipeline), wanted);
    }
}

fn report(cx: &mut Context<'_>, left: Span, rows: Span, columns: &Columns, has_order: bool, wanted: Option<String>) {
    let text = cx.slice(rows).trim();
    let (count, first) = (columns.columns.len(), columns.columns.first().map_or("", |column| &column.name));
    let message = if has_order {
        format!("only `{first}`, the first of {count} columns, is compared")
    } else {
        format!("only the first of {count} columns is compared, and the order of a table's columns is not fixed")
    };
    let mut report = cx.report(rows, message);
    report
        .label(if has_order { format!("the first column is `{first}`") } else { format!("{count} columns") })
        .related(left, "is looked for there");
    match wanted {
        Some(wanted) => {
            let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
            let projected = format!("({} | project {wanted})", inner.trim());
            report.help(format!("keep the column that is meant: `project {wanted}`")).replace(
                rows,
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

/// Whether the query itself puts the columns into an order.
fn has_order(pipeline: &Pipeline<'_>) -> bool {
    let orders = |operator: &Operator<'_>| {
        matches!(
            operator.kind,
            OperatorKind::Project(_)
                | OperatorKind::Summarize { .. }
                | OperatorKind::Distinct(_)
                | OperatorKind::ProjectReorder(_)
                | OperatorKind::Count(_)
        )
    };
    let is_declared = |expr: &Expr<'_>| matches!(expr.kind, ExprKind::Datatable { .. } | ExprKind::ExternalData { .. });
    pipeline.operators.iter().any(orders) || matches!(&pipeline.head, Head::Expr(head) if is_declared(head))
}

/// The pipeline whose rows an element of a list stands for.
fn pipeline_of<'a>(cx: &Context<'a>, expr: &'a Expr<'a>) -> Option<&'a Pipeline<'a>> {
    match &expr.kind {
        ExprKind::Pipeline(pipeline) | ExprKind::Materialize(pipeline) => inside(cx, pipeline),
        ExprKind::Parenthesized(inner) => pipeline_of(cx, inner),
        ExprKind::Name(_) => match cx.facts().binding(expr)? {
            Binding::LetTable(declared) => inside(cx, cx.query().let_pipeline(*declared)?),
            _ => None,
        },
        _ => None,
    }
}

/// The pipeline itself, or what it stands for if it is a lone expression.
fn inside<'a>(cx: &Context<'a>, pipeline: &'a Pipeline<'a>) -> Option<&'a Pipeline<'a>> {
    match pipeline.as_expression() {
        Some(inner) => pipeline_of(cx, inner),
        None => Some(pipeline),
    }
}
