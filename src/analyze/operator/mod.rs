//! What each tabular operator does to the columns.

mod evaluate;
mod expand;
mod graph;
mod join;
mod parse;
mod project;
mod search;
mod summarize;
mod union;

pub(super) use graph::Graph;
pub(super) use union::unify_by_name;

use std::sync::Arc;

use super::scope::Definition;
use super::{Analyzer, Context, UnresolvedKind, World};
use crate::schema::{Column, Columns, Origin, ScalarType};
use crate::span::Span;
use crate::syntax::{
    Expr, ExprKind, Operator, OperatorKind, Parameter, ParameterKind, Pipeline, RenderProperty, ScanStep, SortKey,
};

impl<'a, 'q> Analyzer<'a, 'q> {
    /// Analyses an operator and returns the columns that it gives. `pipeline` is the one that it stands in, if it is
    /// not its head.
    pub(super) fn operator(
        &mut self,
        operator: &'a Operator<'q>,
        input: Arc<Columns>,
        pipeline: Option<&'a Pipeline<'q>>,
    ) -> Arc<Columns> {
        for parameter in &operator.parameters {
            self.property(&parameter.value);
        }
        let result = self.columns_after(operator, &input, pipeline).unwrap_or(input);
        let result = if result.columns.len() > super::MAX_COLUMNS { Arc::new(Columns::open()) } else { result };
        self.record_after(operator.span, &result);
        result
    }

