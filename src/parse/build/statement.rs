//! Statements and pipelines.

use super::{Builder, Children, NamePlace, Pair};
use crate::parse::Rule;
use crate::syntax::{
    Expr, ExprKind, FunctionDeclaration, Head, LetValue, Parameter, ParameterKind, PatternDeclaration, PatternMatch,
    Pipeline, Statement, StatementKind, SubPipeline,
};

impl<'q> Builder<'q> {
    /// The statements of a `query`.
    pub(in crate::parse) fn query(&mut self, pair: Pair<'q>) -> Vec<Statement<'q>> {
        Children::new(pair)
            .find(|child| child.as_rule() == Rule::statements)
            .map(|statements| self.statements(statements))
            .unwrap_or_default()
    }

    /// The statement of a `statement_piece`.
    pub(in crate::parse) fn piece(&mut self, pair: Pair<'q>) -> Option<Statement<'q>> {
        let statement = Children::new(pair).find(|child| child.as_rule() == Rule::statement)?;
        Some(self.statement(statement))
    }

    pub(super) fn statements(&mut self, pair: Pair<'q>) -> Vec<Statement<'q>> {
        Children::new(pair)
            .filter(|child| child.as_rule() == Rule::statement)
            .map(|child| self.statement(child))
            .collect()
    }

    fn statement(&mut self, pair: Pair<'q>) -> Statement<'q> {
        let span = self.span(&pair);
        let inner = Children::new(pair).required();
        let kind = match inner.as_rule() {
            Rule::let_statement => self.let_statement(inner),
            Rule::set_statement => self.set_statement(inner),
            Rule::declare_statement => self.declare_statement(inner),
            Rule::alias_statement => self.alias_statement(inner),
            Rule::restrict_statement => self.restrict_statement(inner),
            _ => StatementKind::Query(self.pipeline(inner)),
        };
        Statement { kind, span }
    }

    fn let_statement(&mut self, pair: Pair<'q>) -> StatementKind<'q> {
        let mut children = Children::new(pair);
        children.take_if(Rule::let_kw);
        let name = children.required();
        let name = self.name(name, NamePlace::Plain);
        children.take_if(Rule::assign);
        let value = children.required();
        let value = match value.as_rule() {
            Rule::function_declaration => LetValue::Function(self.function_declaration(value)),
            _ => LetValue::Pipeline(self.let_pipeline(value)),
        };
        StatementKind::Let { name, value }
    }

    /// The value of a `let`, the only place for `materialize`, which must then be all of it.
    fn let_pipeline(&mut self, pair: Pair<'q>) -> Pipeline<'q> {
        let start = self.span(&pair).start;
        self.let_value = Some(start);
        let pipeline = self.pipeline(pair);
        self.let_value = None;
        if let Head::Expr(Expr { kind: ExprKind::Materialize(_), span, .. }) = &pipeline.head
            && !pipeline.operators.is_empty()
        {
            self.missing_behind(span.end, "`;`, since `materialize(…)` is the whole value");
        }
        pipeline
    }

    fn function_declaration(&mut self, pair: Pair<'q>) -> FunctionDeclaration<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        let is_view = children.take_if(Rule::view_kw).is_some();
        let parameters = children.required();
        let parameters = self.function_parameters(parameters);
        let body = children.required();
        let body = self.function_body(body);
        FunctionDeclaration { is_view, parameters, body, span }
    }

    fn function_parameters(&mut self, pair: Pair<'q>) -> Vec<Parameter<'q>> {
        Children::new(pair)
            .filter(|child| child.as_rule() == Rule::function_parameter)
            .map(|child| self.function_parameter(child))
            .collect()
    }

    pub(super) fn function_parameter(&mut self, pair: Pair<'q>) -> Parameter<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        let name = children.required();
        let name = self.name(name, NamePlace::Plain);
        let kind = children.required();
        let kind = match kind.as_rule() {
            Rule::table_parameter => self.table_parameter(kind),
            _ => ParameterKind::Scalar(self.type_name(&kind)),
        };
        children.take_if(Rule::assign);
        let default = children.take_if(Rule::literal_value).map(|value| self.literal_value(value));
        Parameter { name, kind, default, span }
    }

    fn table_parameter(&mut self, pair: Pair<'q>) -> ParameterKind<'q> {
        let mut children = Children::new(pair);
        if children.peek() == Some(Rule::star) {
            return ParameterKind::AnyTable;
        }
        ParameterKind::Table(self.column_declarations(children))
    }

    /// A body in braces: declarations first, then at most one expression.
    fn function_body(&mut self, pair: Pair<'q>) -> Vec<Statement<'q>> {
        let body = Children::new(pair)
            .find(|child| child.as_rule() == Rule::statements)
            .map(|statements| self.statements(statements))
            .unwrap_or_default();
        self.check_body(&body);
        body
    }

    fn check_body(&mut self, body: &[Statement<'q>]) {
        let last = body.len().saturating_sub(1);
        for (index, statement) in body.iter().enumerate() {
            let is_allowed = match &statement.kind {
                StatementKind::Let { .. } | StatementKind::DeclareParameters(_) | StatementKind::Invalid => true,
                StatementKind::Query(_) => index == last,
                StatementKind::Set { .. }
                | StatementKind::DeclarePattern(_)
                | StatementKind::Alias { .. }
                | StatementKind::Restrict(_) => false,
            };
            if !is_allowed {
                self.missing_behind(statement.span.start, "`let`, or the one expression that ends a body");
            }
        }
    }

    fn set_statement(&mut self, pair: Pair<'q>) -> StatementKind<'q> {
        let mut children = Children::new(pair);
        children.take_if(Rule::set_kw);
        let name = children.required();
        let name = self.name(name, NamePlace::Plain);
        children.take_if(Rule::assign);
        let value = children.take_if(Rule::expression).map(|value| self.expression(value));
        StatementKind::Set { name, value }
    }

    fn declare_statement(&mut self, pair: Pair<'q>) -> StatementKind<'q> {
        let mut children = Children::new(pair);
        children.take_if(Rule::declare_kw);
        let inner = children.required();
        match inner.as_rule() {
            Rule::pattern_declaration => StatementKind::DeclarePattern(self.pattern_declaration(inner)),
            _ => StatementKind::DeclareParameters(self.function_parameters(inner)),
        }
    }

    fn pattern_declaration(&mut self, pair: Pair<'q>) -> PatternDeclaration<'q> {
        let mut children = Children::new(pair);
        children.take_if(Rule::pattern_kw);
        let name = children.required();
        let name = self.name(name, NamePlace::Plain);
        let mut declaration = PatternDeclaration { name, parameters: Vec::new(), path: None, matches: Vec::new() };
        let Some(value) = children.take_if(Rule::pattern_value) else { return declaration };
        for child in Children::new(value) {
            match child.as_rule() {
                Rule::function_parameters => declaration.parameters = self.function_parameters(child),
                Rule::pattern_path => declaration.path = self.function_parameters(child).pop(),
                Rule::pattern_match => {
                    let pattern = self.pattern_match(child);
                    declaration.matches.push(pattern);
                }
                _ => {}
            }
        }
        declaration
    }

    fn pattern_match(&mut self, pair: Pair<'q>) -> PatternMatch<'q> {
        let span = self.span(&pair);
        let mut pattern = PatternMatch { arguments: Vec::new(), path: None, body: Vec::new(), span };
        for child in Children::new(pair) {
            match child.as_rule() {
                Rule::literal_value => {
                    let argument = self.literal_value(child);
                    pattern.arguments.push(argument);
                }
                Rule::pattern_match_path => {
                    let value = Children::new(child).required();
                    pattern.path = Some(self.literal_value(value));
                }
                Rule::function_body => pattern.body = self.function_body(child),
                _ => {}
            }
        }
        pattern
    }

    fn alias_statement(&mut self, pair: Pair<'q>) -> StatementKind<'q> {
        let mut children = Children::new(pair);
        children.take_if(Rule::alias_kw);
        children.take_if(Rule::database_kw);
        let name = children.required();
        let name = self.name(name, NamePlace::NewName);
        children.take_if(Rule::assign);
        let value = children.required();
        StatementKind::Alias { name, value: self.expression(value) }
    }

    fn restrict_statement(&mut self, pair: Pair<'q>) -> StatementKind<'q> {
        let sources = Children::new(pair)
            .filter(|child| child.as_rule() == Rule::source)
            .map(|child| self.source(child))
            .collect();
        StatementKind::Restrict(sources)
    }

    pub(super) fn pipeline(&mut self, pair: Pair<'q>) -> Pipeline<'q> {
        self.pipeline_with_depth(pair).0
    }

    /// A pipeline and how deep its deepest expression lies.
    pub(super) fn pipeline_with_depth(&mut self, pair: Pair<'q>) -> (Pipeline<'q>, u16) {
        let span = self.span(&pair);
        let first = self.expressions();
        let mut children = Children::new(pair);
        let head = children.required();
        let head = match head.as_rule() {
            Rule::expression => Head::Expr(self.expression(head)),
            Rule::contextual_datatable => {
                let span = self.span(&head);
                Head::Expr(self.expr(span, ExprKind::Unknown, 0))
            }
            _ => Head::Operator(Box::new(self.operator(head))),
        };
        let operators =
            children.filter(|child| child.as_rule() == Rule::operator).map(|child| self.operator(child)).collect();
        let depth = self.depths[first as usize..].iter().copied().max().unwrap_or(0);
        (Pipeline { head, operators, span }, depth)
    }

    /// A pipeline where an expression stands; one without operators is that expression.
    pub(super) fn pipeline_expression(&mut self, pair: Pair<'q>) -> Expr<'q> {
        let (pipeline, depth) = self.pipeline_with_depth(pair);
        match pipeline {
            Pipeline { head: Head::Expr(expr), operators, .. } if operators.is_empty() => expr,
            pipeline => self.expr(pipeline.span, ExprKind::Pipeline(Box::new(pipeline)), depth),
        }
    }

    /// Operators without a source, in parentheses or braces.
    pub(super) fn sub_pipeline(&mut self, pair: Pair<'q>) -> SubPipeline<'q> {
        let span = self.span(&pair);
        let mut children = Children::new(pair);
        let name = children.take_if(Rule::new_name).map(|name| self.name(name, NamePlace::NewName));
        children.take_if(Rule::assign);
        let inner = children.required();
        SubPipeline { name, pipeline: self.pipeline(inner), span }
    }
}
