//! Walking the tree: every node below a node, parents first, in the order of the text.
//!
//! The walk keeps its own stack, so a deep tree (a thousand `or`s lean left a thousand levels) costs memory and not
//! the thread's stack. The matches are exhaustive: a new kind of node does not compile until its children are listed.

use super::{
    Expr, ExprKind, FindProject, FunctionDeclaration, GraphElement, Head, Join, JoinCondition, LetValue, MakeSeries,
    MvItem, NamedExpr, NamedParameter, Operator, OperatorKind, Parameter, ParsePart, PatternDeclaration, Pipeline,
    Query, ScanStep, SortKey, Statement, StatementKind, SubPipeline, TopNestedLevel,
};
use crate::span::Span;

/// A node of the tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Node<'t, 'q> {
    /// A statement, at the top or in the body of a function.
    Statement(&'t Statement<'q>),
    /// A pipeline, or a lone expression that stands where one may.
    Pipeline(&'t Pipeline<'q>),
    /// A tabular operator.
    Operator(&'t Operator<'q>),
    /// An expression.
    Expr(&'t Expr<'q>),
}

impl<'t, 'q> Node<'t, 'q> {
    /// Its text.
    pub fn span(self) -> Span {
        match self {
            Self::Statement(statement) => statement.span,
            Self::Pipeline(pipeline) => pipeline.span,
            Self::Operator(operator) => operator.span,
            Self::Expr(expr) => expr.span,
        }
    }

    /// The nodes right below, in the order of the text.
    pub fn children(self) -> Vec<Self> {
        let mut children = Vec::new();
        self.push_children(&mut children);
        children
    }

    fn push_children(self, nodes: &mut Vec<Self>) {
        let mut children = Children(nodes);
        match self {
            Self::Statement(statement) => children.of_statement(statement),
            Self::Pipeline(pipeline) => children.of_pipeline(pipeline),
            Self::Operator(operator) => children.of_operator(operator),
            Self::Expr(expr) => children.of_expr(expr),
        }
    }

    /// The node and every node below it.
    pub fn walk(self) -> Walk<'t, 'q> {
        Walk { stack: vec![self] }
    }
}

impl<'q> Query<'q> {
    /// Every node of the query.
    pub fn walk(&self) -> Walk<'_, 'q> {
        Walk { stack: self.statements.iter().rev().map(Node::Statement).collect() }
    }

    /// Every tabular operator, those of nested pipelines and function bodies included.
    pub fn operators(&self) -> impl Iterator<Item = &Operator<'q>> {
        self.walk().filter_map(|node| match node {
            Node::Operator(operator) => Some(operator),
            Node::Statement(_) | Node::Pipeline(_) | Node::Expr(_) => None,
        })
    }

    /// Every expression, those inside other expressions included.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr<'q>> {
        self.walk().filter_map(|node| match node {
            Node::Expr(expr) => Some(expr),
            Node::Statement(_) | Node::Pipeline(_) | Node::Operator(_) => None,
        })
    }
}

/// Iterator over a node and what lies below it, parents first.
#[derive(Debug, Clone)]
pub struct Walk<'t, 'q> {
    /// What is still to come, the next node last.
    stack: Vec<Node<'t, 'q>>,
}

impl<'t, 'q> Iterator for Walk<'t, 'q> {
    type Item = Node<'t, 'q>;

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.stack.pop()?;
        let first_child = self.stack.len();
        node.push_children(&mut self.stack);
        self.stack[first_child..].reverse();
        Some(node)
    }
}

/// Collects the children of one node.
struct Children<'n, 't, 'q>(&'n mut Vec<Node<'t, 'q>>);

