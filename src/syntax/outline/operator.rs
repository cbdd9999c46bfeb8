//! Outlines of tabular operators.

use super::expression::{expression, expressions, named_expression, named_expressions, parameter};
use super::statement::{body, column, parameter as declaration, pipeline, sub_pipeline, type_name};
use super::{Outline, name};
use crate::syntax::{
    EvaluateSchema, Expr, FindColumn, FindProject, GraphElement, GraphOutput, Join, JoinCondition, MakeSeries, MvItem,
    NamedExpr, Operator, OperatorKind, ParsePart, RenderProperty, ScanStep, SortDirection, SortKey, TopNestedLevel,
};

pub(super) fn operator(operator: &Operator<'_>) -> Outline {
    let kind = kind(&operator.kind);
    let text = match &operator.kind {
        OperatorKind::Render { chart, .. } => Some((*chart).to_owned()),
        // Its word has no place in the tree, so it can't be a child.
        OperatorKind::Find { project: FindProject::Smart, .. } => Some("project-smart".to_owned()),
        // Another spelling of the same operator, such as `limit` or `order`.
        _ => (operator.keyword != kind && !operator.keyword.is_empty()).then(|| operator.keyword.to_owned()),
    };
    let mut children: Vec<Outline> = operator.parameters.iter().map(parameter).collect();
    children.extend(parts(&operator.kind));
    // `with_node_id=…` of `make-graph` stands behind its columns.
    children.sort_by_key(|child| child.span.start);
    Outline { kind, text, span: operator.span, children }
}

