//! Statements, declarations and pipelines as text.

use super::Printer;
use crate::syntax::{
    ColumnDeclaration, FunctionDeclaration, Head, LetValue, Parameter, ParameterKind, PatternDeclaration, PatternMatch,
    Pipeline, Statement, StatementKind, SubPipeline,
};

impl Printer<'_> {
    /// Statements with `;` between them, each on a line.
    pub(super) fn statements(&mut self, statements: &[Statement<'_>]) {
        for (index, statement) in statements.iter().enumerate() {
            if index > 0 {
                self.push(";");
                self.line();
            }
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement<'_>) {
        match &statement.kind {
            StatementKind::Let { name, value } => {
                self.push("let ");
                self.name(name);
                self.push(" = ");
                match value {
                    LetValue::Pipeline(value) => self.pipeline(value),
                    LetValue::Function(value) => self.function(value),
                }
            }
            StatementKind::Query(query) => self.pipeline(query),
            StatementKind::Set { name, value } => {
                self.push("set ");
                self.name(name);
                if let Some(value) = value {
                    self.push(" = ");
                    self.expression(value);
                }
            }
            StatementKind::DeclareParameters(parameters) => {
                self.push("declare query_parameters");
                self.parenthesized(parameters, Self::declaration);
            }
            StatementKind::DeclarePattern(pattern) => self.pattern(pattern),
            StatementKind::Alias { name, value } => {
                self.push("alias database ");
                self.name(name);
                self.push(" = ");
                self.expression(value);
            }
            StatementKind::Restrict(sources) => {
                self.push("restrict access to ");
                self.parenthesized(sources, Self::expression);
            }
            StatementKind::Invalid => self.literal(statement.span),
        }
    }

    fn function(&mut self, function: &FunctionDeclaration<'_>) {
        if function.is_view {
            self.push("view ");
        }
        self.parenthesized(&function.parameters, Self::declaration);
        self.push(" ");
        self.body("{", &function.body, "}");
    }

    /// Statements between brackets.
    pub(super) fn body(&mut self, open: &str, statements: &[Statement<'_>], close: &str) {
        if statements.is_empty() {
            self.push(open);
            self.push(close);
        } else {
            self.block(open, close, |printer| printer.statements(statements));
        }
    }

    /// `name:type = default`
    pub(super) fn declaration(&mut self, parameter: &Parameter<'_>) {
        self.name(&parameter.name);
        self.push(":");
        match &parameter.kind {
            ParameterKind::Scalar(ty) => self.push(ty.text),
            ParameterKind::Table(columns) => self.parenthesized(columns, Self::column),
            ParameterKind::AnyTable => self.push("(*)"),
        }
        if let Some(default) = &parameter.default {
            self.push(" = ");
            self.expression(default);
        }
    }

    /// `name:type`
    pub(super) fn column(&mut self, column: &ColumnDeclaration<'_>) {
        self.name(&column.name);
        self.push(":");
        self.push(column.ty.text);
    }

    fn pattern(&mut self, pattern: &PatternDeclaration<'_>) {
        self.push("declare pattern ");
        self.name(&pattern.name);
        if pattern.matches.is_empty() && pattern.parameters.is_empty() && pattern.path.is_none() {
            return;
        }
        self.push(" = ");
        self.parenthesized(&pattern.parameters, Self::declaration);
        if let Some(path) = &pattern.path {
            self.push("[");
            self.declaration(path);
            self.push("]");
        }
        self.push(" ");
        self.block("{", "}", |printer| {
            for (index, pattern) in pattern.matches.iter().enumerate() {
                if index > 0 {
                    printer.line();
                }
                printer.pattern_match(pattern);
                printer.push(";");
            }
        });
    }

    fn pattern_match(&mut self, pattern: &PatternMatch<'_>) {
        self.parenthesized(&pattern.arguments, Self::expression);
        if let Some(path) = &pattern.path {
            self.push(".[");
            self.expression(path);
            self.push("]");
        }
        self.push(" = ");
        self.body("{", &pattern.body, "}");
    }

    /// The head, then each operator on a line of its own.
    pub(super) fn pipeline(&mut self, pipeline: &Pipeline<'_>) {
        match &pipeline.head {
            Head::Expr(head) => {
                self.expression(head);
                let end = pipeline.operators.first().map_or(pipeline.span.end, |operator| operator.span.start);
                self.unmodelled(head.span.end, end);
            }
            Head::Operator(head) => self.operator(head),
        }
        for operator in &pipeline.operators {
            self.line();
            self.push("| ");
            self.operator(operator);
        }
    }

    /// A pipeline in parentheses: on lines of its own if it has operators.
    pub(super) fn sub_query(&mut self, pipeline: &Pipeline<'_>) {
        if pipeline.as_expression().is_some() {
            self.push("(");
            self.pipeline(pipeline);
            self.push(")");
        } else {
            self.block("(", ")", |printer| printer.pipeline(pipeline));
        }
    }

    /// `name=(operators)`, `{ query }`
    pub(super) fn sub_pipeline(&mut self, body: &SubPipeline<'_>) {
        if let Some(name) = &body.name {
            self.name(name);
            self.push("=");
        }
        let is_braced = body.span.slice(self.text).ends_with('}');
        let (open, close) = if is_braced { ("{", "}") } else { ("(", ")") };
        self.block(open, close, |printer| printer.pipeline(&body.pipeline));
    }

    /// What the tree leaves out between two places, such as `datascope=hotcache`.
    pub(super) fn unmodelled(&mut self, start: u32, end: u32) {
        let source = self.between(start, end);
        if !source.is_empty() {
            self.push(" ");
            self.push(&source);
        }
    }
}
