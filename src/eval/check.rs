//! Names what is not modelled before any event is looked at, so that an error does not depend on the events.

use regex::Regex;

use super::{Evaluated, aggregate, failure, function};
use crate::ir::{Assignment, Expr, ExprKind, MemberKey, Pipeline, SourceKind, StageKind, Test, TestOp};
use crate::schema::{ScalarType, Value};

/// Refuses a pipeline with a part that is not modelled.
pub(super) fn pipeline(pipeline: &Pipeline) -> Evaluated<()> {
    let span = pipeline.source.span;
    match &pipeline.source.kind {
        SourceKind::Function { name, arguments } if !arguments.is_empty() => {
            return failure(format!("what the arguments of `{name}` filter is not modelled"), span);
        }
        SourceKind::Table { .. } | SourceKind::LogSource(_) | SourceKind::Function { .. } | SourceKind::Inline(_) => {}
        SourceKind::Union(branches) => branches.iter().try_for_each(self::pipeline)?,
        SourceKind::Pipeline { pipeline, .. } => self::pipeline(pipeline)?,
        SourceKind::External(_) => return failure("rows that are read from URLs", span),
        SourceKind::Opaque(reason) => return failure(format!("the source is not modelled: {reason}"), span),
    }
    pipeline.stages.iter().try_for_each(|found| stage(&found.kind, found.span))
}

fn stage(kind: &StageKind, span: crate::span::Span) -> Evaluated<()> {
    match kind {
        StageKind::Filter(predicate) => expression(predicate, false),
        StageKind::Extend(items)
        | StageKind::Project(items)
        | StageKind::Distinct(items)
        | StageKind::MvExpand(items) => assignments(items),
        StageKind::Summarize { aggregates, by } => {
            assignments(by)?;
            aggregates.iter().try_for_each(|aggregate| expression(&aggregate.value, true))
        }
        StageKind::Join(join) => match &join.keys {
            Some(_) => pipeline(&join.right),
            None => failure("a join whose keys are more than equal columns", span),
        },
        StageKind::Union(branches) => branches.iter().try_for_each(pipeline),
        StageKind::Sort(keys) => keys.iter().try_for_each(|(key, _)| expression(key, false)),
        StageKind::Take(count) => expression(count, false),
        StageKind::Top { count, by, .. } => {
            expression(count, false)?;
            expression(by, false)
        }
        StageKind::ProjectAway(_)
        | StageKind::ProjectKeep(_)
        | StageKind::ProjectRename(_)
        | StageKind::ProjectReorder
        | StageKind::Count(_)
        | StageKind::Annotation(_) => Ok(()),
        StageKind::Parse { .. } => failure("the operator `parse` is not modelled", span),
        StageKind::Other { operator, .. } => failure(format!("the operator `{operator}` is not modelled"), span),
        StageKind::Opaque(reason) => failure(reason.clone(), span),
    }
}

fn assignments(items: &[Assignment]) -> Evaluated<()> {
    items.iter().try_for_each(|item| expression(&item.value, false))
}

/// `in_group` says whether aggregates have a meaning here.
fn expression(expr: &Expr, in_group: bool) -> Evaluated<()> {
    if let Some(rows) = expr.scalar_query() {
        return pipeline(rows);
    }
    match &expr.kind {
        ExprKind::Field(_) | ExprKind::Value(_) => Ok(()),
        ExprKind::And(operands) | ExprKind::Or(operands) => {
            operands.iter().try_for_each(|operand| expression(operand, in_group))
        }
        ExprKind::Not(inner) | ExprKind::Negate(inner) => expression(inner, in_group),
        ExprKind::Test(test) => self::test(test, in_group),
        ExprKind::Case { branches, otherwise } => {
            for (when, then) in branches {
                expression(when, in_group)?;
                expression(then, in_group)?;
            }
            expression(otherwise, in_group)
        }
        ExprKind::Call { name, arguments } => call(name, arguments, expr, in_group),
        ExprKind::Arithmetic { left, right, .. } => {
            expression(left, in_group)?;
            expression(right, in_group)
        }
        ExprKind::Member { base, key } => {
            expression(base, in_group)?;
            match key {
                MemberKey::Property(_) | MemberKey::Index(_) => Ok(()),
                MemberKey::Computed(key) => expression(key, in_group),
            }
        }
        ExprKind::Star => failure("`*` is no value", expr.span),
        ExprKind::Subquery(rows) => pipeline(rows),
        ExprKind::Opaque(reason) => failure(format!("not modelled: {reason}"), expr.span),
    }
}

fn call(name: &str, arguments: &[Expr], expr: &Expr, in_group: bool) -> Evaluated<()> {
    if in_group && aggregate::find(name).is_some() {
        let values = arguments.iter().filter(|argument| !matches!(argument.kind, ExprKind::Star));
        return values.into_iter().try_for_each(|argument| expression(argument, false));
    }
    let (least, most) = match function::find(name) {
        Some(found) => (found.least, found.most),
        None if name == "column_ifexists" => (2, 2),
        None => return failure(format!("the function `{name}` is not modelled"), expr.span),
    };
    if arguments.len() < least || arguments.len() > most {
        return failure(format!("`{name}` with {} arguments is not modelled", arguments.len()), expr.span);
    }
    arguments.iter().try_for_each(|argument| expression(argument, in_group))
}

fn test(test: &Test, in_group: bool) -> Evaluated<()> {
    if !matches!(test.subject.kind, ExprKind::Star) {
        expression(&test.subject, in_group)?;
    }
    for operand in &test.operands {
        expression(operand, in_group)?;
        let is_text = matches!(operand.kind, ExprKind::Value(Value::String(_)));
        if is_text && test.subject.ty == ScalarType::Bool && matches!(test.op, TestOp::Equal | TestOp::In) {
            return failure("two types that cannot be compared", test.op_span);
        }
        if let (TestOp::Regex, ExprKind::Value(Value::String(pattern))) = (test.op, &operand.kind)
            && Regex::new(pattern).is_err()
        {
            return failure(format!("`{pattern}` is no regular expression of Kusto"), operand.span);
        }
    }
    Ok(())
}
