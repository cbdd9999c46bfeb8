//! Pipelines and where their rows come from.

use std::mem;
use std::rc::Rc;

use crate::analyze::Binding;
use crate::ir::{self, SourceKind};
use crate::schema::{Column, Columns, Origin, ScalarType, Value};
use crate::span::Span;
use crate::syntax::{ColumnDeclaration, Expr, ExprKind, Head, Name, NamedExpr, Operator, OperatorKind, Pipeline};

use super::expression::Position;
use super::lets::Meaning;
use super::{Lowering, Size, TOO_LARGE, opaque_pipeline};

impl<'a, 'q> Lowering<'a, 'q> {
    /// A pipeline as rows. The columns of the surrounding pipeline are not visible in it, and are there again behind.
    pub(super) fn pipeline(&mut self, pipeline: &'a Pipeline<'q>) -> ir::Pipeline {
        if !self.enter() {
            return opaque_pipeline(TOO_LARGE, pipeline.span);
        }
        let columns = self.columns(self.facts.columns_of_source(pipeline));
        let outer = mem::replace(&mut self.row, columns);
        let definitions = self.scope.len();
        let (mut result, mut size) = self.measured(|lowering| lowering.head(pipeline));
        for operator in &pipeline.operators {
            let ((), more) = self.measured(|lowering| lowering.append(operator, &mut result, size));
            size = Size { nodes: size.nodes + more.nodes, height: size.height.max(more.height) };
        }
        result.span = pipeline.span;
        // Names that `as` gave are visible to the end of the pipeline only.
        self.scope.truncate(definitions);
        self.row = outer;
        self.leave();
        result
    }

    /// Long lists of columns make a meaning large, too.
    fn columns(&mut self, columns: Columns) -> Columns {
        let size = columns.columns.len() / 8;
        self.nodes += size;
        self.inlined += if self.definitions_open > 0 { size } else { 0 };
        columns
    }

    fn head(&mut self, pipeline: &'a Pipeline<'q>) -> ir::Pipeline {
        let columns = self.facts.columns_of_source(pipeline);
        match &pipeline.head {
            Head::Expr(expr) => {
                let kind = self.source_kind(expr);
                source_only(kind, columns, expr.span)
            }
            Head::Operator(operator) => match &operator.kind {
                OperatorKind::Union(tables) => {
                    let branches = self.union_branches(operator, tables);
                    source_only(SourceKind::Union(branches), columns, operator.span)
                }
                OperatorKind::Print(_)
                | OperatorKind::Range { .. }
                | OperatorKind::Search { .. }
                | OperatorKind::Find { .. } => {
                    source_only(SourceKind::Opaque(operator.keyword.to_owned()), columns, operator.span)
                }
                // A pipeline inside `mv-apply`, `partition` or `fork` starts with the rows of the operator around it.
                _ => {
                    let kind =
                        SourceKind::Opaque("rows that come from outside: the text starts with an operator".to_owned());
                    let mut result = source_only(kind, columns, Span::at(operator.span.start as usize));
                    self.append(operator, &mut result, Size { nodes: 1, height: 1 });
                    result
                }
            },
        }
    }

    /// Adds an operator's stage to the pipeline so far, which has that size.
    fn append(&mut self, operator: &'a Operator<'q>, so_far: &mut ir::Pipeline, size: Size) {
        let output = self.columns(self.facts.columns_after(operator));
        match &operator.kind {
            OperatorKind::Invoke(call) if self.invoke(call, so_far, size) => {}
            kind => {
                if let OperatorKind::As(name) = kind {
                    self.push(name, Meaning::Table(Rc::new(so_far.clone()), size));
                }
                let kind = self.stage(operator, &output);
                so_far.stages.push(ir::Stage { kind, output: output.clone(), span: operator.span });
            }
        }
        so_far.output = output.clone();
        so_far.span = so_far.span.to(operator.span);
        self.row = output;
    }

    /// `invoke f()` of a function that the query defines: its body takes the place of everything so far.
    fn invoke(&mut self, call: &'a Expr<'q>, so_far: &mut ir::Pipeline, size: Size) -> bool {
        let ExprKind::Call { name, arguments } = &call.kind else { return false };
        let Some((index, Meaning::Function(function))) = self.definition(&name.text) else { return false };
        let input = Some((so_far.clone(), size));
        let Some(body) = self.inline_table(index, function, arguments, input) else { return false };
        let columns = body.output.clone();
        let kind = SourceKind::Pipeline { name: Some(name.text.to_string()), pipeline: Box::new(body) };
        *so_far = source_only(kind, columns, so_far.span.to(call.span));
        true
    }