    /// `None` where the columns stay what they are.
    fn columns_after(
        &mut self,
        operator: &'a Operator<'q>,
        input: &Arc<Columns>,
        pipeline: Option<&'a Pipeline<'q>>,
    ) -> Option<Arc<Columns>> {
        let row = Context::value(input);
        let columns = match &operator.kind {
            OperatorKind::Where(condition) => {
                self.expression(condition, Context::filter(input));
                return None;
            }
            OperatorKind::Take(count) | OperatorKind::Sample(count) => {
                self.expression(count, row);
                return None;
            }
            OperatorKind::Sort(keys) => {
                self.sort_keys(keys, row);
                return None;
            }
            OperatorKind::Top { count, by } => {
                self.expression(count, row);
                self.expression(&by.expr.value, row);
                return None;
            }
            OperatorKind::As(name) => {
                let columns = Arc::clone(input);
                self.scope.declare(&name.text, Definition::Table { span: name.span, columns });
                return None;
            }
            OperatorKind::Render { properties, .. } => {
                self.render(properties, row);
                return None;
            }
            OperatorKind::Project(items) => self.project(items, input),
            OperatorKind::Extend(items) | OperatorKind::Serialize(items) => self.extend(items, input),
            OperatorKind::ProjectAway(names) => self.project_away(names, input),
            OperatorKind::ProjectKeep(names) => self.project_keep(names, input),
            OperatorKind::ProjectByNames(names) => self.project_by_names(names, input),
            OperatorKind::ProjectRename(items) => self.project_rename(items, input),
            OperatorKind::ProjectReorder(keys) => self.project_reorder(keys, input),
            OperatorKind::Distinct(items) => self.distinct(items, input),
            OperatorKind::Print(items) => self.print(items),
            OperatorKind::Summarize { aggregates, by, bin } => self.summarize(aggregates, by, bin.as_ref(), input),
            OperatorKind::MakeSeries(series) => self.make_series(series, input),
            OperatorKind::TopNested(levels) => self.top_nested(levels, input),
            OperatorKind::TopHitters { count, of, by } => self.top_hitters(count, of, by.as_ref(), input),
            OperatorKind::SampleDistinct { count, of } => self.sample_distinct(count, of, input),
            OperatorKind::Count(name) => {
                let name = name.as_ref().map_or("Count", |name| &name.text);
                closed(vec![made(name, ScalarType::Long, operator)])
            }
            OperatorKind::Join(join) => self.join(operator, join, input, pipeline),
            OperatorKind::Lookup(join) => self.lookup(join, input),
            OperatorKind::Union(sources) => self.union(operator, sources, input, pipeline.is_some()),
            OperatorKind::MvExpand { items, limit } => self.mv_expand(operator, items, limit.as_ref(), input),
            OperatorKind::MvApply { items, limit, on } => self.mv_apply(operator, items, limit.as_ref(), on, input),
            OperatorKind::Parse { source, pattern, .. } => self.parse(operator, source, pattern, input),
            OperatorKind::ParseKv { source, columns, properties } => {
                self.parse_kv(operator, source, columns, properties, input)
            }
            OperatorKind::Evaluate { call, schema } => self.evaluate(call, schema.as_ref(), input),
            OperatorKind::Invoke(call) => self.invoke(call, input),
            OperatorKind::Search { tables, predicate } => self.search(operator, tables, predicate, input, pipeline),
            OperatorKind::Find { tables, predicate, project } => self.find(operator, tables, predicate, project),
            OperatorKind::Partition { by, body } => {
                self.expression(by, row);
                let mark = self.scope.mark();
                if let ExprKind::Name(key) = &by.kind {
                    // The key is a constant of each partition.
                    self.scope.declare(&key.text, Definition::Opaque);
                }
                let columns = self.pipeline(&body.pipeline, Some(Arc::clone(input))).into_columns();
                self.scope.leave(mark);
                return Some(columns);
            }
            OperatorKind::Range { name, from, to, step } => {
                let ty = self.expression(from, row);
                self.expression(to, row);
                self.expression(step, row);
                closed(vec![made(&name.text, ty, operator)])
            }
            OperatorKind::Reduce { by, .. } => {
                self.expression(by, row);
                let mut reduced = closed_of(
                    operator,
                    &[
                        ("Pattern", ScalarType::String),
                        ("Count", ScalarType::Long),
                        ("Representative", ScalarType::String),
                    ],
                );
                let kind = operator.parameter("kind").and_then(|parameter| word(&parameter.value));
                if kind == Some("source") {
                    reduced.columns.splice(0..0, input.columns.iter().cloned());
                    reduced.is_open = input.is_open;
                }
                reduced
            }
            OperatorKind::Getschema => closed_of(
                operator,
                &[
                    ("ColumnName", ScalarType::String),
                    ("ColumnOrdinal", ScalarType::Long),
                    ("DataType", ScalarType::String),
                    ("ColumnType", ScalarType::String),
                ],
            ),
            OperatorKind::Scan { order, partition, declarations, steps } => {
                self.scan(operator, (order, partition), declarations, steps, input)
            }
            OperatorKind::AssertSchema(declared) => closed(super::lets::declared_columns(declared, operator.keyword)),
            OperatorKind::Fork(branches) => {
                for branch in branches {
                    self.pipeline(&branch.pipeline, Some(Arc::clone(input)));
                }
                self.unfollowed()
            }
            OperatorKind::Facet { columns, with } => {
                for column in columns {
                    self.expression(column, row);
                }
                if let Some(pipeline) = with {
                    self.pipeline(pipeline, Some(Arc::clone(input)));
                }
                Columns::open()
            }
            OperatorKind::MacroExpand { group, alias, body } => {
                self.source(group, true);
                let mark = self.scope.mark();
                if let Some(alias) = alias {
                    self.scope.declare(&alias.text, Definition::Opaque);
                }
                for statement in body {
                    self.statement(statement);
                }
                self.scope.leave(mark);
                Columns::open()
            }
            OperatorKind::MakeGraph { source, target, nodes, partition } => {
                self.make_graph(operator, (source, target), nodes, partition.as_ref(), input)
            }
            OperatorKind::GraphMatch { patterns, condition, project, .. } => {
                self.graph_match(patterns, condition.as_ref(), project.as_deref())
            }
            OperatorKind::GraphWhere { condition, .. } => {
                let open = Columns::open();
                self.expression(condition, Context::filter(&open));
                Columns::open()
            }
            OperatorKind::GraphMarkComponents
            | OperatorKind::GraphToTable(_)
            | OperatorKind::Consume
            | OperatorKind::Unknown
            | OperatorKind::Invalid => Columns::open(),
        };
        Some(Arc::new(columns))
    }

