//! Operators → stages.

use crate::ir::{self, Assignment, StageKind};
use crate::schema::{Columns, Origin};
use crate::syntax::{
    Expr, ExprKind, FindProject, MakeSeries, MvItem, NamedExpr, Operator, OperatorKind, ParsePart, Pipeline,
    SortDirection, SortKey, StatementKind,
};

use super::expression::Position;
use super::{Lowering, opaque};

impl<'a, 'q> Lowering<'a, 'q> {
    /// What an operator does to the rows at this point; `output` are the columns after it.
    pub(super) fn stage(&mut self, operator: &'a Operator<'q>, output: &Columns) -> StageKind {
        match &operator.kind {
            OperatorKind::Where(predicate) => StageKind::Filter(self.expression(predicate, Position::Positive)),
            OperatorKind::Extend(items) => StageKind::Extend(self.assignments(items, output)),
            OperatorKind::Project(items) => StageKind::Project(self.assignments(items, output)),
            OperatorKind::ProjectAway(items) => StageKind::ProjectAway(self.columns_removed(items, output)),
            OperatorKind::ProjectKeep(items) => StageKind::ProjectKeep(self.columns_kept(items, output)),
            OperatorKind::ProjectRename(items) => StageKind::ProjectRename(renames(items)),
            OperatorKind::ProjectReorder(_) => StageKind::ProjectReorder,
            OperatorKind::Summarize { aggregates, by, bin: None } => self.summarize(aggregates, by, output),
            OperatorKind::Distinct(items) => StageKind::Distinct(self.assignments(items, output)),
            OperatorKind::Join(join) => self.join(operator, join, false),
            OperatorKind::Lookup(join) => self.join(operator, join, true),
            OperatorKind::Union(tables) => StageKind::Union(self.union_branches(operator, tables)),
            OperatorKind::Sort(keys) if !keys.iter().any(is_natural) => {
                StageKind::Sort(keys.iter().map(|key| self.sort_key(key)).collect())
            }
            OperatorKind::Take(count) => StageKind::Take(self.value(count)),
            OperatorKind::Top { count, by } if !is_natural(by) => {
                let count = self.value(count);
                let (by, is_descending) = self.sort_key(by);
                StageKind::Top { count, by, is_descending }
            }
            OperatorKind::Count(name) => {
                StageKind::Count(name.as_ref().map_or_else(|| "Count".to_owned(), |name| name.text.to_string()))
            }
            // `bagexpansion=`, `with_itemindex=` and a limit change the rows.
            OperatorKind::MvExpand { items, limit: None } if operator.parameters.is_empty() => {
                StageKind::MvExpand(self.mv_items(items, output))
            }
            OperatorKind::Parse { is_where, source, pattern } => {
                StageKind::Parse { source: self.value(source), drops_rows: *is_where, columns: parsed_columns(pattern) }
            }
            OperatorKind::Serialize(items) if !items.is_empty() => StageKind::Extend(self.assignments(items, output)),
            OperatorKind::As(_) | OperatorKind::Serialize(_) | OperatorKind::Render { .. } => {
                StageKind::Annotation(operator.keyword.to_owned())
            }
            OperatorKind::Invalid => StageKind::Opaque("an operator that could not be read".to_owned()),
            _ => self.other(operator),
        }
    }

    /// An operator that no backend models, with what is in it.
    fn other(&mut self, operator: &'a Operator<'q>) -> StageKind {
        let (expressions, pipelines) = parts(&operator.kind);
        StageKind::Other {
            operator: operator.keyword.to_owned(),
            expressions: expressions.into_iter().map(|expr| self.value(expr)).collect(),
            pipelines: pipelines.into_iter().map(|pipeline| self.pipeline(pipeline)).collect(),
        }
    }

    fn value(&mut self, expr: &'a Expr<'q>) -> ir::Expr {
        self.expression(expr, Position::Value)
    }

    fn sort_key(&mut self, key: &'a SortKey<'q>) -> (ir::Expr, bool) {
        (self.value(&key.expr.value), key.direction != Some(SortDirection::Ascending))
    }