impl<'t, 'q> Children<'_, 't, 'q> {
    fn expr(&mut self, expr: &'t Expr<'q>) {
        self.0.push(Node::Expr(expr));
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = &'t Expr<'q>>) {
        self.0.extend(exprs.into_iter().map(Node::Expr));
    }

    fn named(&mut self, named: impl IntoIterator<Item = &'t NamedExpr<'q>>) {
        self.exprs(named.into_iter().map(|named| &named.value));
    }

    fn parameters(&mut self, parameters: impl IntoIterator<Item = &'t NamedParameter<'q>>) {
        self.exprs(parameters.into_iter().map(|parameter| &parameter.value));
    }

    fn declarations(&mut self, parameters: impl IntoIterator<Item = &'t Parameter<'q>>) {
        self.exprs(parameters.into_iter().filter_map(|parameter| parameter.default.as_ref()));
    }

    fn pipeline(&mut self, pipeline: &'t Pipeline<'q>) {
        self.0.push(Node::Pipeline(pipeline));
    }

    fn statements(&mut self, statements: &'t [Statement<'q>]) {
        self.0.extend(statements.iter().map(Node::Statement));
    }

    fn sort_keys(&mut self, keys: impl IntoIterator<Item = &'t SortKey<'q>>) {
        self.named(keys.into_iter().map(|key| &key.expr));
    }

    fn bodies(&mut self, bodies: impl IntoIterator<Item = &'t SubPipeline<'q>>) {
        self.0.extend(bodies.into_iter().map(|body| Node::Pipeline(&body.pipeline)));
    }

    fn of_statement(&mut self, statement: &'t Statement<'q>) {
        match &statement.kind {
            StatementKind::Let { name: _, value } => match value {
                LetValue::Pipeline(pipeline) => self.pipeline(pipeline),
                LetValue::Function(function) => self.of_function(function),
            },
            StatementKind::Query(pipeline) => self.pipeline(pipeline),
            StatementKind::Set { name: _, value } => self.exprs(value),
            StatementKind::DeclareParameters(parameters) => self.declarations(parameters),
            StatementKind::DeclarePattern(pattern) => self.of_pattern(pattern),
            StatementKind::Alias { name: _, value } => self.expr(value),
            StatementKind::Restrict(exprs) => self.exprs(exprs),
            StatementKind::Invalid => {}
        }
    }

    fn of_function(&mut self, function: &'t FunctionDeclaration<'q>) {
        self.declarations(&function.parameters);
        self.statements(&function.body);
    }

    fn of_pattern(&mut self, pattern: &'t PatternDeclaration<'q>) {
        self.declarations(&pattern.parameters);
        self.declarations(&pattern.path);
        for line in &pattern.matches {
            self.exprs(&line.arguments);
            self.exprs(&line.path);
            self.statements(&line.body);
        }
    }

    fn of_pipeline(&mut self, pipeline: &'t Pipeline<'q>) {
        match &pipeline.head {
            Head::Expr(expr) => self.expr(expr),
            Head::Operator(operator) => self.0.push(Node::Operator(operator)),
        }
        self.0.extend(pipeline.operators.iter().map(Node::Operator));
    }

    fn of_expr(&mut self, expr: &'t Expr<'q>) {
        match &expr.kind {
            ExprKind::Name(_)
            | ExprKind::Wildcard(_)
            | ExprKind::Star
            | ExprKind::Literal(_)
            | ExprKind::Dynamic(_)
            | ExprKind::Typeof(_)
            | ExprKind::ClientParameter(_)
            | ExprKind::Unknown
            | ExprKind::Invalid => {}
            ExprKind::Unary { op: _, operand } => self.expr(operand),
            ExprKind::Binary { op: _, op_span: _, left, right } => self.exprs([&**left, right]),
            ExprKind::In { op: _, op_span: _, left, list, list_span: _ } => {
                self.expr(left);
                self.exprs(list);
            }
            ExprKind::Between { is_negated: _, op_span: _, left, low, high } => self.exprs([&**left, low, high]),
            ExprKind::Call { name: _, arguments } => self.named(arguments),
            ExprKind::Path { base, member } => self.exprs([&**base, member]),
            ExprKind::Element { base, index } => self.exprs([&**base, index]),
            ExprKind::Parenthesized(inner) => self.expr(inner),
            ExprKind::Pipeline(pipeline)
            | ExprKind::ToScalar(pipeline)
            | ExprKind::ToTable(pipeline)
            | ExprKind::Materialize(pipeline) => self.pipeline(pipeline),
            ExprKind::Named(named) => self.expr(&named.value),
            ExprKind::Datatable { columns: _, values } => self.exprs(values),
            ExprKind::ExternalData { columns: _, urls, properties } => {
                self.exprs(urls);
                self.parameters(properties);
            }
            ExprKind::EntityGroup(exprs) => self.exprs(exprs),
        }
    }

    fn of_operator(&mut self, operator: &'t Operator<'q>) {
        self.parameters(&operator.parameters);
        match &operator.kind {
            OperatorKind::As(_)
            | OperatorKind::AssertSchema(_)
            | OperatorKind::Consume
            | OperatorKind::Count(_)
            | OperatorKind::Getschema
            | OperatorKind::GraphMarkComponents
            | OperatorKind::GraphToTable(_)
            | OperatorKind::Unknown
            | OperatorKind::Invalid => {}
            OperatorKind::Distinct(named)
            | OperatorKind::Extend(named)
            | OperatorKind::Print(named)
            | OperatorKind::Project(named)
            | OperatorKind::ProjectRename(named)
            | OperatorKind::Serialize(named) => self.named(named),
            OperatorKind::ProjectAway(exprs)
            | OperatorKind::ProjectByNames(exprs)
            | OperatorKind::ProjectKeep(exprs)
            | OperatorKind::Union(exprs) => self.exprs(exprs),
            OperatorKind::ProjectReorder(keys) | OperatorKind::Sort(keys) => self.sort_keys(keys),
            OperatorKind::Evaluate { call: expr, schema: _ }
            | OperatorKind::GraphWhere { is_nodes: _, condition: expr }
            | OperatorKind::Invoke(expr)
            | OperatorKind::Sample(expr)
            | OperatorKind::Take(expr)
            | OperatorKind::Where(expr) => self.expr(expr),
            OperatorKind::SampleDistinct { count, of } => self.exprs([count, of]),
            OperatorKind::Range { name: _, from, to, step } => self.exprs([from, to, step]),
            OperatorKind::Top { count, by } => {
                self.expr(count);
                self.sort_keys([by]);
            }
            OperatorKind::TopHitters { count, of, by } => {
                self.exprs([count, of]);
                self.exprs(by);
            }
            OperatorKind::TopNested(levels) => {
                for level in levels {
                    self.of_top_nested(level);
                }
            }
            OperatorKind::Facet { columns, with } => {
                self.exprs(columns);
                self.0.extend(with.iter().map(|pipeline| Node::Pipeline(pipeline)));
            }
            OperatorKind::Find { tables, predicate, project } => {
                self.exprs(tables);
                self.expr(predicate);
                self.of_find_project(project);
            }
            OperatorKind::Search { tables, predicate } => {
                self.exprs(tables);
                self.expr(predicate);
            }
            OperatorKind::Fork(bodies) => self.bodies(bodies),
            OperatorKind::GraphMatch { is_shortest_paths: _, patterns, condition, project } => {
                for element in patterns.iter().flatten() {
                    self.of_graph_element(element);
                }
                self.exprs(condition);
                self.named(project.iter().flatten());
            }
            OperatorKind::Join(join) | OperatorKind::Lookup(join) => self.of_join(join),
            OperatorKind::MacroExpand { group, alias: _, body } => {
                self.expr(group);
                self.statements(body);
            }
            OperatorKind::MakeGraph { source, target, nodes, partition } => {
                self.exprs([source, target]);
                self.exprs(nodes.iter().flat_map(|(table, key)| [table, key]));
                if let Some((key, body)) = partition {
                    self.expr(key);
                    self.pipeline(body);
                }
            }
            OperatorKind::MakeSeries(series) => self.of_make_series(series),
            OperatorKind::MvApply { items, limit, on } => {
                self.of_mv_items(items);
                self.exprs(limit);
                self.pipeline(on);
            }
            OperatorKind::MvExpand { items, limit } => {
                self.of_mv_items(items);
                self.exprs(limit);
            }
            OperatorKind::Parse { is_where: _, source, pattern } => {
                self.expr(source);
                self.exprs(pattern.iter().filter_map(text_part));
            }
            OperatorKind::ParseKv { source: expr, columns: _, properties }
            | OperatorKind::Reduce { by: expr, properties } => {
                self.expr(expr);
                self.parameters(properties);
            }
            OperatorKind::Partition { by, body } => {
                self.expr(by);
                self.bodies([body]);
            }
            OperatorKind::Render { chart: _, properties } => {
                self.exprs(properties.iter().flat_map(|property| &property.values));
            }
            OperatorKind::Scan { order, partition, declarations, steps } => {
                self.sort_keys(order);
                self.exprs(partition);
                self.declarations(declarations);
                for step in steps {
                    self.of_scan_step(step);
                }
            }
            OperatorKind::Summarize { aggregates, by, bin } => {
                self.named(aggregates);
                self.named(by);
                self.exprs(bin);
            }
        }
    }

    fn of_join(&mut self, join: &'t Join<'q>) {
        self.expr(&join.right);
        match &join.condition {
            JoinCondition::On(keys) => self.exprs(keys),
            JoinCondition::Where(condition) => self.expr(condition),
        }
    }

    fn of_find_project(&mut self, project: &'t FindProject<'q>) {
        match project {
            FindProject::Default | FindProject::Smart => {}
            FindProject::Columns(columns) => self.exprs(columns.iter().map(|column| &column.expr)),
        }
    }

    fn of_graph_element(&mut self, element: &'t GraphElement<'q>) {
        match element {
            GraphElement::Node { .. } => {}
            GraphElement::Edge { name: _, range, span: _ } => {
                self.exprs(range.iter().flat_map(|range| [&range.0, &range.1]));
            }
        }
    }

    fn of_make_series(&mut self, series: &'t MakeSeries<'q>) {
        for (aggregate, default) in &series.aggregates {
            self.expr(&aggregate.value);
            self.exprs(default);
        }
        self.expr(&series.on.value);
        self.exprs(&series.from);
        self.exprs(&series.to);
        self.exprs(&series.step);
        self.named(&series.by);
    }

    fn of_mv_items(&mut self, items: &'t [MvItem<'q>]) {
        self.named(items.iter().map(|item| &item.expr));
    }

    fn of_scan_step(&mut self, step: &'t ScanStep<'q>) {
        self.expr(&step.condition);
        self.named(&step.assignments);
    }

    fn of_top_nested(&mut self, level: &'t TopNestedLevel<'q>) {
        self.exprs(&level.count);
        self.named([&level.of]);
        self.exprs(&level.others);
        self.sort_keys([&level.by]);
    }
}

/// The delimiter of a part of a `parse` pattern.
fn text_part<'t, 'q>(part: &'t ParsePart<'q>) -> Option<&'t Expr<'q>> {
    match part {
        ParsePart::Star(_) | ParsePart::Column { .. } => None,
        ParsePart::Text(expr) => Some(expr),
    }
}
