//! A `summarize` of plain fields of a data model, which `tstats` does itself.

use std::collections::BTreeSet;

use super::super::Request;
use super::super::flatten::{Split, map_children};
use super::super::fold::fold;
use super::super::loss::{Loss, LossClass};
use super::super::needed::names;
use super::super::reason::Reason;
use super::super::rows::Rows;
use super::super::subject::{Subject, subject};
use super::super::time::{TICKS_PER_SECOND, is_time};
use super::aggregate::{list_name, lose, of_aggregate};
use super::cim::Tested;
use super::compile::{column, field_value, rows_with, typed_column};
use super::expression::field_name;
use super::quoted_name;
use super::tail::Search;
use crate::ir::{Aggregate, Assignment, Expr, ExprKind, Stage, StageKind};
use crate::mapping::{Assumption, Resolution};
use crate::rule::Seconds;
use crate::schema::{ScalarType, Value};
use crate::span::Span;

/// The time of a group.
const TIME: &str = "_time";

/// The groups and the stages behind them; `None` if other commands have to make them, of single events.
pub(super) fn summarized<'s, 'r, 'a>(
    request: &'r Request<'a>,
    split: &Split<'s>,
) -> Option<(Search<'r, 'a>, Vec<&'s Stage>)> {
    let (stage, rest) = split.tail.split_first()?;
    let (aggregates, by) = wanted(stage)?;
    let rows = rows_with(request, split, &used(split, &aggregates, by)).ok()?;
    let tested = Tested::of(request, split, &rows)?;
    let model = InModel { request, rows: &rows, tested: &tested };
    let mut search = Search::new(request, String::new(), Vec::new());
    search.losses.extend(rows.losses.iter().cloned());
    let keys = by.iter().map(|key| model.key(split, key)).collect::<Option<Vec<Key>>>()?;
    let fields: BTreeSet<&String> = keys.iter().map(|key| &key.field).collect();
    if fields.len() < keys.len() {
        return None;
    }
    let (mut statistics, mut evals) = (Vec::new(), Vec::new());
    let mut outputs = BTreeSet::new();
    for aggregate in &aggregates {
        let Some(value) = model.expression(&fold(&split.value(&aggregate.value))) else {
            // Of single events, it could be made no better where the model lacks a column.
            model.lacks_column(split, &aggregate.value).then_some(())?;
            lose(&mut search, aggregate);
            continue;
        };
        names(&value, &mut search.names);
        let made = of_aggregate(&mut search, &Aggregate { value, ..aggregate.clone() })?;
        for (function, name) in made.functions {
            // `tstats` takes fields only, and keeps no order.
            if function.contains("eval(") || function.starts_with("list(") {
                return None;
            }
            statistics.push(format!("{function} as {}", quoted_name(&name)));
        }
        evals.extend(made.eval);
        outputs.extend(aggregate.names.iter().cloned());
    }
    if statistics.is_empty() {
        statistics.push("count".to_owned());
    }
    search.lists = statistics.iter().filter_map(|statistic| list_name(statistic)).collect();
    let by: Vec<String> = keys.iter().map(Key::written).collect();
    search.first = tested.statistic(&statistics, &by);
    let is_renamed = |key: &&Key| key.field != key.name;
    let rename = |key: &Key| format!("{} as {}", quoted_name(&key.field), quoted_name(&key.name));
    let renames: Vec<String> = keys.iter().filter(is_renamed).map(rename).collect();
    if !renames.is_empty() {
        search.commands.push(format!("rename {}", renames.join(", ")));
    }
    if !evals.is_empty() {
        search.commands.push(format!("eval {}", evals.join(", ")));
    }
    search.losses.extend(keys.iter().filter_map(|key| key.in_days(stage.span)));
    search.losses.extend(tested.assumed(request));
    search.names = keys.into_iter().map(|key| key.name).chain(outputs).collect();
    Some((search, rest.to_vec()))
}

/// The columns of the head that a stage looks at.
fn used(split: &Split<'_>, aggregates: &[Aggregate], by: &[Assignment]) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for value in aggregates.iter().map(|aggregate| &aggregate.value).chain(by.iter().map(|key| &key.value)) {
        names(value, &mut used);
    }
    used.retain(|name| split.has(name));
    used
}

/// The aggregates and the keys of a stage that groups.
fn wanted(stage: &Stage) -> Option<(Vec<Aggregate>, &[Assignment])> {
    match &stage.kind {
        StageKind::Summarize { aggregates, by } => Some((aggregates.clone(), by)),
        StageKind::Count(name) => {
            let kind = ExprKind::Call { name: "count".to_owned(), arguments: Vec::new() };
            let value = Expr { kind, ty: ScalarType::Long, span: stage.span };
            Some((vec![Aggregate { names: vec![name.clone()], value, span: stage.span }], &[]))
        }
        _ => None,
    }
}

