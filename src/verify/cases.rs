//! Events for both rules: around the edges of every test, in both shapes.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::draft::{Change, bases, changed, changes, sampled};
use super::home::{Home, Kept, constant};
use super::place::{Place, of_expression};
use super::pool::Pool;
use super::side::{TIME, Things};
use super::trial::{Case, Trial, of_home, own_place};
use super::{Effort, TIME_COLUMNS};

impl Trial<'_> {
    /// Places of one home's source.
    pub(super) fn of_table<'p>(places: &'p BTreeSet<Place>, kept: &Kept<'_>) -> impl Iterator<Item = Place> + use<'p> {
        let table = kept.table.clone();
        places.iter().filter(move |place| place.table.is_empty() || place.table == table).cloned()
    }

    pub(super) fn cases(&self, effort: Effort) -> Vec<Case> {
        let mut cases = Vec::new();
        let share = effort.events / self.homes.len();
        for (number, home) in self.homes.iter().enumerate() {
            let pool = self.pool(home);
            let mut all: Vec<(usize, Change)> = Vec::new();
            let mut settled: Vec<Things> = Vec::new();
            let from = self.from_leaves.iter().filter(|leaf| of_home(leaf, &home.from));
            let to = self.to_leaves.iter().filter(|leaf| of_home(leaf, &home.to));
            let from = from.flat_map(|leaf| bases(self.source, leaf, &home.from.side, &pool));
            let to = to.flat_map(|leaf| bases(self.source, leaf, &home.to.side, &pool));
            let mut time: Option<Json> = None;
            for base in from.chain(to) {
                let mut base = self.settled(home, base);
                // When the rule looks at events is not what this is about.
                let time = time.get_or_insert_with(|| base.get(TIME).cloned().unwrap_or_default());
                base.insert(TIME.to_owned(), time.clone());
                all.extend(changes(&base, &pool).into_iter().map(|change| (settled.len(), change)));
                settled.push(base);
            }
            let mut seen = BTreeSet::new();
            for (base, change) in sampled(all, share.max(1)) {
                let things = changed(&settled[base], change);
                if seen.insert(json!(things).to_string()) {
                    cases.extend(self.case(number, things));
                }
            }
        }
        cases
    }

    /// Values around the edges of every test of both rules.
    pub(super) fn pool(&self, home: &Home<'_>) -> Pool {
        let mut pool = Pool::default();
        for predicate in self.from_leaves.iter().flat_map(|leaf| &leaf.predicates) {
            pool.add(self.hub, &home.from, predicate);
        }
        for predicate in self.to_leaves.iter().flat_map(|leaf| &leaf.predicates) {
            pool.add(self.hub, &home.to, predicate);
        }
        for test in home.from.filter.iter().flat_map(|filter| &filter.tests) {
            let reading = home.from.side.reading(&own_place(&home.from, &test.column));
            for value in test.values.iter().map(constant).chain([json!("Other")]) {
                pool.insert(self.hub, &reading, &value, home.from.side.slash);
            }
        }
        pool.add_usual(home.from.side.slash);
        pool.cross();
        pool
    }

    /// Values that the tests of the source ask for, to make an event that it matches.
    pub(super) fn pool_of_source(&self, home: &Home<'_>) -> Pool {
        let mut pool = Pool::default();
        let leaves = self.from_leaves.iter().filter(|leaf| of_home(leaf, &home.from));
        for predicate in leaves.flat_map(|leaf| &leaf.predicates) {
            pool.add(self.hub, &home.from, predicate);
        }
        pool.add_usual(home.from.side.slash);
        pool
    }

    /// The same as an event of the home's kind, if the source does not say which kind it wants.
    pub(super) fn settled(&self, home: &Home<'_>, mut things: Things) -> Things {
        let row = home.from.side.event(&things, &Self::of_table(&self.from_places, &home.from).collect());
        if home.from.holds(&row) {
            return things;
        }
        for test in home.from.filter.iter().flat_map(|filter| &filter.tests) {
            let reading = home.from.side.reading(&own_place(&home.from, &test.column));
            if let Some(value) = test.values.first().filter(|_| !row.contains_key(&test.column)) {
                things.insert(reading.thing, constant(value));
            }
        }
        things
    }

    /// The event in both shapes; `None` if it is a matter of another home.
    pub(super) fn case(&self, number: usize, mut things: Things) -> Option<Case> {
        let home = &self.homes[number];
        let time = things.get(TIME).cloned();
        let with_time = |mut event: Map<String, Json>| {
            for column in TIME_COLUMNS {
                event.extend(time.iter().map(|time| (column.to_owned(), time.clone())));
            }
            event
        };
        let from_places: BTreeSet<Place> = Self::of_table(&self.from_places, &home.from).collect();
        let mut from = home.from.side.event(&things, &from_places);
        home.from.side.add_translated(&from, &mut things);
        let is_of = |other: &Home<'_>| other.from.key == home.from.key && other.from.holds(&from);
        let better = self.homes.iter().enumerate().filter(|(_, other)| is_of(other));
        let best =
            better.max_by_key(|(index, other)| (other.from.detail(), usize::MAX - index)).map(|(index, _)| index);
        let is_first = self.homes.iter().position(|other| other.from.key == home.from.key) == Some(number);
        let to = match best {
            Some(best) if best != number => return None,
            None if !home.takes_others => None,
            None if !is_first => return None,
            _ => {
                let mut places: BTreeSet<Place> = Self::of_table(&self.to_places, &home.to).collect();
                if home.is_as_it_is {
                    places.retain(|place| from_places.iter().any(|known| known.is_around(place)));
                }
                let is_read =
                    |thing: &str| from_places.iter().any(|place| home.from.side.reading(place).thing == thing);
                if [&home.from, &home.to].into_iter().any(|kept| kept.side.has_misspelt(&things)) {
                    return None;
                }
                // What the rule does not read the event need not have.
                let mut there = things.clone();
                let translated: BTreeSet<&String> = home.from.side.translated_things().collect();
                there.retain(|thing, _| thing == TIME || is_read(thing) || translated.contains(thing));
                home.to.side.leave_to_others(&mut there, &is_read);
                let mut to = home.to.side.event(&there, &places);
                if home.from.table.is_empty() && home.to.excludes(&to) {
                    return None;
                }
                let mut columns = home.to.filter.iter().flat_map(|filter| &filter.tests).map(|test| &test.column);
                let says_kind = |column: &String| is_read(&home.to.side.reading(&own_place(&home.to, column)).thing);
                let (is_kind_read, lacks_kind) = (
                    columns.clone().any(says_kind),
                    columns.clone().any(|column| says_kind(column) && !to.contains_key(column)),
                );
                if home.from.table.is_empty() && lacks_kind {
                    return None;
                }
                if columns.any(|column| home.to.side.is_mute(column, &things, &is_read)) {
                    return None;
                }
                if best.is_some() {
                    home.to.settle(&mut to);
                } else if self.selects(home) && !is_kind_read {
                    // What the function calls other kinds of event is not known.
                    return None;
                } else if !self.selects(home) {
                    home.to.settle(&mut to);
                }
                if !home.to.side.takes(&from) {
                    return None;
                }
                home.to.side.add_payload(&mut to, &from);
                for (field, value) in &home.fixed {
                    to.entry(field.clone()).or_insert_with(|| value.clone());
                }
                Some(with_time(to))
            }
        };
        if let (Some(elsewhere), Some(event)) = (self.elsewhere, &to)
            && !(elsewhere.exists)(&home.foreign(event, &from))
        {
            return None;
        }
        from = with_time(from);
        Some(Case { home: number, things, from: Some(from), to })
    }

    /// Whether the rule itself asks for some kinds of event of the table.
    fn selects(&self, home: &Home<'_>) -> bool {
        let columns: Vec<&String> =
            home.from.filter.iter().flat_map(|filter| &filter.tests).map(|test| &test.column).collect();
        let predicates = self.from_leaves.iter().flat_map(|leaf| &leaf.predicates);
        predicates.into_iter().flat_map(of_expression).any(|place| columns.contains(&&place.column))
    }
}
