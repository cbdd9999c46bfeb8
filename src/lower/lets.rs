//! Definitions of the query and how they stand in place of their names.

use std::rc::Rc;

use crate::analyze::Binding;
use crate::ir;
use crate::syntax::{
    Expr, ExprKind, FunctionDeclaration, Head, LetValue, Name, NamedExpr, Parameter, ParameterKind, Pipeline,
    Statement, StatementKind,
};

use super::expression::Position;
use super::{Lowering, Size, opaque};

/// How many names in a row are followed to tell rows from a value.
const MAX_CHAIN: usize = 64;

/// A name and what it stands for.
#[derive(Clone)]
pub(super) struct Definition<'a, 'q> {
    pub(super) name: String,
    pub(super) meaning: Meaning<'a, 'q>,
}

/// What a defined name stands for.
#[derive(Clone)]
pub(super) enum Meaning<'a, 'q> {
    /// `let name = …`: lowered at each use.
    Let(&'a Pipeline<'q>),
    /// `let name = (…) { … }`
    Function(&'a FunctionDeclaration<'q>),
    /// A scalar argument, or a parameter of the query.
    Scalar(Rc<ir::Expr>, Size),
    /// A tabular argument, or rows named by `as`.
    Table(Rc<ir::Pipeline>, Size),
}

impl<'a, 'q> Lowering<'a, 'q> {
    /// Makes what a statement defines visible to those below it.
    pub(super) fn define(&mut self, statement: &'a Statement<'q>) {
        match &statement.kind {
            StatementKind::Let { name, value } => {
                let meaning = match value {
                    LetValue::Pipeline(pipeline) => Meaning::Let(pipeline),
                    LetValue::Function(function) => Meaning::Function(function),
                };
                self.push(name, meaning);
            }
            StatementKind::DeclareParameters(parameters) => {
                for parameter in parameters {
                    let (value, size) = self.measured(|lowering| match &parameter.default {
                        Some(default) => lowering.expression(default, Position::Value),
                        None => opaque(format!("query parameter `{}`", parameter.name.text), parameter.span),
                    });
                    self.push(&parameter.name, Meaning::Scalar(Rc::new(value), size));
                }
            }
            StatementKind::Query(_)
            | StatementKind::Set { .. }
            | StatementKind::DeclarePattern(_)
            | StatementKind::Alias { .. }
            | StatementKind::Restrict(_)
            | StatementKind::Invalid => {}
        }
    }

    pub(super) fn push(&mut self, name: &Name<'q>, meaning: Meaning<'a, 'q>) {
        self.scope.push(Definition { name: name.text.to_string(), meaning });
    }

    /// Position and meaning of a defined name.
    pub(super) fn definition(&self, name: &str) -> Option<(usize, Meaning<'a, 'q>)> {
        let index = self.scope.iter().rposition(|definition| definition.name == name)?;
        Some((index, self.scope[index].meaning.clone()))
    }

    /// A copy of an argument for one of its uses; `None` if that makes the meaning too large.
    pub(super) fn copied<T: Clone>(&mut self, argument: &Rc<T>, size: Size) -> Option<T> {
        self.definitions_open += 1;
        let has_room = self.spend(size.nodes, size.height);
        self.definitions_open -= 1;
        has_room.then(|| T::clone(argument))
    }

    /// Runs `work` as if only the first `definitions` were there, and drops what it defines.
    pub(super) fn within<T>(&mut self, definitions: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let hidden = self.scope.split_off(definitions.min(self.scope.len()));
        self.definitions_open += 1;
        let result = work(self);
        self.definitions_open -= 1;
        self.scope.truncate(definitions);
        self.scope.extend(hidden);
        result
    }

    /// Whether an expression gives rows rather than a value.
    pub(super) fn is_tabular(&self, expr: &Expr<'q>) -> bool {
        self.is_tabular_below(expr, self.scope.len(), MAX_CHAIN)
    }

    /// Looks only at the first `definitions`, through at most `fuel` names.
    fn is_tabular_below(&self, expr: &Expr<'q>, definitions: usize, fuel: usize) -> bool {
        match &expr.kind {
            ExprKind::Name(name) | ExprKind::Call { name, .. } => {
                let visible = &self.scope[..definitions.min(self.scope.len())];
                match visible.iter().rposition(|definition| definition.name == name.text) {
                    Some(index) => fuel > 0 && self.is_tabular_meaning(index, fuel - 1),
                    None => matches!(
                        self.facts.binding(expr),
                        Some(Binding::Table(_) | Binding::LetTable(_) | Binding::TableFunction(_))
                    ),
                }
            }
            ExprKind::Parenthesized(inner) => self.is_tabular_below(inner, definitions, fuel),
            ExprKind::Pipeline(pipeline) => self.is_tabular_pipeline(pipeline, definitions, fuel),
            ExprKind::ToTable(_)
            | ExprKind::Materialize(_)
            | ExprKind::Datatable { .. }
            | ExprKind::ExternalData { .. } => true,
            ExprKind::Wildcard(_)
            | ExprKind::Star
            | ExprKind::Literal(_)
            | ExprKind::Dynamic(_)
            | ExprKind::Typeof(_)
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::In { .. }
            | ExprKind::Between { .. }
            | ExprKind::Path { .. }
            | ExprKind::Element { .. }
            | ExprKind::Named(_)
            | ExprKind::ToScalar(_)
            | ExprKind::EntityGroup(_)
            | ExprKind::ClientParameter(_)
            | ExprKind::Unknown
            | ExprKind::Invalid => false,
        }
    }