    /// An expression as rows: the right side of a join, a branch of a union, a list.
    pub(super) fn rows(&mut self, expr: &'a Expr<'q>) -> ir::Pipeline {
        match &expr.kind {
            ExprKind::Parenthesized(inner) => self.rows(inner),
            ExprKind::Pipeline(pipeline) | ExprKind::ToTable(pipeline) | ExprKind::Materialize(pipeline) => {
                self.pipeline(pipeline)
            }
            _ => {
                let kind = self.source_kind(expr);
                let columns = match &expr.kind {
                    ExprKind::Datatable { columns, .. } | ExprKind::ExternalData { columns, .. } => declared(columns),
                    _ => columns_of(&kind),
                };
                source_only(kind, columns, expr.span)
            }
        }
    }

    /// The branches of a `union`, each with the column that says where its rows come from, if there is one.
    pub(super) fn union_branches(&mut self, operator: &Operator<'q>, tables: &'a [Expr<'q>]) -> Vec<ir::Pipeline> {
        let parameter = operator.parameter("withsource").or_else(|| operator.parameter("with_source"));
        let column = parameter.and_then(|parameter| match &parameter.value.kind {
            ExprKind::Name(name) => Some((name.text.to_string(), parameter.span)),
            _ => None,
        });
        let branch = |table: &'a Expr<'q>| {
            let mut rows = self.rows(table);
            if let Some((name, span)) = &column {
                let kind = match &rows.source.kind {
                    SourceKind::Table { name, .. } if rows.stages.is_empty() => {
                        ir::ExprKind::Value(Value::String(name.clone()))
                    }
                    _ => ir::ExprKind::Opaque(format!("what `{name}` says of rows that are no plain table's")),
                };
                let value = ir::Expr { kind, ty: ScalarType::String, span: *span };
                let assignment = ir::Assignment { name: name.clone(), value, span: *span };
                let output = rows.output.clone();
                rows.stages.push(ir::Stage { kind: ir::StageKind::Extend(vec![assignment]), output, span: *span });
            }
            rows
        };
        tables.iter().map(branch).collect()
    }

    /// What an expression in the place of a table is.
    fn source_kind(&mut self, expr: &'a Expr<'q>) -> SourceKind {
        if !self.enter() {
            return SourceKind::Opaque(TOO_LARGE.to_owned());
        }
        let kind = match &expr.kind {
            ExprKind::Name(name) => self.named_source(expr, name),
            ExprKind::Call { name, arguments } => self.called_source(name, arguments),
            ExprKind::Parenthesized(inner) => self.source_kind(inner),
            ExprKind::Pipeline(pipeline) | ExprKind::ToTable(pipeline) | ExprKind::Materialize(pipeline) => {
                SourceKind::Pipeline { name: None, pipeline: Box::new(self.pipeline(pipeline)) }
            }
            ExprKind::Datatable { columns, values } => self.inline_rows(columns.len(), values),
            ExprKind::ExternalData { urls, .. } => SourceKind::External(self.urls(urls)),
            ExprKind::Wildcard(pattern) => SourceKind::Opaque(format!("every table named `{pattern}`")),
            ExprKind::Path { .. } => {
                SourceKind::Opaque(format!("`{}` of another workspace or cluster", self.words(expr)))
            }
            ExprKind::ClientParameter(name) => SourceKind::Opaque(format!("client parameter `{{{name}}}`")),
            ExprKind::Star => SourceKind::Opaque("every table".to_owned()),
            ExprKind::Literal(_)
            | ExprKind::Dynamic(_)
            | ExprKind::Typeof(_)
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::In { .. }
            | ExprKind::Between { .. }
            | ExprKind::Element { .. }
            | ExprKind::Named(_)
            | ExprKind::ToScalar(_)
            | ExprKind::EntityGroup(_) => SourceKind::Opaque("a value in the place of a table".to_owned()),
            ExprKind::Unknown | ExprKind::Invalid => SourceKind::Opaque("a source that could not be read".to_owned()),
        };
        self.leave();
        kind
    }

    fn named_source(&mut self, expr: &'a Expr<'q>, name: &Name<'q>) -> SourceKind {
        let text = name.text.to_string();
        match self.definition(&name.text) {
            Some((index, Meaning::Let(pipeline))) => {
                let pipeline = self.within(index, |lowering| lowering.unwrapped(pipeline));
                SourceKind::Pipeline { name: Some(text), pipeline: Box::new(pipeline) }
            }
            Some((index, Meaning::Function(function))) => match self.inline_table(index, function, &[], None) {
                Some(pipeline) => SourceKind::Pipeline { name: Some(text), pipeline: Box::new(pipeline) },
                None => SourceKind::Opaque(format!("user-defined function `{text}`")),
            },
            Some((_, Meaning::Table(rows, size))) => match self.copied(&rows, size) {
                Some(pipeline) => SourceKind::Pipeline { name: Some(text), pipeline: Box::new(pipeline) },
                None => SourceKind::Opaque(TOO_LARGE.to_owned()),
            },
            Some((_, Meaning::Scalar(..))) => SourceKind::Opaque(format!("the value `{text}` in the place of a table")),
            None => match self.facts.binding(expr) {
                Some(Binding::Table(table)) => SourceKind::Table { name: table.clone(), is_known: true },
                Some(Binding::TableFunction(function)) => {
                    SourceKind::Function { name: function.clone(), arguments: Vec::new() }
                }
                _ => SourceKind::Table { name: text, is_known: false },
            },
        }
    }

    /// A `let` that only names a sub-query, `let T = materialize(…)`, is that sub-query.
    fn unwrapped(&mut self, pipeline: &'a Pipeline<'q>) -> ir::Pipeline {
        match pipeline.as_expression() {
            Some(expr) if !matches!(expr.kind, ExprKind::Name(_) | ExprKind::Call { .. }) => self.rows(expr),
            _ => self.pipeline(pipeline),
        }
    }

    fn called_source(&mut self, name: &Name<'q>, arguments: &'a [NamedExpr<'q>]) -> SourceKind {
        let text = name.text.to_string();
        match self.definition(&name.text) {
            Some((index, Meaning::Function(function))) => match self.inline_table(index, function, arguments, None) {
                Some(pipeline) => SourceKind::Pipeline { name: Some(text), pipeline: Box::new(pipeline) },
                None => SourceKind::Opaque(format!("user-defined function `{text}`")),
            },
            Some((_, Meaning::Let(_) | Meaning::Scalar(..) | Meaning::Table(..))) => {
                SourceKind::Opaque(format!("a call of `{text}`, which is no function"))
            }
            None => {
                let arguments = arguments.iter().map(|argument| {
                    let name = argument.name().map(|name| name.text.to_string()).unwrap_or_default();
                    (name, self.expression(&argument.value, Position::Value))
                });
                SourceKind::Function { arguments: arguments.collect(), name: text }
            }
        }
    }

    fn inline_rows(&mut self, width: usize, values: &'a [Expr<'q>]) -> SourceKind {
        let mut cells = Vec::with_capacity(values.len());
        for value in values {
            match self.expression(value, Position::Value).kind {
                ir::ExprKind::Value(value) => cells.push(value),
                _ => return SourceKind::Opaque("a datatable with values that are not constant".to_owned()),
            }
        }
        SourceKind::Inline(cells.chunks(width.max(1)).map(<[Value]>::to_vec).collect())
    }

    fn urls(&mut self, urls: &'a [Expr<'q>]) -> Vec<String> {
        let mut result = Vec::new();
        for url in urls {
            result.push(match self.expression(url, Position::Value).kind {
                ir::ExprKind::Value(Value::String(text)) => text,
                _ => self.words(url),
            });
        }
        result
    }

    /// The text of an expression on one line.
    pub(super) fn words(&self, expr: &Expr<'q>) -> String {
        expr.span.slice(self.text).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn source_only(kind: SourceKind, columns: Columns, span: Span) -> ir::Pipeline {
    let source = ir::Source { kind, columns: columns.clone(), span };
    ir::Pipeline { source, stages: Vec::new(), output: columns, span }
}

/// The columns that a `datatable` or `externaldata` declares.
fn declared(columns: &[ColumnDeclaration<'_>]) -> Columns {
    let column = |declaration: &ColumnDeclaration<'_>| Column {
        name: declaration.name.text.to_string(),
        ty: ScalarType::parse(declaration.ty.text).unwrap_or_default(),
        origin: Origin::Unknown,
    };
    Columns { columns: columns.iter().map(column).collect(), is_open: false }
}

/// The columns of a source whose expression is no pipeline of its own, so that the facts have none for it.
fn columns_of(kind: &SourceKind) -> Columns {
    match kind {
        SourceKind::Pipeline { pipeline, .. } => pipeline.output.clone(),
        SourceKind::Table { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Function { .. }
        | SourceKind::Union(_)
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => Columns::open(),
    }
}
