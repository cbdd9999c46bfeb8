//! Statements, and the functions that they declare.
//!
//! A function body is analysed where it is declared, with its parameters bound; what is found there is recorded. A
//! call looks at the body again only if that changes the columns of the result: rows are passed to it, or the name of a
//! table or a column.

use std::sync::Arc;

use super::scope::{Definition, Outcome};
use super::{Analyzer, Constant, Context};
use crate::schema::{Column, Columns, Origin, ScalarType};
use crate::syntax::{
    ColumnDeclaration, FunctionDeclaration, LetValue, NamedExpr, Parameter, ParameterKind, Statement, StatementKind,
};

impl<'a, 'q> Analyzer<'a, 'q> {
    /// Analyses a statement and returns what it gives.
    pub(super) fn statement(&mut self, statement: &'a Statement<'q>) -> Outcome {
        match &statement.kind {
            StatementKind::Let { name, value } => {
                let definition = self.let_value(name.span, value);
                self.scope.declare(&name.text, definition);
                Outcome::Unknown
            }
            StatementKind::Query(pipeline) => self.pipeline(pipeline, None),
            StatementKind::DeclareParameters(parameters) => {
                self.declare_parameters(parameters);
                Outcome::Unknown
            }
            StatementKind::DeclarePattern(pattern) => {
                for line in &pattern.matches {
                    let mark = self.scope.mark();
                    self.declare_parameters(&pattern.parameters);
                    self.body(&line.body);
                    self.scope.leave(mark);
                }
                self.scope.declare(&pattern.name.text, Definition::Opaque);
                Outcome::Unknown
            }
            StatementKind::Alias { name, .. } => {
                self.scope.declare(&name.text, Definition::Opaque);
                Outcome::Unknown
            }
            StatementKind::Set { .. } | StatementKind::Restrict(_) | StatementKind::Invalid => Outcome::Unknown,
        }
    }

    fn let_value(&mut self, span: crate::span::Span, value: &'a LetValue<'q>) -> Definition<'a, 'q> {
        match value {
            LetValue::Function(declaration) => {
                let outer = std::mem::take(&mut self.depends_on_values);
                let result = self.function_body(declaration, &[]);
                let depends_on_values = std::mem::replace(&mut self.depends_on_values, outer);
                Definition::Function { span, declaration, result, depends_on_values }
            }
            LetValue::Pipeline(pipeline) => match self.pipeline(pipeline, None) {
                Outcome::Rows(columns) => {
                    if let Some(graph) = self.graph.take() {
                        self.graphs.insert(span, graph);
                    }
                    Definition::Table { span, columns }
                }
                Outcome::Value(ty) => {
                    let constant = pipeline.as_expression().and_then(|expr| self.constant_of(expr));
                    Definition::Scalar { span, ty, constant }
                }
                Outcome::Unknown => Definition::Opaque,
            },
        }
    }

    /// The result of a function body with these arguments of a call.
    fn function_body(&mut self, declaration: &'a FunctionDeclaration<'q>, arguments: &[Argument<'a, 'q>]) -> Outcome {
        let mark = self.scope.mark();
        let was_aggregating = std::mem::take(&mut self.is_aggregating);
        self.declare_parameters(&declaration.parameters);
        for (parameter, passed) in arguments {
            let span = parameter.name.span;
            let definition = match passed {
                Passed::Rows(columns) => Definition::TableParameter { span, columns: Arc::clone(columns) },
                Passed::Value(ty, constant) => {
                    Definition::ScalarParameter { span, ty: *ty, constant: Some(Arc::clone(constant)) }
                }
            };
            self.scope.declare(&parameter.name.text, definition);
        }
        let result = self.body(&declaration.body);
        self.is_aggregating = was_aggregating;
        self.scope.leave(mark);
        result
    }