fn kind(kind: &OperatorKind<'_>) -> &'static str {
    match kind {
        OperatorKind::As(_) => "as",
        OperatorKind::AssertSchema(_) => "assert-schema",
        OperatorKind::Consume => "consume",
        OperatorKind::Count(_) => "count",
        OperatorKind::Distinct(_) => "distinct",
        OperatorKind::Evaluate { .. } => "evaluate",
        OperatorKind::Extend(_) => "extend",
        OperatorKind::Facet { .. } => "facet",
        OperatorKind::Find { .. } => "find",
        OperatorKind::Fork(_) => "fork",
        OperatorKind::Getschema => "getschema",
        OperatorKind::GraphMarkComponents => "graph-mark-components",
        OperatorKind::GraphMatch { is_shortest_paths: true, .. } => "graph-shortest-paths",
        OperatorKind::GraphMatch { .. } => "graph-match",
        OperatorKind::GraphToTable(_) => "graph-to-table",
        OperatorKind::GraphWhere { is_nodes: true, .. } => "graph-where-nodes",
        OperatorKind::GraphWhere { .. } => "graph-where-edges",
        OperatorKind::Invoke(_) => "invoke",
        OperatorKind::Join(_) => "join",
        OperatorKind::Lookup(_) => "lookup",
        OperatorKind::MacroExpand { .. } => "macro-expand",
        OperatorKind::MakeGraph { .. } => "make-graph",
        OperatorKind::MakeSeries(_) => "make-series",
        OperatorKind::MvApply { .. } => "mv-apply",
        OperatorKind::MvExpand { .. } => "mv-expand",
        OperatorKind::Parse { is_where: true, .. } => "parse-where",
        OperatorKind::Parse { .. } => "parse",
        OperatorKind::ParseKv { .. } => "parse-kv",
        OperatorKind::Partition { .. } => "partition",
        OperatorKind::Print(_) => "print",
        OperatorKind::Project(_) => "project",
        OperatorKind::ProjectAway(_) => "project-away",
        OperatorKind::ProjectByNames(_) => "project-by-names",
        OperatorKind::ProjectKeep(_) => "project-keep",
        OperatorKind::ProjectRename(_) => "project-rename",
        OperatorKind::ProjectReorder(_) => "project-reorder",
        OperatorKind::Range { .. } => "range",
        OperatorKind::Reduce { .. } => "reduce",
        OperatorKind::Render { .. } => "render",
        OperatorKind::Sample(_) => "sample",
        OperatorKind::SampleDistinct { .. } => "sample-distinct",
        OperatorKind::Scan { .. } => "scan",
        OperatorKind::Search { .. } => "search",
        OperatorKind::Serialize(_) => "serialize",
        OperatorKind::Sort(_) => "sort",
        OperatorKind::Summarize { .. } => "summarize",
        OperatorKind::Take(_) => "take",
        OperatorKind::Top { .. } => "top",
        OperatorKind::TopHitters { .. } => "top-hitters",
        OperatorKind::TopNested(_) => "top-nested",
        OperatorKind::Union(_) => "union",
        OperatorKind::Where(_) => "where",
        OperatorKind::Unknown => "unknown",
        OperatorKind::Invalid => "invalid",
    }
}

/// What stands behind the word and its parameters.
fn parts(kind: &OperatorKind<'_>) -> Vec<Outline> {
    match kind {
        OperatorKind::Consume
        | OperatorKind::Getschema
        | OperatorKind::GraphMarkComponents
        | OperatorKind::Unknown
        | OperatorKind::Invalid => Vec::new(),
        OperatorKind::As(alias) => vec![name(alias)],
        OperatorKind::Count(alias) => alias.iter().map(name).collect(),
        OperatorKind::AssertSchema(columns) => columns.iter().map(column).collect(),
        OperatorKind::Distinct(list)
        | OperatorKind::Extend(list)
        | OperatorKind::Print(list)
        | OperatorKind::Project(list)
        | OperatorKind::ProjectRename(list)
        | OperatorKind::Serialize(list) => named_expressions(list),
        OperatorKind::ProjectAway(list)
        | OperatorKind::ProjectByNames(list)
        | OperatorKind::ProjectKeep(list)
        | OperatorKind::Union(list) => expressions(list),
        OperatorKind::Invoke(expr)
        | OperatorKind::Sample(expr)
        | OperatorKind::Take(expr)
        | OperatorKind::Where(expr) => {
            vec![expression(expr)]
        }
        OperatorKind::GraphWhere { condition, .. } => vec![expression(condition)],
        OperatorKind::Evaluate { call, schema } => {
            let schema = schema.as_ref().map(evaluate_schema);
            std::iter::once(expression(call)).chain(schema).collect()
        }
        OperatorKind::Facet { columns, with } => {
            let with = with.iter().filter_map(|with| Outline::clause("with", vec![pipeline(with)]));
            columns.iter().map(expression).chain(with).collect()
        }
        OperatorKind::Find { tables, predicate, project } => {
            search(tables, predicate).into_iter().chain(find_project(project)).collect()
        }
        OperatorKind::Search { tables, predicate } => search(tables, predicate),
        OperatorKind::Fork(branches) => branches.iter().map(sub_pipeline).collect(),
        OperatorKind::GraphMatch { patterns, condition, project, .. } => {
            let mut parts: Vec<Outline> = patterns.iter().filter_map(|pattern| graph_pattern(pattern)).collect();
            parts.extend(clause("where", condition.as_ref()));
            parts.extend(Outline::clause("project", named_expressions(project.as_deref().unwrap_or_default())));
            parts
        }
        OperatorKind::GraphToTable(outputs) => outputs.iter().map(graph_output).collect(),
        OperatorKind::Join(join) | OperatorKind::Lookup(join) => join_parts(join),
        OperatorKind::MacroExpand { group, alias, body: statements } => {
            let alias = alias.iter().filter_map(|alias| Outline::clause("as", vec![name(alias)]));
            std::iter::once(expression(group)).chain(alias).chain(body(statements)).collect()
        }
        OperatorKind::MakeGraph { source, target, nodes, partition } => {
            let mut parts = vec![expression(source), expression(target)];
            parts.extend(
                nodes
                    .iter()
                    .filter_map(|(table, key)| Outline::clause("nodes", vec![expression(table), expression(key)])),
            );
            parts.extend(
                partition
                    .iter()
                    .filter_map(|(by, body)| Outline::clause("partitioned-by", vec![expression(by), pipeline(body)])),
            );
            parts
        }
        OperatorKind::MakeSeries(series) => make_series(series),
        OperatorKind::MvApply { items, limit, on } => {
            let mut parts = mv_parts(items, limit.as_ref());
            parts.extend(Outline::clause("on", vec![pipeline(on)]));
            parts
        }
        OperatorKind::MvExpand { items, limit } => mv_parts(items, limit.as_ref()),
        OperatorKind::Parse { source, pattern, .. } => {
            std::iter::once(expression(source)).chain(pattern.iter().map(parse_part)).collect()
        }
        OperatorKind::ParseKv { source, columns, properties } => {
            let columns = columns.iter().map(column);
            let with = Outline::clause("with", properties.iter().map(parameter).collect());
            std::iter::once(expression(source)).chain(columns).chain(with).collect()
        }
        OperatorKind::Partition { by, body } => {
            clause("by", Some(by)).into_iter().chain([sub_pipeline(body)]).collect()
        }
        OperatorKind::ProjectReorder(keys) | OperatorKind::Sort(keys) => keys.iter().map(sort_key).collect(),
        OperatorKind::Range { name: column, from, to, step } => {
            let bounds = [clause("from", Some(from)), clause("to", Some(to)), clause("step", Some(step))];
            std::iter::once(name(column)).chain(bounds.into_iter().flatten()).collect()
        }
        OperatorKind::Reduce { by, properties } => {
            let with = Outline::clause("with", properties.iter().map(parameter).collect());
            clause("by", Some(by)).into_iter().chain(with).collect()
        }
        OperatorKind::Render { properties, .. } => properties.iter().map(render_property).collect(),
        OperatorKind::SampleDistinct { count, of } => {
            std::iter::once(expression(count)).chain(clause("of", Some(of))).collect()
        }
        OperatorKind::Scan { order, partition, declarations, steps } => {
            let mut parts: Vec<Outline> = Vec::new();
            parts.extend(Outline::clause("order-by", order.iter().map(sort_key).collect()));
            parts.extend(Outline::clause("partition-by", expressions(partition)));
            parts.extend(Outline::clause("declare", declarations.iter().map(declaration).collect()));
            parts.extend(steps.iter().map(scan_step));
            parts
        }
        OperatorKind::Summarize { aggregates, by, bin } => {
            let mut parts = named_expressions(aggregates);
            parts.extend(Outline::clause("by", named_expressions(by)));
            parts.extend(clause("bin", bin.as_ref()));
            parts
        }
        OperatorKind::Top { count, by } => {
            let by = Outline::clause("by", vec![sort_key(by)]);
            std::iter::once(expression(count)).chain(by).collect()
        }
        OperatorKind::TopHitters { count, of, by } => {
            let clauses = [clause("of", Some(of)), clause("by", by.as_ref())];
            std::iter::once(expression(count)).chain(clauses.into_iter().flatten()).collect()
        }
        OperatorKind::TopNested(levels) => levels.iter().map(top_nested_level).collect(),
    }
}

fn clause(kind: &'static str, value: Option<&Expr<'_>>) -> Option<Outline> {
    Outline::clause(kind, value.into_iter().map(expression).collect())
}

fn evaluate_schema(schema: &EvaluateSchema<'_>) -> Outline {
    let columns = schema.columns.iter().map(column).collect();
    Outline::node(if schema.keeps_input { "extended-schema" } else { "schema" }, schema.span, columns)
}

fn search(tables: &[Expr<'_>], predicate: &Expr<'_>) -> Vec<Outline> {
    let tables = Outline::clause("in", expressions(tables));
    tables.into_iter().chain([expression(predicate)]).collect()
}

fn find_project(project: &FindProject<'_>) -> Option<Outline> {
    match project {
        FindProject::Default | FindProject::Smart => None,
        FindProject::Columns(columns) => Outline::clause("project", columns.iter().map(find_column).collect()),
    }
}

fn find_column(column: &FindColumn<'_>) -> Outline {
    let parts: Vec<Outline> =
        std::iter::once(expression(&column.expr)).chain(column.ty.iter().map(type_name)).collect();
    let span = parts.iter().map(|part| part.span).fold(column.expr.span, crate::span::Span::to);
    Outline::node("column", span, parts)
}

fn graph_pattern(pattern: &[GraphElement<'_>]) -> Option<Outline> {
    Outline::clause("pattern", pattern.iter().map(graph_element).collect())
}

fn graph_element(element: &GraphElement<'_>) -> Outline {
    match element {
        GraphElement::Node { name: node, span } => Outline::node("node", *span, node.iter().map(name).collect()),
        GraphElement::Edge { name: edge, range, span } => {
            let range = range
                .iter()
                .filter_map(|range| Outline::clause("range", vec![expression(&range.0), expression(&range.1)]));
            Outline::node("edge", *span, edge.iter().map(name).chain(range).collect())
        }
    }
}

fn graph_output(output: &GraphOutput<'_>) -> Outline {
    let kind = if output.is_nodes { "nodes" } else { "edges" };
    Outline::node(kind, output.span, output.alias.iter().map(name).collect())
}

fn join_parts(join: &Join<'_>) -> Vec<Outline> {
    let condition = match &join.condition {
        JoinCondition::On(keys) => Outline::clause("on", expressions(keys)),
        JoinCondition::Where(condition) => clause("where", Some(condition)),
    };
    std::iter::once(expression(&join.right)).chain(condition).collect()
}

fn make_series(series: &MakeSeries<'_>) -> Vec<Outline> {
    let mut parts: Vec<Outline> = series.aggregates.iter().map(series_item).collect();
    parts.extend(Outline::clause("on", vec![named_expression(&series.on)]));
    let from = if series.step.is_none() { "in" } else { "from" };
    parts.extend(clause(from, series.from.as_ref()));
    parts.extend(clause("to", series.to.as_ref()));
    parts.extend(clause("step", series.step.as_ref()));
    parts.extend(Outline::clause("by", named_expressions(&series.by)));
    parts
}

fn series_item((aggregate, default): &(NamedExpr<'_>, Option<Expr<'_>>)) -> Outline {
    let aggregate = named_expression(aggregate);
    let Some(default) = clause("default", default.as_ref()) else { return aggregate };
    Outline::node("series", aggregate.span.to(default.span), vec![aggregate, default])
}

fn mv_parts(items: &[MvItem<'_>], limit: Option<&Expr<'_>>) -> Vec<Outline> {
    items.iter().map(mv_item).chain(clause("limit", limit)).collect()
}

fn mv_item(item: &MvItem<'_>) -> Outline {
    let value = named_expression(&item.expr);
    let Some(ty) = &item.to_type else { return value };
    Outline::node("item", item.span, vec![value, type_name(ty)])
}

fn parse_part(part: &ParsePart<'_>) -> Outline {
    match part {
        ParsePart::Star(span) => Outline::node("star", *span, Vec::new()),
        ParsePart::Text(text) => expression(text),
        ParsePart::Column { name: column, ty, span } => {
            Outline::node("column", *span, std::iter::once(name(column)).chain(ty.iter().map(type_name)).collect())
        }
    }
}

fn render_property(property: &RenderProperty<'_>) -> Outline {
    Outline::named("property", property.name, property.span, expressions(&property.values))
}

fn scan_step(step: &ScanStep<'_>) -> Outline {
    let output = step.output.map(|output| format!("output={output}"));
    let mut children = vec![name(&step.name), expression(&step.condition)];
    children.extend(Outline::clause("set", named_expressions(&step.assignments)));
    let kind = if step.is_optional { "optional-step" } else { "step" };
    Outline { kind, text: output, span: step.span, children }
}

fn top_nested_level(level: &TopNestedLevel<'_>) -> Outline {
    let mut children: Vec<Outline> = level.count.iter().map(expression).collect();
    children.extend(Outline::clause("of", vec![named_expression(&level.of)]));
    children.extend(clause("others", level.others.as_ref()));
    children.extend(Outline::clause("by", vec![sort_key(&level.by)]));
    Outline::node("level", level.span, children)
}

/// A key with its direction, or just the key if none is written.
fn sort_key(key: &SortKey<'_>) -> Outline {
    let value = named_expression(&key.expr);
    let direction = key.direction.map(|direction| match direction {
        SortDirection::Ascending => "asc",
        SortDirection::Descending => "desc",
        SortDirection::NaturalAscending => "granny-asc",
        SortDirection::NaturalDescending => "granny-desc",
    });
    let nulls = key.nulls_first.map(|is_first| if is_first { "nulls-first" } else { "nulls-last" });
    let words: Vec<&str> = direction.into_iter().chain(nulls).collect();
    if words.is_empty() {
        return value;
    }
    Outline::named("key", &words.join(" "), key.span, vec![value])
}
