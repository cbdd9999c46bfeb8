//! A table that holds several kinds of event, each of which is a log source: a rule for each, if the rule does not say
//! which kind it wants.

use std::collections::BTreeSet;

use super::super::Request;
use super::super::flatten::innermost;
use super::super::loss::{Loss, LossClass};
use super::super::needed::names;
use super::super::reason::Reason;
use crate::ir::{Expr, ExprKind, Field, Pipeline, SourceKind, Stage, StageKind, Test, TestOp};
use crate::mapping::{Assumption, Hub, LogSource, RowTest};
use crate::schema::{Origin, ScalarType, Value};
use crate::span::Span;

/// A table with more kinds is no one thing that a rule could mean.
const MAX_KINDS: usize = 4;

/// The pipelines with each one about an undecided table once for every kind of its events, and what that leaves out;
/// nothing if no table is undecided.
pub(super) fn decided(request: &Request<'_>, parts: &[Pipeline]) -> Option<(Vec<Pipeline>, Vec<Loss>)> {
    let (mut found, mut losses) = (Vec::new(), Vec::new());
    for part in parts {
        let (source, stages) = innermost(part);
        let SourceKind::Table { name, .. } = &source.kind else {
            found.push(part.clone());
            continue;
        };
        let kinds = kinds(request.hub, name);
        if kinds.is_empty() || kinds.iter().any(|(_, test)| is_tested(&stages, &test.column)) {
            found.push(part.clone());
            continue;
        }
        let ids: Vec<String> = kinds.iter().map(|(log_source, _)| format!("`{}`", log_source.id)).collect();
        losses.push(
            Loss::new(LossClass::Assumption, Reason::LogsourceImplied, source.span, &**name)
                .says(format!("the rule reads every row of `{name}`; only those of {} are covered", ids.join(", ")))
                .assuming(Assumption::Sensor),
        );
        found.extend(kinds.iter().map(|(_, test)| narrowed(part, &is_of_kind(name, test, source.span))));
    }
    (!losses.is_empty()).then_some((found, losses))
}

/// The Windows log sources that a table's rows are, told apart by one column; nothing if the table is mostly one of them.
fn kinds<'h>(hub: &'h Hub, table: &str) -> Vec<(&'h LogSource, &'h RowTest)> {
    let candidates = hub.candidates(table);
    if candidates.iter().any(|candidate| hub.is_principal(&candidate.log_source.id, table)) {
        return Vec::new();
    }
    let of_windows = candidates.iter().filter(|candidate| {
        candidate.log_source.sigma.is_official && candidate.log_source.sigma.product.as_deref() == Some("windows")
    });
    let kinds: Option<Vec<(&LogSource, &RowTest)>> = of_windows
        .map(|candidate| match candidate.filter.map(|filter| filter.tests.as_slice()) {
            Some([test]) => Some((candidate.log_source, test)),
            _ => None,
        })
        .collect();
    let kinds = kinds.unwrap_or_default();
    let are_of_one_column = kinds.iter().all(|(_, test)| test.column == kinds[0].1.column);
    if are_of_one_column && (2..=MAX_KINDS).contains(&kinds.len()) { kinds } else { Vec::new() }
}

fn is_tested(stages: &[&Stage], column: &str) -> bool {
    let mut used = BTreeSet::new();
    for stage in stages {
        if let StageKind::Filter(predicate) = &stage.kind {
            names(predicate, &mut used);
        }
    }
    used.contains(column)
}

/// The pipeline with a condition on the rows of its table.
fn narrowed(pipeline: &Pipeline, condition: &Expr) -> Pipeline {
    let mut pipeline = pipeline.clone();
    if let SourceKind::Pipeline { pipeline: inner, .. } = &mut pipeline.source.kind {
        **inner = narrowed(inner, condition);
    } else {
        let (kind, output) = (StageKind::Filter(condition.clone()), pipeline.source.columns.clone());
        pipeline.stages.insert(0, Stage { kind, output, span: condition.span });
    }
    pipeline
}

fn is_of_kind(table: &str, test: &RowTest, span: Span) -> Expr {
    let column = test.column.clone();
    let origin = Origin::Table { table: table.to_owned(), column: column.clone(), through_join: false };
    let subject = Expr { kind: ExprKind::Field(Field { name: column, origin, span }), ty: ScalarType::String, span };
    let value = |value: &Value| Expr { kind: ExprKind::Value(value.clone()), ty: ScalarType::String, span };
    let operands = test.values.iter().map(value).collect();
    let test = Test { subject, op: TestOp::In, operands, op_span: span };
    Expr { kind: ExprKind::Test(Box::new(test)), ty: ScalarType::Bool, span }
}
