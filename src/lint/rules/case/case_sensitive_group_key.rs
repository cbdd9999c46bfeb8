//! CSE014: groups that differ in letter case alone, in front of a threshold.

use crate::analyze::{Binding, PredicateOp};
use crate::diagnostic::Severity;
use crate::lint::shape::{is_from_linux, shape_of};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Column, ColumnShape, Value};
use crate::span::Span;
use crate::syntax::{BinaryOp, ExprKind, OperatorKind, Pipeline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE014",
    name: "case-sensitive-group-key",
    category: Category::Case,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("case_sensitive_group_key.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for pipeline in cx.pipelines() {
        for (index, operator) in pipeline.operators.iter().enumerate() {
            let OperatorKind::Summarize { by, .. } = &operator.kind else { continue };
            let Some(threshold) = threshold_behind(cx, pipeline, index) else { continue };
            let key = by.iter().find_map(|key| match (&key.value.kind, cx.facts().binding(&key.value)) {
                (ExprKind::Name(name), Some(Binding::Column(column))) if is_account(cx, column) => Some(name),
                _ => None,
            });
            let Some(key) = key else { continue };
            let name = &key.text;
            cx.report(key.span, format!("`{name}` in two letter cases makes two groups, each below the threshold"))
                .label("compares letter case")
                .related(threshold, "counted in each group by itself")
                .help(format!("group by `{name} = tolower({name})`"));
        }
    }
}

/// The test of an amount in one of the filters behind an operator.
fn threshold_behind(cx: &Context<'_>, pipeline: &Pipeline<'_>, index: usize) -> Option<Span> {
    let next = pipeline.operators.get(index + 1)?;
    let OperatorKind::Where(condition) = &next.kind else { return None };
    cx.predicates().iter().filter(|test| condition.span.contains(test.span)).find_map(|test| {
        let is_lower_bound = matches!(test.op, PredicateOp::Binary(BinaryOp::Greater | BinaryOp::GreaterOrEqual));
        let is_number = test.values.iter().any(|item| matches!(item.value, Value::Integer(_)));
        (is_lower_bound && is_number).then_some(test.span)
    })
}

fn is_account(cx: &Context<'_>, column: &Column) -> bool {
    matches!(
        shape_of(cx.schema(), column),
        Some(ColumnShape::Account | ColumnShape::AccountName | ColumnShape::Upn | ColumnShape::Host)
    ) && !is_from_linux(column)
}
