//! Sources and stages.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::datum::Datum;
use super::events::Row;
use super::expression::Scope;
use super::{Evaluated, Evaluator, failure};
use crate::ir::{Assignment, Expr, Pipeline, Source, SourceKind, Stage, StageKind};
use crate::schema::{Columns, FunctionResult, Schema, Value};

/// A column and its value.
type Cell = (Arc<str>, Datum);

impl Evaluator<'_> {
    /// The rows of a pipeline.
    pub(super) fn pipeline(&self, pipeline: &Pipeline) -> Evaluated<Vec<Row>> {
        let mut rows = self.source(&pipeline.source)?;
        let mut columns = &pipeline.source.columns;
        for stage in &pipeline.stages {
            rows = self.stage(stage, columns, rows)?;
            columns = &stage.output;
        }
        Ok(rows)
    }

    fn source(&self, source: &Source) -> Evaluated<Vec<Row>> {
        match &source.kind {
            SourceKind::Table { name, .. } => Ok(self.events.table(name).to_vec()),
            SourceKind::LogSource(found) => Ok(self.events.table(found.key()).to_vec()),
            SourceKind::Function { name, .. } => self.function_rows(name, source),
            SourceKind::Union(branches) => self.union(Vec::new(), branches),
            SourceKind::Pipeline { pipeline, .. } => self.pipeline(pipeline),
            SourceKind::Inline(rows) => rows.iter().map(|values| inline_row(values, source)).collect(),
            SourceKind::External(_) => failure("rows that are read from URLs", source.span),
            SourceKind::Opaque(reason) => failure(reason.clone(), source.span),
        }
    }

    /// The rows of a function: those given for it by name, or the events of its ASIM schema.
    fn function_rows(&self, name: &str, source: &Source) -> Evaluated<Vec<Row>> {
        if self.events.has_table(name) {
            return Ok(self.events.table(name).to_vec());
        }
        match Schema::builtin().table_function(name).map(|function| function.result) {
            Some(FunctionResult::Asim(schema)) => Ok(self.events.table(schema).to_vec()),
            Some(FunctionResult::Closed | FunctionResult::Open | FunctionResult::Extends) | None => {
                failure(format!("the rows of the function `{name}` are not given"), source.span)
            }
        }
    }

    fn union(&self, mut rows: Vec<Row>, branches: &[Pipeline]) -> Evaluated<Vec<Row>> {
        for branch in branches {
            rows.extend(self.pipeline(branch)?);
        }
        Ok(rows)
    }

    /// The rows after a stage; `before` are the columns in front of it.
    fn stage(&self, stage: &Stage, before: &Columns, rows: Vec<Row>) -> Evaluated<Vec<Row>> {
        match &stage.kind {
            StageKind::Filter(predicate) => self.filter(predicate, rows),
            StageKind::Extend(items) => rows.iter().map(|row| self.extend(items, row)).collect(),
            StageKind::Project(items) => rows.iter().map(|row| Ok(row.replaced(self.assigned(items, row)?))).collect(),
            StageKind::ProjectAway(patterns) => Ok(keep_columns(&rows, |name| !is_named(patterns, name))),
            StageKind::ProjectKeep(patterns) => Ok(keep_columns(&rows, |name| is_named(patterns, name))),
            StageKind::ProjectRename(pairs) => Ok(rows.iter().map(|row| renamed(pairs, row)).collect()),
            StageKind::ProjectReorder | StageKind::Annotation(_) => Ok(rows),
            StageKind::Summarize { aggregates, by } => self.summarize(aggregates, by, &rows),
            StageKind::Distinct(items) => self.distinct(items, &rows),
            StageKind::Join(join) => self.join(join, before, &rows, stage.span),
            StageKind::Union(branches) => self.union(rows, branches),
            StageKind::Sort(keys) => self.sort(keys, rows),
            StageKind::Take(count) => self.take(count, rows),
            StageKind::Top { count, by, is_descending } => {
                let rows = self.sort(&[(by.clone(), *is_descending)], rows)?;
                self.take(count, rows)
            }
            StageKind::Count(name) => {
                let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
                Ok(vec![Row::of_cells([(Arc::from(name.as_str()), Datum::Long(count))])])
            }
            StageKind::MvExpand(items) => self.mv_expand(items, &rows),
            StageKind::Parse { .. } => failure("the operator `parse` is not modelled", stage.span),
            StageKind::Other { operator, .. } => {
                failure(format!("the operator `{operator}` is not modelled"), stage.span)
            }
            StageKind::Opaque(reason) => failure(reason.clone(), stage.span),
        }
    }

    fn filter(&self, predicate: &Expr, rows: Vec<Row>) -> Evaluated<Vec<Row>> {
        let mut kept = Vec::new();
        for row in rows {
            if self.condition(predicate, Scope::row(&row))? == Some(true) {
                kept.push(row);
            }
        }
        Ok(kept)
    }

    /// The values of assignments, all read from the row in front of them.
    pub(super) fn assigned(&self, items: &[Assignment], row: &Row) -> Evaluated<Vec<Cell>> {
        let cell = |item: &Assignment| {
            Ok((Arc::from(item.name.as_str()), self.value(&item.value, Scope::row(row))?.cast(item.value.ty)))
        };
        items.iter().map(cell).collect()
    }

    fn extend(&self, items: &[Assignment], row: &Row) -> Evaluated<Row> {
        let cells = self.assigned(items, row)?;
        Ok(row.changed(|columns| columns.extend(cells)))
    }

    fn distinct(&self, items: &[Assignment], rows: &[Row]) -> Evaluated<Vec<Row>> {
        let mut seen = BTreeSet::new();
        let mut kept = Vec::new();
        for row in rows {
            let cells = self.assigned(items, row)?;
            let mut key = String::new();
            for (_, datum) in &cells {
                datum.key(&mut key);
            }
            if seen.insert(key) {
                kept.push(Row::of_cells(cells));
            }
        }
        Ok(kept)
    }

    /// Null comes last in descending order, which is the default, and first in ascending.
    fn sort(&self, keys: &[(Expr, bool)], rows: Vec<Row>) -> Evaluated<Vec<Row>> {
        let mut ranked = Vec::with_capacity(rows.len());
        for row in rows {
            let values =
                keys.iter().map(|(key, _)| self.value(key, Scope::row(&row))).collect::<Evaluated<Vec<_>>>()?;
            ranked.push((values, row));
        }
        ranked.sort_by(|(left, _), (right, _)| {
            let each = keys.iter().zip(left.iter().zip(right));
            each.map(|((_, is_descending), (left, right))| order(left, right, *is_descending))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        Ok(ranked.into_iter().map(|(_, row)| row).collect())
    }

    fn take(&self, count: &Expr, mut rows: Vec<Row>) -> Evaluated<Vec<Row>> {
        match self.value(count, Scope::row(&Row::default()))?.to_long() {
            Some(count) => rows.truncate(usize::try_from(count).unwrap_or(0)),
            None => return failure("a number of rows that is not constant", count.span),
        }
        Ok(rows)
    }

    /// Several columns expand side by side. Null gives one row, an empty array none.
    fn mv_expand(&self, items: &[Assignment], rows: &[Row]) -> Evaluated<Vec<Row>> {
        let mut expanded = Vec::new();
        for row in rows {
            let mut lists = Vec::with_capacity(items.len());
            for item in items {
                lists.push((item, elements(self.value(&item.value, Scope::row(row))?.into_dynamic())));
            }
            let length = lists.iter().map(|(_, list)| list.len()).max().unwrap_or(0);
            for index in 0..length {
                let cells = lists.iter().map(|(item, list)| {
                    (Arc::from(item.name.as_str()), list.get(index).cloned().unwrap_or(Datum::Null))
                });
                expanded.push(row.changed(|columns| columns.extend(cells)));
            }
        }
        Ok(expanded)
    }
}

fn order(left: &Datum, right: &Datum, is_descending: bool) -> Ordering {
    // The rank puts null last.
    match (left, right) {
        (Datum::Null, _) | (_, Datum::Null) if is_descending => left.rank(right),
        (Datum::Null, _) | (_, Datum::Null) => right.rank(left),
        _ if is_descending => right.rank(left),
        _ => left.rank(right),
    }
}

fn elements(datum: Datum) -> Vec<Datum> {
    let Datum::Dynamic(json) = &datum else { return vec![datum] };
    match &**json {
        Json::Array(items) => items.iter().map(Datum::from_json).collect(),
        Json::Object(entries) => {
            let bag = |(key, value): (&String, &Json)| {
                Datum::Dynamic(Arc::new(Json::Object([(key.clone(), value.clone())].into_iter().collect())))
            };
            entries.iter().map(bag).collect()
        }
        _ => vec![datum],
    }
}

fn inline_row(values: &[Value], source: &Source) -> Evaluated<Row> {
    let mut cells = BTreeMap::new();
    for (column, value) in source.columns.columns.iter().zip(values) {
        let Some(datum) = Datum::of_value(value) else {
            return failure("a time that cannot be read", source.span);
        };
        cells.insert(Arc::from(column.name.as_str()), datum.cast(column.ty));
    }
    Ok(Row::of_cells(cells))
}

fn keep_columns(rows: &[Row], is_kept: impl Fn(&str) -> bool) -> Vec<Row> {
    rows.iter().map(|row| row.changed(|columns| columns.retain(|name, _| is_kept(name)))).collect()
}

/// Whether one of the names, which may hold `*`, is the column's.
fn is_named(patterns: &[String], name: &str) -> bool {
    patterns
        .iter()
        .any(|pattern| if pattern.contains('*') { super::text::fits(name, pattern) } else { pattern == name })
}

fn renamed(pairs: &[(String, String)], row: &Row) -> Row {
    row.changed(|columns| {
        let taken: Vec<_> = pairs.iter().map(|(new, old)| (new, columns.remove(old.as_str()))).collect();
        columns.extend(taken.into_iter().filter_map(|(new, datum)| Some((Arc::from(new.as_str()), datum?))));
    })
}
