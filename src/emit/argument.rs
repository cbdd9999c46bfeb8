//! The arguments of an ASIM function as the filters that they are.

use super::constant::{Scalar, scalars};
use super::flatten::Flat;
use super::loss::Refusal;
use super::reason::Reason;
use super::time::{Window, argument};
use crate::ir::{Expr, ExprKind, Field, Pipeline, SourceKind, Stage, StageKind, Test, TestOp};
use crate::mapping::{Hub, Takes};
use crate::schema::{Origin, ScalarType};

/// The time range and the conjuncts that the arguments stand for; an argument that is no filter of one column is
/// refused.
pub(super) fn arguments(hub: &Hub, flat: &Flat<'_>) -> Result<(Window, Vec<Expr>), Vec<Refusal>> {
    let SourceKind::Function { name, arguments } = &flat.source.kind else { return Ok(Default::default()) };
    let (mut window, mut conjuncts, mut refusals) = (Window::default(), Vec::new(), Vec::new());
    for (parameter, value) in arguments {
        if let Some(part) = argument(parameter, value) {
            window = window.and(part);
        } else if let Some(conjunct) = filter(hub, name, parameter, value) {
            conjuncts.push(conjunct);
        } else {
            let message = format!("the argument `{parameter}` of `{name}` cannot be converted");
            let refusal = Refusal::new(value.span, Reason::FunctionArgument, parameter.clone(), message);
            refusals.push(refusal.suggest("write it as a filter behind the function"));
        }
    }
    if refusals.is_empty() { Ok((window, conjuncts)) } else { Err(refusals) }
}

/// The test of a column that an argument stands for.
fn filter(hub: &Hub, function: &str, parameter: &str, value: &Expr) -> Option<Expr> {
    let given = scalars(value).filter(|given| !given.is_empty())?;
    let of_kind = match parameter {
        "eventtype" => Some(("EventType", TestOp::Equal)),
        "eventtype_in" => Some(("EventType", TestOp::InCi)),
        _ => None,
    };
    let (column, op) = if let Some(kind) = of_kind {
        kind
    } else {
        let known = hub.parameters(function).iter().find(|known| known.parameter == parameter)?;
        let op = match known.takes {
            Takes::AnyTerm => TestOp::HasAny,
            Takes::EveryTerm => TestOp::HasAll,
            // A prefix that is a whole address is that address.
            Takes::Address if given.iter().all(is_whole_address) => TestOp::In,
            Takes::Address => return None,
            Takes::Number | Takes::Equal => TestOp::Equal,
        };
        (known.column.as_str(), op)
    };
    let ty = if matches!(given.as_slice(), [Scalar::Number(_)]) { ScalarType::Long } else { ScalarType::String };
    let field = Field { name: column.to_owned(), origin: Origin::Unknown, span: value.span };
    let subject = Expr { kind: ExprKind::Field(field), ty, span: value.span };
    let test = Test { subject, op, operands: vec![value.clone()], op_span: value.span };
    Some(Expr { kind: ExprKind::Test(Box::new(test)), ty: ScalarType::Bool, span: value.span })
}

fn is_whole_address(value: &Scalar) -> bool {
    matches!(value, Scalar::Text(text) if text.parse::<std::net::Ipv4Addr>().is_ok())
}

/// The pipeline with the arguments of ASIM functions as filters behind them, as somebody has to read it who has the rows
/// of the functions but no parsers. What is no filter stays an argument.
pub fn as_filters(hub: &Hub, pipeline: &Pipeline) -> Pipeline {
    let mut pipeline = pipeline.clone();
    for stage in &mut pipeline.stages {
        match &mut stage.kind {
            StageKind::Join(join) => join.right = as_filters(hub, &join.right),
            StageKind::Union(branches) => branches.iter_mut().for_each(|branch| *branch = as_filters(hub, branch)),
            _ => {}
        }
    }
    match &mut pipeline.source.kind {
        SourceKind::Pipeline { pipeline: inner, .. } => **inner = as_filters(hub, inner),
        SourceKind::Union(branches) => branches.iter_mut().for_each(|branch| *branch = as_filters(hub, branch)),
        SourceKind::Function { name, arguments } => {
            let filter = |(parameter, value): &(String, Expr)| {
                time_filter(parameter, value).or_else(|| filter(hub, name, parameter, value))
            };
            let found: Option<Vec<Expr>> = arguments.iter().map(filter).collect();
            let Some(filters) = found else { return pipeline };
            let filters: Vec<Expr> = filters.into_iter().map(|filter| on_columns_of(name, filter)).collect();
            arguments.clear();
            let output = &pipeline.source.columns;
            let stages = filters.into_iter().map(|filter| {
                let span = filter.span;
                Stage { kind: StageKind::Filter(filter), output: output.clone(), span }
            });
            let stages: Vec<Stage> = stages.collect();
            pipeline.stages.splice(0..0, stages);
        }
        SourceKind::Table { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => {}
    }
    pipeline
}

/// The limit of the time range that an argument is.
fn time_filter(parameter: &str, value: &Expr) -> Option<Expr> {
    let op = match parameter {
        "starttime" => TestOp::GreaterOrEqual,
        "endtime" => TestOp::LessOrEqual,
        _ => return None,
    };
    let field = Field { name: "TimeGenerated".to_owned(), origin: Origin::Unknown, span: value.span };
    let subject = Expr { kind: ExprKind::Field(field), ty: ScalarType::Datetime, span: value.span };
    let test = Test { subject, op, operands: vec![value.clone()], op_span: value.span };
    Some(Expr { kind: ExprKind::Test(Box::new(test)), ty: ScalarType::Bool, span: value.span })
}

/// The filter with its column as one of the function's.
fn on_columns_of(function: &str, mut filter: Expr) -> Expr {
    if let ExprKind::Test(test) = &mut filter.kind
        && let ExprKind::Field(field) = &mut test.subject.kind
    {
        let (table, column) = (function.to_owned(), field.name.clone());
        field.origin = Origin::Table { table, column, through_join: false };
    }
    filter
}
