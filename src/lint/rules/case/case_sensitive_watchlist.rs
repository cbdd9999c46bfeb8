//! CSE016: a case-sensitive comparison with a list that people maintain.

use crate::analyze::{Binding, Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, in_any_case};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Column, ColumnShape, ScalarType};
use crate::span::Span;
use crate::syntax::{Expr, ExprKind, InOp, LetValue, Node, StatementKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE016",
    name: "case-sensitive-watchlist",
    category: Category::Case,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("case_sensitive_watchlist.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let PredicateOp::In(InOp::In | InOp::NotIn) = predicate.op else { continue };
        let Some(replacement) = in_any_case(predicate.op) else { continue };
        let Some(column) = predicate.subject.plain_column().filter(|column| may_have_letters(cx, column)) else {
            continue;
        };
        let Some((list, source)) = maintained_list(cx, predicate) else { continue };
        let written = cx.slice(predicate.op_span);
        let name = &column.name;
        cx.report(predicate.op_span, format!("`{written}` minds letter case, and people type the values of this list"))
            .label("compares letter case")
            .related(list, format!("read from {source}"))
            .help(format!("use `{replacement}`"))
            .note(format!("not heard today: {name}=\"ada@fabrikam.example\" for \"Ada@fabrikam.example\" in the list"))
            .replace(
                predicate.op_span,
                replacement,
                format!("write `{replacement}`"),
                effect_on_rule(predicate, Effect::Wider),
            );
    }
}

fn may_have_letters(cx: &Context<'_>, column: &Column) -> bool {
    let is_text = matches!(column.ty, ScalarType::String);
    is_text
        && matches!(
            shape_of(cx.schema(), column),
            Some(
                ColumnShape::Name
                    | ColumnShape::Upn
                    | ColumnShape::Account
                    | ColumnShape::AccountName
                    | ColumnShape::Host
                    | ColumnShape::Url
            )
        )
}

/// Where the list is read from, and what that is, if it is a watchlist or a file elsewhere.
fn maintained_list(cx: &Context<'_>, predicate: &Predicate) -> Option<(Span, &'static str)> {
    let list = predicate.list_span?;
    let within = cx.expressions().filter(|expr| list.contains(expr.span));
    let declared: Vec<Span> = within
        .clone()
        .filter_map(|expr| match cx.facts().binding(expr) {
            Some(Binding::LetTable(name)) => Some(*name),
            _ => None,
        })
        .collect();
    if let Some(found) = within.clone().find_map(source) {
        return Some(found);
    }
    let statements = cx.query().walk().filter_map(|node| match node {
        Node::Statement(statement) => Some(statement),
        Node::Pipeline(_) | Node::Operator(_) | Node::Expr(_) => None,
    });
    let values = statements.filter_map(|statement| match &statement.kind {
        StatementKind::Let { name, value: LetValue::Pipeline(pipeline) } if declared.contains(&name.span) => {
            Some(pipeline)
        }
        _ => None,
    });
    values.flat_map(|pipeline| Node::Pipeline(pipeline).walk()).find_map(|node| match node {
        Node::Expr(expr) => source(expr),
        Node::Statement(_) | Node::Pipeline(_) | Node::Operator(_) => None,
    })
}

fn source(expr: &Expr<'_>) -> Option<(Span, &'static str)> {
    match &expr.kind {
        ExprKind::Call { name, .. } if name.text == "_GetWatchlist" => Some((expr.span, "a watchlist")),
        ExprKind::ExternalData { .. } => Some((expr.span, "a file elsewhere")),
        ExprKind::Call { name, .. } if matches!(&*name.text, "tolower" | "toupper") => None,
        _ => None,
    }
}
