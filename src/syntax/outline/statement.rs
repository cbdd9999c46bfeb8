//! Outlines of statements, declarations and pipelines.

use super::{Outline, expression, name, operator};
use crate::span::Span;
use crate::syntax::{
    ColumnDeclaration, FunctionDeclaration, Head, LetValue, Parameter, ParameterKind, PatternDeclaration, PatternMatch,
    Pipeline, Statement, StatementKind, SubPipeline, TypeName, TypeofPart,
};

pub(super) fn statement(statement: &Statement<'_>) -> Outline {
    let span = statement.span;
    match &statement.kind {
        StatementKind::Let { name: new, value } => Outline::node("let", span, vec![name(new), let_value(value)]),
        StatementKind::Query(query) => pipeline(query),
        StatementKind::Set { name: option, value } => {
            let children = std::iter::once(name(option)).chain(value.as_ref().map(expression::expression));
            Outline::node("set", span, children.collect())
        }
        StatementKind::DeclareParameters(parameters) => {
            Outline::node("declare-query-parameters", span, parameters.iter().map(parameter).collect())
        }
        StatementKind::DeclarePattern(pattern) => pattern_declaration(pattern, span),
        StatementKind::Alias { name: new, value } => {
            Outline::node("alias-database", span, vec![name(new), expression::expression(value)])
        }
        StatementKind::Restrict(sources) => {
            Outline::node("restrict-access", span, sources.iter().map(expression::expression).collect())
        }
        StatementKind::Invalid => Outline::node("invalid", span, Vec::new()),
    }
}

fn let_value(value: &LetValue<'_>) -> Outline {
    match value {
        LetValue::Pipeline(value) => pipeline(value),
        LetValue::Function(value) => function(value),
    }
}

fn function(function: &FunctionDeclaration<'_>) -> Outline {
    let mut children: Vec<Outline> = function.parameters.iter().map(parameter).collect();
    children.extend(body(&function.body));
    Outline::node(if function.is_view { "view" } else { "function" }, function.span, children)
}

/// The statements of a body; none if it is empty.
pub(super) fn body(statements: &[Statement<'_>]) -> Option<Outline> {
    Outline::clause("body", statements.iter().map(statement).collect())
}

pub(super) fn parameter(parameter: &Parameter<'_>) -> Outline {
    let mut children = vec![name(&parameter.name)];
    match &parameter.kind {
        ParameterKind::Scalar(ty) => children.push(type_name(ty)),
        ParameterKind::Table(columns) => children.extend(columns.iter().map(column)),
        ParameterKind::AnyTable => {}
    }
    children.extend(parameter.default.iter().filter_map(|value| clause_of("default", value)));
    let kind = match parameter.kind {
        ParameterKind::Scalar(_) => "parameter",
        ParameterKind::Table(_) => "table-parameter",
        ParameterKind::AnyTable => "any-table-parameter",
    };
    Outline::node(kind, parameter.span, children)
}

fn clause_of(kind: &'static str, value: &crate::syntax::Expr<'_>) -> Option<Outline> {
    Outline::clause(kind, vec![expression::expression(value)])
}

pub(super) fn type_name(ty: &TypeName<'_>) -> Outline {
    Outline::leaf("type", ty.text, ty.span)
}

pub(super) fn column(column: &ColumnDeclaration<'_>) -> Outline {
    Outline::node("column", column.span, vec![name(&column.name), type_name(&column.ty)])
}

pub(super) fn typeof_part(part: &TypeofPart<'_>) -> Outline {
    match part {
        TypeofPart::Star(span) => Outline::node("star", *span, Vec::new()),
        TypeofPart::Type(ty) => type_name(ty),
        TypeofPart::Column(declared) => column(declared),
    }
}

fn pattern_declaration(pattern: &PatternDeclaration<'_>, span: Span) -> Outline {
    let mut children = vec![name(&pattern.name)];
    children.extend(pattern.parameters.iter().map(parameter));
    children.extend(Outline::clause("path", pattern.path.iter().map(parameter).collect()));
    children.extend(pattern.matches.iter().map(pattern_match));
    Outline::node("declare-pattern", span, children)
}

fn pattern_match(pattern: &PatternMatch<'_>) -> Outline {
    let mut children: Vec<Outline> = pattern.arguments.iter().map(expression::expression).collect();
    children.extend(pattern.path.iter().filter_map(|path| clause_of("path", path)));
    children.extend(body(&pattern.body));
    Outline::node("match", pattern.span, children)
}

/// A pipeline; without operators it is its expression.
pub(super) fn pipeline(pipeline: &Pipeline<'_>) -> Outline {
    let head = match &pipeline.head {
        Head::Expr(head) => expression::expression(head),
        Head::Operator(head) => operator::operator(head),
    };
    if pipeline.operators.is_empty() {
        return head;
    }
    let mut children = Vec::with_capacity(pipeline.operators.len() + 1);
    children.push(head);
    children.extend(pipeline.operators.iter().map(operator::operator));
    Outline::node("pipeline", pipeline.span, children)
}

pub(super) fn sub_pipeline(body: &SubPipeline<'_>) -> Outline {
    let mut children: Vec<Outline> = body.name.iter().map(name).collect();
    children.push(pipeline(&body.pipeline));
    Outline::node("sub-query", body.span, children)
}
