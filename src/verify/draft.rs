//! Events on which the tests of a rule come out one way and the other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::form::{crossed, is_possible, things, usual};
use super::leaf::Leaf;
use super::place::Place;
use super::pool::{Pool, merged};
use super::side::{Reading, Side, TIME, Things};
use crate::compare::witness::goals::{Constraint, Goal, Site};
use crate::compare::witness::needs::Predicate;
use crate::compare::witness::{NOW, put, that_pass, together};
use crate::eval::Timestamp;
use crate::ir::Detection;

/// Ticks of ten minutes.
const TEN_MINUTES: i64 = 6_000_000_000;

/// Most ways of one rule to come out true that events are made for.
const WAYS: usize = 8;

/// Things for which every test of a way comes out as wanted, as far as known values go.
pub(super) fn bases(rule: &Detection, leaf: &Leaf, side: &Side<'_>, pool: &Pool) -> Vec<Things> {
    let predicate = |expr| Predicate { expr, is_in_exclusion: false };
    let ways = together(&leaf.predicates.iter().map(predicate).collect::<Vec<_>>());
    // Neighbouring ways differ in the last alternatives only.
    let step = ways.len().div_ceil(WAYS).max(1);
    let mut bases: Vec<Things> = Vec::new();
    for way in ways.iter().step_by(step) {
        let base = base(rule, way, side, pool);
        if !bases.contains(&base) {
            bases.push(base);
        }
    }
    bases
}

fn base(rule: &Detection, way: &Goal<'_>, side: &Side<'_>, pool: &Pool) -> Things {
    let mut by_thing: BTreeMap<String, Vec<(&Constraint<'_>, Place, Reading)>> = BTreeMap::new();
    for constraint in way {
        let Site { table, column, path } = constraint.site.clone();
        let place = Place { table, column, path };
        let reading = side.reading(&place);
        by_thing.entry(reading.thing.clone()).or_default().push((constraint, place, reading));
    }
    let mut things = Things::new();
    for (thing, kind) in pool.things() {
        things.extend(usual(kind, side.slash).map(|usual| (thing.clone(), usual)));
    }
    things.insert(TIME.to_owned(), json!(Timestamp(NOW.0 - TEN_MINUTES).to_string()));
    for (thing, constraints) in by_thing {
        if let Some(value) = first_that_passes(rule, &thing, &constraints, side, pool) {
            things.insert(thing, value);
        }
    }
    things
}

fn first_that_passes(
    rule: &Detection,
    thing: &str,
    constraints: &[(&Constraint<'_>, Place, Reading)],
    side: &Side<'_>,
    pool: &Pool,
) -> Option<Json> {
    let wanted =
        constraints.iter().filter(|(constraint, ..)| constraint.is_wanted).map(|(constraint, ..)| constraint.expr);
    let mut candidates: Vec<Json> = pool.of(thing).to_vec();
    if let Some((_, _, reading)) = constraints.first() {
        let together = crate::compare::witness::values::together(wanted);
        candidates.extend(together.iter().flat_map(|value| of_reading(side, reading, value)));
    }
    let places: BTreeSet<Place> = constraints.iter().map(|(_, place, _)| place.clone()).collect();
    let event = |candidate: &Json| {
        let of_thing = Things::from([(thing.to_owned(), candidate.clone())]);
        let mut event = side.event(&of_thing, &places);
        for (constraint, place, _) in constraints {
            if constraint.name != place.column
                && let Some(value) = event.get(&place.column).cloned()
            {
                event.insert(constraint.name.to_owned(), value);
            }
        }
        event
    };
    // A missing value passes where nothing is wanted.
    let missing = std::iter::once(Map::new());
    let direct: Vec<&Constraint<'_>> =
        constraints.iter().map(|(constraint, ..)| *constraint).filter(|constraint| constraint.is_direct).collect();
    let passed = that_pass(&direct, &rule.envelope, candidates.iter().map(event).chain(missing))?;
    candidates.get(*passed.first()?).cloned()
}

fn of_reading(side: &Side<'_>, reading: &Reading, value: &Json) -> Vec<Json> {
    let found = things(side.hub(), reading.kind, reading.form, reading.prefix.as_deref(), value, side.slash);
    let below = |thing| reading.below.iter().rev().fold(thing, |inner, key| json!({ key: inner }));
    found.into_iter().map(below).collect()
}

/// How an event differs from a base: a thing, and its value if it has one.
pub(super) type Change = Option<(String, Option<Json>)>;

/// The base itself, and changes of one thing: to every value that is known of it, and to none.
pub(super) fn changes(base: &Things, pool: &Pool) -> Vec<Change> {
    let mut changes: Vec<Change> = vec![None];
    for (thing, kind) in pool.things().filter(|(thing, _)| *thing != TIME) {
        let own = base.get(thing);
        let mut values: Vec<Json> = Vec::new();
        for value in pool.of(thing) {
            let crossed = own.into_iter().flat_map(|own| {
                let bags = [merged(own, value)];
                let halves = [crossed(kind, own, value), crossed(kind, value, own)];
                bags.into_iter().chain(halves).flatten().collect::<Vec<_>>()
            });
            for value in crossed.chain([value.clone()]) {
                if is_possible(kind, &value) && !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        let empty = Some(json!("")).filter(|empty| is_possible(kind, empty));
        let each = values.into_iter().chain(empty).map(Some).chain([None]);
        changes.extend(each.map(|value| Some((thing.clone(), value))));
    }
    changes
}

/// The base with a change.
pub(super) fn changed(base: &Things, change: Change) -> Things {
    let mut things = base.clone();
    match change {
        None => {}
        Some((thing, Some(value))) => {
            things.insert(thing, value);
        }
        Some((thing, None)) => {
            things.remove(&thing);
        }
    }
    things
}

/// So many of them, evenly.
pub(super) fn sampled<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let count = all.len();
    let is_kept = |index: usize| count <= most || (index * most) / count != ((index + 1) * most) / count || index == 0;
    all.into_iter().enumerate().filter(|(index, _)| is_kept(*index)).map(|(_, item)| item).collect()
}

/// A row with a number that tells it from the others.
pub(super) fn numbered(mut event: Map<String, Json>, number: usize) -> Map<String, Json> {
    put(&mut event, "_id", &[], json!(number));
    event
}