    fn mv_items(&mut self, items: &'a [MvItem<'q>], output: &Columns) -> Vec<Assignment> {
        items.iter().flat_map(|item| self.assignment(&item.expr, None, output)).collect()
    }

    /// `name = value` for each item; `project`, `distinct` and the keys of `summarize` put them first in `output`.
    pub(super) fn assignments(&mut self, items: &'a [NamedExpr<'q>], output: &Columns) -> Vec<Assignment> {
        let mut result: Vec<Assignment> = Vec::with_capacity(items.len());
        for item in items {
            let position = Some(result.len());
            result.extend(self.assignment(item, position, output));
        }
        result
    }

    fn assignment(&mut self, item: &'a NamedExpr<'q>, position: Option<usize>, output: &Columns) -> Vec<Assignment> {
        if item.names.len() > 1 {
            let value = opaque("one expression with several result columns", item.value.span);
            let assign = |name: String| Assignment { name, value: value.clone(), span: item.span };
            return item.names.iter().map(|name| assign(name.text.to_string())).collect();
        }
        let name = match item.name() {
            Some(name) => name.text.to_string(),
            None => automatic_name(&item.value, position, output),
        };
        vec![Assignment { name, value: self.value(&item.value), span: item.span }]
    }

    /// Patterns stand for the columns that they match, where those are known.
    fn columns_removed(&self, items: &[Expr<'q>], output: &Columns) -> Vec<String> {
        if items.iter().all(|item| matches!(item.kind, ExprKind::Name(_))) || self.row.is_open {
            return items.iter().map(|item| self.column_text(item)).collect();
        }
        let removed = self.row.columns.iter().filter(|column| output.find(&column.name).is_none());
        removed.map(|column| column.name.clone()).collect()
    }

    fn columns_kept(&self, items: &[Expr<'q>], output: &Columns) -> Vec<String> {
        if items.iter().all(|item| matches!(item.kind, ExprKind::Name(_))) || output.is_open {
            return items.iter().map(|item| self.column_text(item)).collect();
        }
        output.columns.iter().map(|column| column.name.clone()).collect()
    }

    fn column_text(&self, item: &Expr<'q>) -> String {
        match &item.kind {
            ExprKind::Name(name) => name.text.to_string(),
            _ => self.words(item),
        }
    }
}

fn is_natural(key: &SortKey<'_>) -> bool {
    matches!(key.direction, Some(SortDirection::NaturalAscending | SortDirection::NaturalDescending))
}

/// The name that Kusto gives an expression without one.
fn automatic_name(value: &Expr<'_>, position: Option<usize>, output: &Columns) -> String {
    if let ExprKind::Name(name) = &value.kind {
        return name.text.to_string();
    }
    let made_here = output
        .columns
        .iter()
        .find(|column| matches!(column.origin, Origin::Computed { span, .. } if span == value.span))
        .or_else(|| position.filter(|_| !output.is_open).and_then(|position| output.columns.get(position)));
    match made_here {
        Some(column) => column.name.clone(),
        None => derived_name(value),
    }
}

fn derived_name(value: &Expr<'_>) -> String {
    match &value.kind {
        ExprKind::Name(name) => name.text.to_string(),
        ExprKind::Path { base, member } => format!("{}_{}", derived_name(base), derived_name(member)),
        ExprKind::Call { name, arguments } => match (&*name.text, arguments.as_slice()) {
            ("bin" | "floor" | "tostring" | "tolower" | "toupper", [first, ..]) => derived_name(&first.value),
            _ => "Column1".to_owned(),
        },
        _ => "Column1".to_owned(),
    }
}

fn renames(items: &[NamedExpr<'_>]) -> Vec<(String, String)> {
    let pair = |item: &NamedExpr<'_>| match &item.value.kind {
        ExprKind::Name(old) => Some((item.name()?.text.to_string(), old.text.to_string())),
        _ => None,
    };
    items.iter().filter_map(pair).collect()
}

fn parsed_columns(pattern: &[ParsePart<'_>]) -> Vec<String> {
    let column = |part: &ParsePart<'_>| match part {
        ParsePart::Column { name, .. } => Some(name.text.to_string()),
        ParsePart::Star(_) | ParsePart::Text(_) => None,
    };
    pattern.iter().filter_map(column).collect()
}

type Parts<'a, 'q> = (Vec<&'a Expr<'q>>, Vec<&'a Pipeline<'q>>);

/// The expressions and pipelines of an operator that is not modelled.
fn parts<'a, 'q>(kind: &'a OperatorKind<'q>) -> Parts<'a, 'q> {
    let values = |items: &'a [NamedExpr<'q>]| items.iter().map(|item| &item.value).collect::<Vec<_>>();
    match kind {
        OperatorKind::Evaluate { call, .. } | OperatorKind::Invoke(call) => (vec![call], Vec::new()),
        OperatorKind::Facet { columns, with } => (columns.iter().collect(), with.iter().map(AsRef::as_ref).collect()),
        OperatorKind::Find { predicate, project, .. } => {
            let mut expressions = vec![predicate];
            if let FindProject::Columns(columns) = project {
                expressions.extend(columns.iter().map(|column| &column.expr));
            }
            (expressions, Vec::new())
        }
        OperatorKind::Fork(bodies) => (Vec::new(), bodies.iter().map(|body| &body.pipeline).collect()),
        OperatorKind::GraphMatch { condition, project, .. } => {
            (condition.iter().chain(project.iter().flatten().map(|item| &item.value)).collect(), Vec::new())
        }
        OperatorKind::GraphWhere { condition, .. } => (vec![condition], Vec::new()),
        OperatorKind::MacroExpand { body, .. } => {
            let results = body.iter().filter_map(|statement| match &statement.kind {
                StatementKind::Query(pipeline) => Some(pipeline),
                _ => None,
            });
            (Vec::new(), results.collect())
        }
        OperatorKind::MakeGraph { source, target, partition, .. } => {
            (vec![source, target], partition.iter().map(|(_, pipeline)| pipeline.as_ref()).collect())
        }
        OperatorKind::MakeSeries(series) => (series_parts(series), Vec::new()),
        OperatorKind::MvApply { items, on, .. } => {
            (items.iter().map(|item| &item.expr.value).collect(), vec![on.as_ref()])
        }
        OperatorKind::MvExpand { items, limit } => {
            (items.iter().map(|item| &item.expr.value).chain(limit).collect(), Vec::new())
        }
        OperatorKind::ParseKv { source, .. } | OperatorKind::Parse { source, .. } => (vec![source], Vec::new()),
        OperatorKind::Partition { by, body } => (vec![by], vec![&body.pipeline]),
        OperatorKind::Print(items)
        | OperatorKind::Project(items)
        | OperatorKind::ProjectRename(items)
        | OperatorKind::Extend(items)
        | OperatorKind::Distinct(items)
        | OperatorKind::Serialize(items) => (values(items), Vec::new()),
        OperatorKind::ProjectAway(items)
        | OperatorKind::ProjectByNames(items)
        | OperatorKind::ProjectKeep(items)
        | OperatorKind::Union(items) => (items.iter().collect(), Vec::new()),
        OperatorKind::Range { from, to, step, .. } => (vec![from, to, step], Vec::new()),
        OperatorKind::Reduce { by, .. } => (vec![by], Vec::new()),
        OperatorKind::Sample(count) | OperatorKind::Take(count) => (vec![count], Vec::new()),
        OperatorKind::SampleDistinct { count, of } => (vec![count, of], Vec::new()),
        OperatorKind::Scan { partition, steps, .. } => {
            (partition.iter().chain(steps.iter().map(|step| &step.condition)).collect(), Vec::new())
        }
        OperatorKind::Search { predicate, .. } | OperatorKind::Where(predicate) => (vec![predicate], Vec::new()),
        OperatorKind::Sort(keys) | OperatorKind::ProjectReorder(keys) => {
            (keys.iter().map(|key| &key.expr.value).collect(), Vec::new())
        }
        OperatorKind::Summarize { aggregates, by, bin } => {
            (aggregates.iter().chain(by).map(|item| &item.value).chain(bin).collect(), Vec::new())
        }
        OperatorKind::Top { count, by } => (vec![count, &by.expr.value], Vec::new()),
        OperatorKind::TopHitters { count, of, by } => ([count, of].into_iter().chain(by).collect(), Vec::new()),
        OperatorKind::TopNested(levels) => {
            (levels.iter().flat_map(|level| [&level.of.value, &level.by.expr.value]).collect(), Vec::new())
        }
        OperatorKind::As(_)
        | OperatorKind::AssertSchema(_)
        | OperatorKind::Consume
        | OperatorKind::Count(_)
        | OperatorKind::Getschema
        | OperatorKind::GraphMarkComponents
        | OperatorKind::GraphToTable(_)
        | OperatorKind::Join(_)
        | OperatorKind::Lookup(_)
        | OperatorKind::Render { .. }
        | OperatorKind::Unknown
        | OperatorKind::Invalid => (Vec::new(), Vec::new()),
    }
}

fn series_parts<'a, 'q>(series: &'a MakeSeries<'q>) -> Vec<&'a Expr<'q>> {
    let aggregates = series.aggregates.iter().map(|(aggregate, _)| &aggregate.value);
    aggregates.chain([&series.on.value]).chain(series.by.iter().map(|key| &key.value)).collect()
}