    /// The columns that the axes of a chart show. A chart that names others is drawn all the same.
    fn render(&mut self, properties: &'a [RenderProperty<'q>], row: Context<'_>) {
        const COLUMNS: [&str; 4] = ["anomalycolumns", "series", "xcolumn", "ycolumns"];
        if self.world == World::Closed {
            for property in properties.iter().filter(|property| COLUMNS.contains(&property.name)) {
                for value in &property.values {
                    self.expression(value, row);
                }
            }
        }
    }

    fn sort_keys(&mut self, keys: &'a [SortKey<'q>], row: Context<'_>) {
        for key in keys {
            self.expression(&key.expr.value, row);
        }
    }

    fn scan(
        &mut self,
        operator: &'a Operator<'q>,
        (order, partition): (&'a [SortKey<'q>], &'a [Expr<'q>]),
        declarations: &'a [Parameter<'q>],
        steps: &'a [ScanStep<'q>],
        input: &Arc<Columns>,
    ) -> Columns {
        let row = Context::value(input);
        self.sort_keys(order, row);
        for key in partition {
            self.expression(key, row);
        }
        let mut columns = Columns::clone(input);
        for declaration in declarations {
            if let Some(default) = &declaration.default {
                self.expression(default, row);
            }
            let ty = match &declaration.kind {
                ParameterKind::Scalar(ty) => ScalarType::parse(ty.text).unwrap_or_default(),
                ParameterKind::Table(_) | ParameterKind::AnyTable => ScalarType::Unknown,
            };
            columns.columns.push(made(&declaration.name.text, ty, operator));
        }
        let mark = self.scope.mark();
        let row_of_step = Arc::new(columns.clone());
        for step in steps {
            self.scope.declare(&step.name.text, Definition::Tuple { columns: Arc::clone(&row_of_step) });
        }
        for step in steps {
            self.expression(&step.condition, Context::filter(&columns).operand());
            for assignment in &step.assignments {
                self.expression(&assignment.value, Context::value(&columns));
            }
        }
        self.scope.leave(mark);
        let match_id = operator.parameter("with_match_id").and_then(|parameter| word(&parameter.value));
        columns.columns.push(made(match_id.unwrap_or("match_id"), ScalarType::Long, operator));
        columns
    }

    /// Names a column that must exist, and reports it if it cannot.
    fn expect_column(&mut self, expr: &'a Expr<'q>, input: &Columns) {
        self.expression(expr, Context::value(input));
        if let ExprKind::Wildcard(pattern) = &expr.kind
            && !input.is_open
            && !input.columns.iter().any(|column| matches_wildcard(pattern, &column.name))
        {
            let name = crate::syntax::Name { text: (*pattern).into(), span: expr.span };
            self.unresolved(UnresolvedKind::Column, &name);
        }
    }
}

/// Exactly these columns.
fn closed(columns: Vec<Column>) -> Columns {
    Columns { columns, is_open: false }
}

/// Exactly these columns, which the operator makes.
fn closed_of(operator: &Operator<'_>, columns: &[(&str, ScalarType)]) -> Columns {
    closed(columns.iter().map(|(name, ty)| made(name, *ty, operator)).collect())
}

/// A column that the operator makes.
fn made(name: &str, ty: ScalarType, operator: &Operator<'_>) -> Column {
    Column { name: name.to_owned(), ty, origin: Origin::Made(operator.keyword.to_owned()) }
}

/// A column that is computed from nothing that has a place, such as a parsed part of a text.
fn computed(name: &str, ty: ScalarType, span: Span, inputs: Vec<(String, String)>) -> Column {
    Column { name: name.to_owned(), ty, origin: Origin::Computed { span, inputs } }
}

/// The word that a parameter's value is.
fn word<'e>(expr: &'e Expr<'_>) -> Option<&'e str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(&name.text),
        _ => None,
    }
}

/// Whether `pattern`, in which `*` stands for anything, matches all of `name`.
fn matches_wildcard(pattern: &str, name: &str) -> bool {
    let Some((prefix, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(prefix) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        let Some(position) = left.find(part) else { return false };
        left = left.get(position + part.len()..).unwrap_or("");
    }
    true
}

#[cfg(test)]
mod tests {
    use super::matches_wildcard;

    #[test]
    fn wildcards_match_whole_names() {
        for (pattern, name) in [("*", ""), ("a*", "ab"), ("*1", "b1"), ("a*b*c", "aXbYc"), ("a*", "a"), ("ab", "ab")] {
            assert!(matches_wildcard(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a*", "ba"), ("*1", "b12"), ("a*b*c", "acb"), ("a*a", "a")] {
            assert!(!matches_wildcard(pattern, name), "{pattern} {name}");
        }
    }
}
