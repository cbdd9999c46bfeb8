//! Tabular operators as text.

use super::Printer;
use crate::syntax::{
    EvaluateSchema, Expr, FindColumn, FindProject, GraphElement, Join, JoinCondition, MakeSeries, MvItem,
    NamedParameter, Operator, OperatorKind, ParsePart, Pipeline, RenderProperty, ScanStep, SortDirection, SortKey,
    TopNestedLevel,
};

impl Printer<'_> {
    pub(super) fn operator(&mut self, operator: &Operator<'_>) {
        match &operator.kind {
            OperatorKind::Unknown => {
                let source = self.source(operator.span);
                return self.push(&source);
            }
            OperatorKind::Invalid => return self.literal(operator.span),
            // Every level has the word.
            OperatorKind::TopNested(levels) => return self.separated(levels, ", ", Self::top_nested_level),
            _ => {}
        }
        self.push(operator.keyword);
        for parameter in leading_parameters(operator) {
            self.push(" ");
            self.parameter(parameter);
        }
        self.operator_body(operator);
    }

    fn operator_body(&mut self, operator: &Operator<'_>) {
        match &operator.kind {
            OperatorKind::Consume
            | OperatorKind::Getschema
            | OperatorKind::GraphMarkComponents
            | OperatorKind::TopNested(_)
            | OperatorKind::Unknown
            | OperatorKind::Invalid => {}
            OperatorKind::As(name) => {
                self.push(" ");
                self.name(name);
            }
            OperatorKind::Count(name) => {
                if let Some(name) = name {
                    self.push(" as ");
                    self.name(name);
                }
            }
            OperatorKind::AssertSchema(columns) => {
                self.push(" ");
                self.parenthesized(columns, Self::column);
            }
            OperatorKind::Distinct(list)
            | OperatorKind::Extend(list)
            | OperatorKind::Print(list)
            | OperatorKind::Project(list)
            | OperatorKind::ProjectRename(list)
            | OperatorKind::Serialize(list) => self.list(list, Self::named_expression),
            OperatorKind::ProjectAway(list)
            | OperatorKind::ProjectByNames(list)
            | OperatorKind::ProjectKeep(list)
            | OperatorKind::Union(list) => self.list(list, Self::expression),
            OperatorKind::Sort(keys) => {
                self.push(" by");
                self.list(keys, Self::sort_key);
            }
            OperatorKind::ProjectReorder(keys) => self.list(keys, Self::sort_key),
            OperatorKind::Invoke(expr)
            | OperatorKind::Sample(expr)
            | OperatorKind::Take(expr)
            | OperatorKind::Where(expr)
            | OperatorKind::GraphWhere { condition: expr, .. } => self.word("", expr),
            OperatorKind::Evaluate { call, schema } => {
                self.word("", call);
                if let Some(schema) = schema {
                    self.evaluate_schema(schema);
                }
            }
            OperatorKind::Facet { columns, with } => {
                self.push(" by");
                self.list(columns, Self::expression);
                if let Some(with) = with {
                    self.push(" with ");
                    self.operators_in_parentheses(with);
                }
            }
            OperatorKind::Find { tables, predicate, project } => {
                self.in_tables(tables);
                self.word("where", predicate);
                self.find_project(project);
            }
            OperatorKind::Search { tables, predicate } => {
                self.in_tables(tables);
                self.word("", predicate);
            }
            OperatorKind::Fork(branches) => {
                for branch in branches {
                    self.push(" ");
                    self.sub_pipeline(branch);
                }
            }
            OperatorKind::GraphMatch { patterns, condition, project, .. } => {
                self.list(patterns, |printer, pattern| printer.graph_pattern(pattern));
                self.optional("where", condition.as_ref());
                if let Some(project) = project {
                    self.push(" project");
                    self.list(project, Self::named_expression);
                }
            }
            OperatorKind::GraphToTable(outputs) => self.list(outputs, |printer, output| {
                let source = printer.source(output.span);
                printer.push(&source);
            }),
            OperatorKind::Join(join) | OperatorKind::Lookup(join) => self.join(join),
            OperatorKind::MacroExpand { group, alias, body } => {
                self.word("", group);
                if let Some(alias) = alias {
                    self.push(" as ");
                    self.name(alias);
                }
                self.push(" ");
                self.body("(", body, ")");
            }
            OperatorKind::MakeGraph { source, target, nodes, partition } => {
                self.make_graph(operator, [source, target], nodes, partition.as_ref());
            }
            OperatorKind::MakeSeries(series) => self.make_series(series),
            OperatorKind::MvApply { items, limit, on } => self.mv_apply(items, limit.as_ref(), on),
            OperatorKind::MvExpand { items, limit } => {
                self.list(items, Self::mv_item);
                self.optional("limit", limit.as_ref());
            }
            OperatorKind::Parse { source, pattern, .. } => {
                self.word("", source);
                self.push(" with");
                for part in pattern {
                    self.push(" ");
                    self.parse_part(part);
                }
            }
            OperatorKind::ParseKv { source, columns, properties } => {
                self.word("", source);
                self.push(" as ");
                self.parenthesized(columns, Self::column);
                self.with_properties(properties);
            }
            OperatorKind::Partition { by, body } => {
                self.word(if operator.keyword == "__partitionby" { "" } else { "by" }, by);
                self.push(" ");
                self.sub_pipeline(body);
            }
            OperatorKind::Range { name, from, to, step } => {
                self.push(" ");
                self.name(name);
                self.word("from", from);
                self.word("to", to);
                self.word("step", step);
            }
            OperatorKind::Reduce { by, properties } => {
                self.word("by", by);
                if !properties.is_empty() {
                    self.push(" with");
                    self.list(properties, Self::parameter);
                }
            }
            OperatorKind::Render { chart, properties } => self.render(operator, chart, properties),
            OperatorKind::SampleDistinct { count, of } => {
                self.word("", count);
                self.word("of", of);
            }
            OperatorKind::Scan { order, partition, declarations, steps } => {
                self.clause("order by", order, Self::sort_key);
                self.clause("partition by", partition, Self::expression);
                if !declarations.is_empty() {
                    self.push(" declare ");
                    self.parenthesized(declarations, Self::declaration);
                }
                self.push(" with ");
                self.scan_steps(steps);
            }
            OperatorKind::Summarize { aggregates, by, bin } => {
                self.list(aggregates, Self::named_expression);
                self.clause("by", by, Self::named_expression);
                self.optional("bin =", bin.as_ref());
            }
            OperatorKind::Top { count, by } => {
                self.word("", count);
                self.push(" by ");
                self.sort_key(by);
            }
            OperatorKind::TopHitters { count, of, by } => {
                self.word("", count);
                self.word("of", of);
                self.optional("by", by.as_ref());
            }
        }
    }

    /// ` word value`
    fn word(&mut self, word: &str, value: &Expr<'_>) {
        self.push(" ");
        if !word.is_empty() {
            self.push(word);
            self.push(" ");
        }
        self.expression(value);
    }

    /// ` word value`, if there is a value.
    fn optional(&mut self, word: &str, value: Option<&Expr<'_>>) {
        if let Some(value) = value {
            self.word(word, value);
        }
    }

    /// ` word a, b`, if there is an item.
    fn clause<T>(&mut self, word: &str, items: &[T], item: impl FnMut(&mut Self, &T)) {
        if !items.is_empty() {
            self.push(" ");
            self.push(word);
            self.list(items, item);
        }
    }

    fn operators_in_parentheses(&mut self, pipeline: &Pipeline<'_>) {
        self.block("(", ")", |printer| printer.pipeline(pipeline));
    }

    pub(super) fn sort_key(&mut self, key: &SortKey<'_>) {
        self.named_expression(&key.expr);
        if let Some(direction) = key.direction {
            self.push(match direction {
                SortDirection::Ascending => " asc",
                SortDirection::Descending => " desc",
                SortDirection::NaturalAscending => " granny-asc",
                SortDirection::NaturalDescending => " granny-desc",
            });
        }
        if let Some(is_first) = key.nulls_first {
            self.push(if is_first { " nulls first" } else { " nulls last" });
        }
    }

    fn evaluate_schema(&mut self, schema: &EvaluateSchema<'_>) {
        self.push(" : (");
        if schema.keeps_input {
            self.push(if schema.columns.is_empty() { "*" } else { "*, " });
        }
        self.separated(&schema.columns, ", ", Self::column);
        self.push(")");
    }

    fn in_tables(&mut self, tables: &[Expr<'_>]) {
        if !tables.is_empty() {
            self.push(" in ");
            self.parenthesized(tables, Self::expression);
        }
    }

    fn find_project(&mut self, project: &FindProject<'_>) {
        match project {
            FindProject::Default => {}
            FindProject::Smart => self.push(" project-smart"),
            FindProject::Columns(columns) => self.clause("project", columns, Self::find_column),
        }
    }

    fn find_column(&mut self, column: &FindColumn<'_>) {
        self.expression(&column.expr);
        if let Some(ty) = &column.ty {
            self.push(":");
            self.push(ty.text);
        }
    }

    /// The shape of an edge is not in the tree, so elements are copied.
    fn graph_pattern(&mut self, pattern: &[GraphElement<'_>]) {
        for element in pattern {
            let (GraphElement::Node { span, .. } | GraphElement::Edge { span, .. }) = element;
            let source = self.source(*span);
            self.push(&source);
        }
    }

    fn join(&mut self, join: &Join<'_>) {
        self.word("", &join.right);
        match &join.condition {
            JoinCondition::On(keys) => self.clause("on", keys, Self::expression),
            JoinCondition::Where(condition) => self.word("where", condition),
        }
    }

    fn make_graph(
        &mut self,
        operator: &Operator<'_>,
        [source, target]: [&Expr<'_>; 2],
        nodes: &[(Expr<'_>, Expr<'_>)],
        partition: Option<&(Expr<'_>, Box<Pipeline<'_>>)>,
    ) {
        self.word("", source);
        self.push(" ");
        let arrow = self.between(source.span.end, target.span.start);
        self.push(&arrow);
        self.word("", target);
        let mut end = target.span.end;
        if let Some((_, key)) = nodes.last() {
            self.push(" with ");
            self.separated(nodes, ", ", |printer, (table, key)| {
                printer.expression(table);
                printer.word("on", key);
            });
            end = key.span.end;
        }
        // `with_node_id=…` and the word `partitioned-by` stand here.
        self.unmodelled(end, partition.map_or(operator.span.end, |(by, _)| by.span.start));
        if let Some((by, body)) = partition {
            self.word("", by);
            self.push(" ");
            self.operators_in_parentheses(body);
        }
    }

    fn make_series(&mut self, series: &MakeSeries<'_>) {
        self.list(&series.aggregates, |printer, (aggregate, default)| {
            printer.named_expression(aggregate);
            if let Some(default) = default {
                printer.push(" default");
                printer.equals(default);
            }
        });
        self.push(" on ");
        self.named_expression(&series.on);
        self.optional(if series.step.is_none() { "in" } else { "from" }, series.from.as_ref());
        self.optional("to", series.to.as_ref());
        self.optional("step", series.step.as_ref());
        self.clause("by", &series.by, Self::named_expression);
    }

    fn mv_item(&mut self, item: &MvItem<'_>) {
        self.named_expression(&item.expr);
        // `to typeof(…)`, of which the tree keeps the type.
        self.unmodelled(item.expr.span.end, item.span.end);
    }

    fn mv_apply(&mut self, items: &[MvItem<'_>], limit: Option<&Expr<'_>>, on: &Pipeline<'_>) {
        self.list(items, Self::mv_item);
        self.optional("limit", limit);
        let last = limit.map(|limit| limit.span).or(items.last().map(|item| item.span));
        // `id guid(…)` may stand in front of `on`.
        self.unmodelled(last.map_or(on.span.start, |last| last.end), on.span.start);
        self.push(" ");
        self.operators_in_parentheses(on);
    }

    fn parse_part(&mut self, part: &ParsePart<'_>) {
        match part {
            ParsePart::Star(_) => self.push("*"),
            ParsePart::Text(text) => self.expression(text),
            ParsePart::Column { name, ty, .. } => {
                self.name(name);
                if let Some(ty) = ty {
                    self.push(":");
                    self.push(ty.text);
                }
            }
        }
    }

    fn render(&mut self, operator: &Operator<'_>, chart: &str, properties: &[RenderProperty<'_>]) {
        self.push(" ");
        self.push(chart);
        let behind = if let Some(last) = properties.last() {
            self.between(last.span.end, operator.span.end)
        } else {
            let rest = self.between(operator.keyword_span().end, operator.span.end);
            rest.strip_prefix(chart).unwrap_or_default().trim().to_owned()
        };
        // The old form `render timechart title="x" by a` is not in the tree.
        if behind.starts_with("by") {
            for property in properties {
                self.push(" ");
                self.render_property(property);
            }
            self.push(" ");
            self.push(&behind);
        } else if !properties.is_empty() {
            self.push(" with ");
            self.parenthesized(properties, Self::render_property);
        }
    }

    fn render_property(&mut self, property: &RenderProperty<'_>) {
        self.push(property.name);
        for (index, value) in property.values.iter().enumerate() {
            if index == 0 {
                self.equals(value);
            } else {
                self.push(", ");
                self.expression(value);
            }
        }
    }

    fn scan_steps(&mut self, steps: &[ScanStep<'_>]) {
        if steps.is_empty() {
            return self.push("()");
        }
        self.block("(", ")", |printer| {
            for (index, step) in steps.iter().enumerate() {
                if index > 0 {
                    printer.line();
                }
                printer.scan_step(step);
            }
        });
    }

    fn scan_step(&mut self, step: &ScanStep<'_>) {
        self.push("step ");
        self.name(&step.name);
        if step.is_optional {
            self.push(" optional");
        }
        if let Some(output) = step.output {
            self.push(" output=");
            self.push(output);
        }
        self.push(": ");
        self.expression(&step.condition);
        if !step.assignments.is_empty() {
            self.push(" => ");
            self.separated(&step.assignments, ", ", Self::named_expression);
        }
        self.push(";");
    }

    fn top_nested_level(&mut self, level: &TopNestedLevel<'_>) {
        self.push("top-nested");
        self.optional("", level.count.as_ref());
        self.push(" of ");
        self.named_expression(&level.of);
        self.optional("with others =", level.others.as_ref());
        self.push(" by ");
        self.sort_key(&level.by);
    }
}

/// The parameters that stand in front of the operands: not `with_node_id=…` of `make-graph`, which is printed with
/// what stands around it.
fn leading_parameters<'o, 'q>(operator: &'o Operator<'q>) -> &'o [NamedParameter<'q>] {
    let end = match &operator.kind {
        OperatorKind::MakeGraph { source, .. } => {
            operator.parameters.partition_point(|parameter| parameter.span.start < source.span.start)
        }
        _ => operator.parameters.len(),
    };
    operator.parameters.get(..end).unwrap_or_default()
}
