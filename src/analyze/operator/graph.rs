//! Graphs: what `make-graph` builds, and what the names of a pattern stand for.

use std::sync::Arc;

use super::super::scope::Definition;
use super::super::{Analyzer, Context};
use super::made;
use super::union::unify_by_name_and_type;
use crate::schema::Columns;
use crate::syntax::{Expr, ExprKind, GraphElement, NamedExpr, Operator, Pipeline};

/// The columns of a graph.
#[derive(Debug, Clone, Default)]
pub(in crate::analyze) struct Graph {
    /// Those of its nodes.
    nodes: Arc<Columns>,
    /// Those of its edges.
    edges: Arc<Columns>,
}

impl<'a, 'q> Analyzer<'a, 'q> {
    pub(super) fn make_graph(
        &mut self,
        operator: &'a Operator<'q>,
        (source, target): (&'a Expr<'q>, &'a Expr<'q>),
        nodes: &'a [(Expr<'q>, Expr<'q>)],
        partition: Option<&'a (Expr<'q>, Box<Pipeline<'q>>)>,
        input: &Arc<Columns>,
    ) -> Columns {
        let row = Context::value(input);
        let key = self.expression(source, row);
        self.expression(target, row);
        let mut tables = Vec::new();
        for (table, on) in nodes {
            let columns = self.source(table, true).into_columns();
            self.expression(on, Context::value(&columns));
            tables.push(columns);
        }
        let mut columns = unify_by_name_and_type(&tables, self.world);
        if let Some(name) = operator.parameter("with_node_id").and_then(|parameter| super::word(&parameter.value)) {
            columns.columns.push(made(name, key, operator));
        }
        let graph = Arc::new(Graph { nodes: Arc::new(columns), edges: Arc::clone(input) });
        let Some((by, pipeline)) = partition else {
            self.graph = Some(graph);
            return Columns::open();
        };
        self.expression(by, row);
        self.graph = Some(graph);
        Columns::clone(&self.pipeline(pipeline, Some(Arc::new(Columns::open()))).into_columns())
    }

    pub(super) fn graph_match(
        &mut self,
        patterns: &'a [Vec<GraphElement<'q>>],
        condition: Option<&'a Expr<'q>>,
        project: Option<&'a [NamedExpr<'q>]>,
    ) -> Columns {
        let graph = self.graph.take();
        let mark = self.scope.mark();
        for element in patterns.iter().flatten() {
            let (columns, name) = match element {
                GraphElement::Node { name, .. } => (graph.as_ref().map(|graph| &graph.nodes), name),
                GraphElement::Edge { name, range: None, .. } => (graph.as_ref().map(|graph| &graph.edges), name),
                // Edges along a path are an array.
                GraphElement::Edge { name, range: Some(_), .. } => (None, name),
            };
            let Some(name) = name else { continue };
            let definition = match columns {
                Some(columns) => Definition::Tuple { columns: Arc::clone(columns) },
                None => Definition::Opaque,
            };
            self.scope.declare(&name.text, definition);
        }
        let open = Arc::new(Columns::open());
        if let Some(condition) = condition {
            self.expression(condition, Context::filter(&open));
        }
        let columns = match project {
            Some(items) => self.project(items, &open),
            None => Columns::open(),
        };
        self.scope.leave(mark);
        columns
    }

    /// `graph("G")`: a graph that is stored, so that its columns are not known.
    pub(in crate::analyze) fn stored_graph(&mut self, expr: &Expr<'q>) {
        let is_call = |name: &str| name == "graph" && self.scope.find(name).is_none();
        let is_graph = match &expr.kind {
            ExprKind::Call { name, .. } | ExprKind::Name(name) => is_call(&name.text),
            _ => false,
        };
        if is_graph && self.world == super::super::World::Closed {
            self.graph = Some(Arc::new(Graph::default()));
        }
    }
}