    fn body(&mut self, statements: &'a [Statement<'q>]) -> Outcome {
        self.descend(|analyzer| analyzer.body_here(statements)).unwrap_or(Outcome::Unknown)
    }

    fn body_here(&mut self, statements: &'a [Statement<'q>]) -> Outcome {
        let mut result = Outcome::Unknown;
        for statement in statements {
            result = self.statement(statement);
        }
        result
    }

    fn declare_parameters(&mut self, parameters: &'a [Parameter<'q>]) {
        for parameter in parameters {
            if let Some(default) = &parameter.default {
                self.expression(default, Context::value(&Columns::default()));
            }
            let span = parameter.name.span;
            let definition = match &parameter.kind {
                ParameterKind::Scalar(ty) => {
                    let ty = ScalarType::parse(ty.text).unwrap_or_default();
                    Definition::ScalarParameter { span, ty, constant: None }
                }
                ParameterKind::Table(declared) => {
                    // More columns than declared may be passed.
                    let columns = Columns { columns: declared_columns(declared, "parameter"), is_open: false };
                    Definition::TableParameter { span, columns: Arc::new(columns) }
                }
                ParameterKind::AnyTable => Definition::TableParameter { span, columns: Arc::new(Columns::open()) },
            };
            self.scope.declare(&parameter.name.text, definition);
        }
    }

    /// The result of calling a `let` function with these arguments. `piped` is what `invoke` passes as the first one.
    pub(super) fn call_declared(
        &mut self,
        name: &str,
        piped: Option<&Arc<Columns>>,
        arguments: &'a [NamedExpr<'q>],
        context: Context<'_>,
    ) -> Outcome {
        let Some(Definition::Function { declaration, result, depends_on_values, .. }) = self.scope.find(name) else {
            return Outcome::Unknown;
        };
        let (declaration, result, depends_on_values) = (*declaration, result.clone(), *depends_on_values);
        let mut passed: Vec<Argument<'a, 'q>> = Vec::new();
        let mut parameters = declaration.parameters.as_slice();
        if let (Some(columns), Some((first, rest))) = (piped, parameters.split_first()) {
            passed.push((first, Passed::Rows(Arc::clone(columns))));
            parameters = rest;
        }
        for (index, argument) in arguments.iter().enumerate() {
            let named = argument
                .name()
                .and_then(|name| declaration.parameters.iter().find(|parameter| parameter.name.text == name.text));
            let parameter: Option<&'a Parameter<'q>> = named.or_else(|| parameters.get(index));
            if let Some(parameter) = parameter.filter(|parameter| is_tabular(parameter)) {
                passed.push((parameter, Passed::Rows(self.source(&argument.value, true).into_columns())));
                continue;
            }
            let ty = self.expression(&argument.value, context.operand());
            if let (Some(parameter), true, Some(constant)) =
                (parameter, depends_on_values, self.constant_of(&argument.value))
            {
                passed.push((parameter, Passed::Value(ty, constant)));
            }
        }
        if passed.is_empty() { result } else { self.replay(name, declaration, &passed) }
    }

    /// Looks at a function body again. Its facts are recorded already.
    fn replay(
        &mut self,
        name: &str,
        declaration: &'a FunctionDeclaration<'q>,
        arguments: &[Argument<'a, 'q>],
    ) -> Outcome {
        if self.replay_budget == 0 {
            return Outcome::Unknown;
        }
        self.replay_budget -= 1;
        self.replays += 1;
        let unnamed = self.unnamed;
        self.scope.hide_from(name);
        let outcome = self.function_body(declaration, arguments);
        self.scope.unhide();
        self.unnamed = unnamed;
        self.replays -= 1;
        outcome
    }
}

/// An argument of a call that changes what the function gives.
type Argument<'a, 'q> = (&'a Parameter<'q>, Passed);

/// What is passed.
enum Passed {
    Rows(Arc<Columns>),
    Value(ScalarType, Arc<Constant>),
}

fn is_tabular(parameter: &Parameter<'_>) -> bool {
    match parameter.kind {
        ParameterKind::Scalar(_) => false,
        ParameterKind::Table(_) | ParameterKind::AnyTable => true,
    }
}

/// Columns that a schema in the query declares.
pub(super) fn declared_columns(declarations: &[ColumnDeclaration<'_>], made_by: &str) -> Vec<Column> {
    let column = |declaration: &ColumnDeclaration<'_>| Column {
        name: declaration.name.text.clone().into_owned(),
        ty: ScalarType::parse(declaration.ty.text).unwrap_or_default(),
        origin: Origin::Made(made_by.to_owned()),
    };
    declarations.iter().map(column).collect()
}