    fn is_tabular_meaning(&self, index: usize, fuel: usize) -> bool {
        match &self.scope[index].meaning {
            Meaning::Let(pipeline) => self.is_tabular_pipeline(pipeline, index, fuel),
            Meaning::Function(function) => match function.body.last().map(|statement| &statement.kind) {
                Some(StatementKind::Query(pipeline)) => self.is_tabular_pipeline(pipeline, index, fuel),
                _ => false,
            },
            Meaning::Table(..) => true,
            Meaning::Scalar(..) => false,
        }
    }

    fn is_tabular_pipeline(&self, pipeline: &Pipeline<'q>, definitions: usize, fuel: usize) -> bool {
        match &pipeline.head {
            Head::Operator(_) => true,
            Head::Expr(_) if !pipeline.operators.is_empty() => true,
            Head::Expr(expr) => self.is_tabular_below(expr, definitions, fuel),
        }
    }

    /// The body of a function of the query with its arguments in place, if it gives a value.
    pub(super) fn inline_scalar(
        &mut self,
        index: usize,
        function: &'a FunctionDeclaration<'q>,
        arguments: &'a [NamedExpr<'q>],
        position: Position,
    ) -> Option<ir::Expr> {
        let bound = self.bind(function, arguments, None)?;
        self.within(index, |lowering| {
            lowering.scope.extend(bound);
            let result = lowering.body(function)?;
            Some(lowering.expression(result.as_expression()?, position))
        })
    }

    /// The body of a function of the query with its arguments in place, if it gives rows. `input` is the argument that
    /// `invoke` passes.
    pub(super) fn inline_table(
        &mut self,
        index: usize,
        function: &'a FunctionDeclaration<'q>,
        arguments: &'a [NamedExpr<'q>],
        input: Option<(ir::Pipeline, Size)>,
    ) -> Option<ir::Pipeline> {
        let bound = self.bind(function, arguments, input)?;
        self.within(index, |lowering| {
            lowering.scope.extend(bound);
            let result = lowering.body(function)?;
            Some(lowering.pipeline(result))
        })
    }

    /// Defines what the body defines; gives its result.
    fn body(&mut self, function: &'a FunctionDeclaration<'q>) -> Option<&'a Pipeline<'q>> {
        let (last, above) = function.body.split_last()?;
        for statement in above {
            self.define(statement);
        }
        match &last.kind {
            StatementKind::Query(pipeline) => Some(pipeline),
            _ => None,
        }
    }

    /// Parameters with their arguments; `None` if the two do not fit.
    fn bind(
        &mut self,
        function: &'a FunctionDeclaration<'q>,
        arguments: &'a [NamedExpr<'q>],
        input: Option<(ir::Pipeline, Size)>,
    ) -> Option<Vec<Definition<'a, 'q>>> {
        let mut bound: Vec<Definition<'a, 'q>> = Vec::new();
        let mut positional = arguments.iter().filter(|argument| argument.names.is_empty());
        let mut input = input;
        for parameter in &function.parameters {
            let named = arguments.iter().find(|a| a.name().is_some_and(|name| name.text == parameter.name.text));
            let meaning = if let Some((rows, size)) = input.take() {
                Meaning::Table(Rc::new(rows), size)
            } else {
                self.argument(parameter, named.or_else(|| positional.next()).map(|argument| &argument.value))?
            };
            bound.push(Definition { name: parameter.name.text.to_string(), meaning });
        }
        positional.next().is_none().then_some(bound)
    }

    fn argument(&mut self, parameter: &'a Parameter<'q>, given: Option<&'a Expr<'q>>) -> Option<Meaning<'a, 'q>> {
        let value = given.or(parameter.default.as_ref())?;
        Some(match &parameter.kind {
            ParameterKind::Scalar(_) => {
                let (value, size) = self.measured(|lowering| lowering.expression(value, Position::Value));
                Meaning::Scalar(Rc::new(value), size)
            }
            ParameterKind::Table(_) | ParameterKind::AnyTable => {
                let (rows, size) = self.measured(|lowering| lowering.rows(value));
                Meaning::Table(Rc::new(rows), size)
            }
        })
    }
}
