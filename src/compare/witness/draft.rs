//! Events that are to fulfil a goal.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::goals::{Constraint, Goal, Site};
use super::needs::Needs;
use super::values;
use crate::eval::{Events, Row, evaluate};
use crate::ir::{Detection, Envelope, Expr, ExprKind, Pipeline, Source, SourceKind, Stage, StageKind};
use crate::schema::{Columns, ScalarType};
use crate::span::Span;

/// Values by place.
pub(super) type Draft = BTreeMap<Site, Json>;

/// A value for each place that the goal asks something of; `None` if the values that are known don't do. What aggregates
/// make of a place in `counted` says nothing about a value there.
pub(super) fn draft(goal: &Goal<'_>, rule: &Detection, pools: &Pools, counted: &[&Site]) -> Option<Draft> {
    let mut by_site: BTreeMap<&Site, Vec<&Constraint<'_>>> = BTreeMap::new();
    for constraint in goal {
        if constraint.is_direct || !counted.contains(&&constraint.site) {
            by_site.entry(&constraint.site).or_default().push(constraint);
        }
    }
    by_site
        .into_iter()
        .map(|(site, constraints)| Some((site.clone(), value(site, &constraints, rule, pools)?)))
        .collect()
}

/// Values to try, by place.
#[derive(Debug, Default)]
pub(super) struct Pools(BTreeMap<Site, Vec<Json>>);

impl Pools {
    pub(super) fn add(&mut self, goals: &[Goal<'_>]) {
        for constraint in goals.iter().flatten() {
            let pool = self.0.entry(constraint.site.clone()).or_default();
            for value in values::of_expression(constraint.expr) {
                if !pool.contains(&value) {
                    pool.push(value);
                }
            }
        }
    }

    pub(super) fn of(&self, site: &Site) -> &[Json] {
        self.0.get(site).map_or(&[], Vec::as_slice)
    }
}

fn value(site: &Site, constraints: &[&Constraint<'_>], rule: &Detection, pools: &Pools) -> Option<Json> {
    let wanted = constraints.iter().filter(|constraint| constraint.is_wanted).map(|constraint| constraint.expr);
    let mut candidates: Vec<Json> =
        constraints.iter().flat_map(|constraint| values::of_expression(constraint.expr)).collect();
    candidates.extend(values::together(wanted));
    candidates.extend(pools.of(site).iter().cloned());
    if let Some(value) = first_that_passes(site, constraints, rule, &candidates) {
        return Some(value);
    }
    // What is computed may be anything.
    let direct: Vec<&Constraint<'_>> = constraints.iter().copied().filter(|constraint| constraint.is_direct).collect();
    match direct.len() {
        0 => candidates.into_iter().next(),
        all if all == constraints.len() => None,
        _ => first_that_passes(site, &direct, rule, &candidates),
    }
}

/// The first of the values that every test of the place takes.
fn first_that_passes(
    site: &Site,
    constraints: &[&Constraint<'_>],
    rule: &Detection,
    candidates: &[Json],
) -> Option<Json> {
    let event = |value: &Json| {
        let mut event = Map::new();
        for constraint in constraints {
            put(&mut event, constraint.name, &site.path, value.clone());
        }
        event
    };
    let passed = that_pass(constraints, &rule.envelope, candidates.iter().map(event))?;
    candidates.get(*passed.first()?).cloned()
}

/// Which of the events pass every constraint; `None` if that cannot be said.
pub(crate) fn that_pass(
    constraints: &[&Constraint<'_>],
    envelope: &Envelope,
    events: impl Iterator<Item = Map<String, Json>>,
) -> Option<Vec<usize>> {
    let part = |constraint: &&Constraint<'_>| {
        let expr = constraint.expr.clone();
        if constraint.is_wanted { expr } else { Expr { kind: ExprKind::Not(Box::new(expr.clone())), ..expr } }
    };
    let predicate = Expr {
        kind: ExprKind::And(constraints.iter().map(part).collect()),
        ty: ScalarType::Bool,
        span: Span::default(),
    };
    let span = Span::default();
    let kind = SourceKind::Table { name: String::new(), is_known: false };
    let source = Source { kind, columns: Columns::open(), span };
    let filter = Stage { kind: StageKind::Filter(predicate), output: Columns::open(), span };
    let pipeline = Pipeline { source, stages: vec![filter], output: Columns::open(), span };
    let test = Detection { envelope: envelope.clone(), pipeline, written: None };
    let row = |(index, mut event): (usize, Map<String, Json>)| {
        event.insert("_id".to_owned(), json!(index));
        Row::of_event(&event)
    };
    let rows = events.enumerate().map(row);
    let passed = evaluate(&test, &Events::of_every_table(rows), Some(super::NOW)).ok()?;
    let number = |row: &Row| usize::try_from(row.id()?.to_json().as_u64()?).ok();
    Some(passed.iter().filter_map(number).collect())
}

/// Sets a value inside a column.
pub(crate) fn put(event: &mut Map<String, Json>, column: &str, path: &[String], value: Json) {
    match path {
        [] => {
            event.insert(column.to_owned(), value);
        }
        [first, rest @ ..] => {
            let inner = event.entry(column.to_owned()).or_insert_with(|| json!({}));
            if let Json::Object(inner) = inner {
                put(inner, first, rest, value);
            }
        }
    }
}

/// Puts the same value into places that have to be equal.
pub(super) fn unify(draft: &mut Draft, needs: &Needs<'_>) {
    for (left, right, ty) in &needs.equal {
        let value = draft.get(left).or_else(|| draft.get(right)).cloned().unwrap_or_else(|| values::any(*ty, 0));
        draft.insert(left.clone(), value.clone());
        draft.insert(right.clone(), value);
    }
}

/// The events of a draft, by source: so many of each, which differ where aggregates look.
pub(super) fn events(draft: &Draft, needs: &[&Needs<'_>], copies: usize) -> Vec<(String, Map<String, Json>)> {
    let mut events: Vec<(String, Map<String, Json>)> = Vec::new();
    let mut sources: Vec<&Source> = Vec::new();
    for source in needs.iter().flat_map(|needs| &needs.sources) {
        if !sources.iter().any(|known| super::needs::key(known) == super::needs::key(source)) {
            sources.push(source);
        }
    }
    for source in sources {
        let Some(key) = super::needs::key(source) else { continue };
        // Fields of log sources have no table.
        let is_of = |site: &Site| {
            site.table == key || (site.table.is_empty() && matches!(source.kind, SourceKind::LogSource(_)))
        };
        for copy in 0..copies {
            let mut event = Map::new();
            for (site, value) in draft.iter().filter(|(site, _)| is_of(site)) {
                put(&mut event, &site.column, &site.path, value.clone());
            }
            for (site, ty) in needs.iter().flat_map(|needs| &needs.counted).filter(|(site, _)| is_of(site)) {
                if copies > 1 && !draft.contains_key(site) {
                    put(&mut event, &site.column, &site.path, values::any(*ty, copy));
                }
            }
            events.push((key.clone(), event));
        }
    }
    events
}