/// A key of the groups.
struct Key {
    name: String,
    field: String,
    /// Length of the windows, for the time.
    seconds: Option<i64>,
}

impl Key {
    fn written(&self) -> String {
        match self.seconds {
            Some(seconds) => format!("{} span={}", self.field, Seconds(seconds).short()),
            None => self.field.clone(),
        }
    }

    /// What windows of days assume.
    fn in_days(&self, span: Span) -> Option<Loss> {
        self.seconds.filter(|seconds| *seconds > 3600).map(|_| {
            Loss::new(LossClass::Assumption, Reason::TimeZone, span, "bin")
                .says("windows of hours and days begin at midnight of the user who searches")
                .assuming(Assumption::Utc)
        })
    }
}

/// Columns as fields of a data model.
struct InModel<'m, 'a> {
    request: &'m Request<'a>,
    rows: &'m Rows<'a>,
    tested: &'m Tested<'a>,
}

impl InModel<'_, '_> {
    fn key(&self, split: &Split<'_>, key: &Assignment) -> Option<Key> {
        let (value, seconds) = unbinned(&fold(&split.value(&key.value)));
        let found = self.expression(&value)?;
        let ExprKind::Field(field) = found.kind else { return None };
        let is_of_time = field.name == TIME;
        if seconds.is_some_and(|seconds| !is_of_time || !is_window(seconds)) {
            return None;
        }
        let seconds = is_of_time.then(|| seconds.unwrap_or(1));
        Some(Key { name: key.name.clone(), field: field.name, seconds })
    }

    /// Whether a column of the expression has nothing in the data model that it could be computed from.
    fn lacks_column(&self, split: &Split<'_>, expr: &Expr) -> bool {
        let mut used = BTreeSet::new();
        names(expr, &mut used);
        let value = |name: &String| split.value(&typed_column(split, name));
        used.iter().any(|name| field_value(self.request, self.rows, &value(name)).is_none())
    }

    /// The expression with the fields of the data model; `None` if a column is no field there.
    fn expression(&self, expr: &Expr) -> Option<Expr> {
        if is_time(self.request.hub, expr) {
            return Some(Expr { ty: ScalarType::Datetime, ..column(TIME) });
        }
        if let Some(found) = subject(expr)
            && let Some((resolution, is_any)) = self.rows.columns.resolve(&found)
        {
            let name = plain_name(&resolution, is_any, &found)?;
            return Some(Expr { ty: expr.ty, span: expr.span, ..column(&self.tested.field(name)) });
        }
        if matches!(expr.kind, ExprKind::Field(_) | ExprKind::Member { .. }) {
            return None;
        }
        let mut is_whole = true;
        let made = map_children(expr, &mut |child| {
            let found = self.expression(child);
            is_whole &= found.is_some();
            found.unwrap_or_else(|| child.clone())
        });
        is_whole.then_some(made)
    }
}

/// The one field that holds the value as it is.
fn plain_name<'r>(resolution: &'r Resolution, is_any: bool, subject: &Subject) -> Option<&'r String> {
    let [name] = resolution.target.names.as_slice() else { return None };
    let value = super::value(resolution, is_any, subject)?;
    (subject.ty != ScalarType::Datetime && value == field_name(name)).then_some(name)
}

/// A value without its windows, and their length.
fn unbinned(value: &Expr) -> (Expr, Option<i64>) {
    if let ExprKind::Call { name, arguments } = &value.kind {
        match (name.as_str(), arguments.as_slice()) {
            ("bin" | "floor", [time, Expr { kind: ExprKind::Value(Value::Timespan(ticks)), .. }]) => {
                return (time.clone(), Some(ticks / TICKS_PER_SECOND));
            }
            ("startofday", [time]) => return (time.clone(), Some(86_400)),
            _ => {}
        }
    }
    (value.clone(), None)
}

/// Whether windows of that length begin at the same times on both sides: they fill an hour or a day.
fn is_window(seconds: i64) -> bool {
    seconds > 0 && (3600 % seconds == 0 || (seconds % 3600 == 0 && 86_400 % seconds == 0))
}

#[cfg(test)]
mod tests {
    use super::is_window;

    #[test]
    fn windows_fill_an_hour_or_a_day() {
        assert!(is_window(300) && is_window(3600) && is_window(21_600) && is_window(86_400));
        assert!(!is_window(0) && !is_window(420) && !is_window(5400) && !is_window(172_800));
    }
}
