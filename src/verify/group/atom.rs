//! One event for each source of a rule of several, as it has to be by itself, and the same with other keys, at other
//! times, with other values of what is counted.

use serde_json::{Map, Value as Json, json};

use super::super::blame::holds;
use super::super::claim::Confirmation;
use super::super::draft::bases;
use super::super::form::shown as form_of;
use super::super::home::Home;
use super::super::leaf::Leaf;
use super::super::place::{Place, each_part, places_of};
use super::super::pool::Pool;
use super::super::side::{Reading, Side, TIME, Things};
use super::super::trial::{Case, of_home};
use super::layout::{Spec, Spelling, with_change};
use super::links::Link;
use super::value::{STYLES, Style};
use super::{Groups, value};
use crate::compare::witness::NOW;
use crate::eval::Timestamp;
use crate::ir::ExprKind;

/// Most events that are looked at for one that its source takes.
const BASES: usize = 8;

/// Nine minutes in ticks: the events are within one minute, and within one of every window that begins on the minute.
const NINE_MINUTES: i64 = 5_400_000_000;

/// An event that a source takes.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    /// Where it is kept.
    pub(super) home: usize,
    /// The source, and what has to hold.
    leaf: Leaf,
    /// The event.
    pub(super) base: Things,
    /// When it happens, unless a set says otherwise.
    time: Timestamp,
    /// The values of keys that it has.
    keys: Vec<[Option<Json>; 2]>,
    /// How values of measured things are made; those without a style keep the value that they have.
    styles: Vec<Option<Style>>,
}

impl Groups<'_, '_> {
    /// An event for each source that has one.
    pub(super) fn find_atoms(&self) -> Vec<Atom> {
        let trial = self.trial;
        let pools: Vec<Pool> = trial.homes.iter().map(|home| trial.pool_of_source(home)).collect();
        let mut atoms: Vec<Atom> = Vec::new();
        for leaf in trial.from_leaves.iter().flat_map(Leaf::by_kind) {
            let homes = trial.homes.iter().enumerate().filter(|(_, home)| of_home(&leaf, &home.from));
            let bases = homes.flat_map(|(number, home)| {
                let bases = bases(trial.source, &leaf, &home.from.side, &pools[number]).into_iter().take(BASES);
                bases.map(move |base| (number, trial.settled(home, base)))
            });
            let atom = |(home, base): (usize, Things)| {
                let time = Timestamp(NOW.0 - NINE_MINUTES);
                let usual = Atom { home, leaf: leaf.clone(), base, time, keys: Vec::new(), styles: Vec::new() };
                // What asks for another time gets it.
                let mut now = usual.base.clone();
                now.insert(TIME.to_owned(), json!(time.to_string()));
                let own = usual.base.get(TIME).and_then(Json::as_str).and_then(Timestamp::parse);
                if self.passes(&usual, &now) { usual } else { Atom { time: own.unwrap_or(time), ..usual } }
            };
            let all: Vec<Atom> = bases.map(atom).filter(|atom| self.is_whole(atom.home, &atom.base)).collect();
            let passing = all.iter().find(|atom| self.passes(atom, &atom.base)).or(all.first());
            atoms.extend(passing.cloned());
        }
        self.with_keys(&mut atoms);
        atoms
    }

    fn is_whole(&self, home: usize, things: &Things) -> bool {
        self.trial.case(home, things.clone()).is_some_and(|case| case.from.is_some() && case.to.is_some())
    }

    /// Whether the source takes such an event, as far as one can say.
    fn passes(&self, atom: &Atom, things: &Things) -> bool {
        let Some(Case { from: Some(event), .. }) = self.trial.case(atom.home, things.clone()) else { return false };
        let event = under_names(&atom.leaf, &event);
        atom.leaf.predicates.iter().all(|predicate| holds(self.trial.source, predicate, &event) != Some(false))
    }

    /// Gives all events two values for each key that every one of them takes, or the one that one of them has.
    fn with_keys(&self, atoms: &mut [Atom]) {
        for link in &self.links.keys {
            let new = |style: Style, variant: usize| {
                let (atom, reading) = atoms.iter().find_map(|atom| Some((atom, self.readings(atom, link).pop()?)))?;
                let own = self.own(atom, &reading);
                let value = style.shown(&reading, link.ty, self.side(atom).slash, own.as_ref(), variant)?;
                let passes = |atom: &Atom| self.passes(atom, &self.with_key(atom, &atom.base, link, &value));
                atoms.iter().all(passes).then_some(value)
            };
            let made = STYLES.into_iter().find_map(|style| Some([Some(new(style, 0)?), new(style, 1)]));
            let values = made.unwrap_or_else(|| {
                let own = |atom: &Atom| self.readings(atom, link).iter().find_map(|reading| self.own(atom, reading));
                [atoms.iter().find_map(own), None]
            });
            for atom in atoms.iter_mut() {
                atom.keys.push(values.clone());
            }
        }
        for atom in atoms {
            let styles = self.links.measures.iter().map(|link| {
                let is_key = self.links.keys.iter().any(|key| !key.places.is_disjoint(&link.places));
                let reading = self.readings(atom, link).into_iter().next().filter(|_| !is_key)?;
                let own = self.own(atom, &reading);
                let is_fit = |style: &Style| {
                    let shown = style.shown(&reading, link.ty, self.side(atom).slash, own.as_ref(), 17);
                    shown.is_some_and(|shown| self.passes(atom, &self.with_key(atom, &atom.base, link, &shown)))
                };
                STYLES.into_iter().find(is_fit)
            });
            atom.styles = styles.collect();
        }
    }

    /// What a column shows of the event by itself.
    fn own(&self, atom: &Atom, reading: &Reading) -> Option<Json> {
        let thing = atom.base.get(&reading.thing)?;
        let prefix = reading.prefix.as_deref();
        form_of(self.trial.hub, reading.kind, reading.form, prefix, thing).filter(|value| !value.is_object())
    }

    fn side(&self, atom: &Atom) -> &Side<'_> {
        &self.trial.homes[atom.home].from.side
    }

    /// What the places of a link show of this atom's events.
    pub(super) fn readings(&self, atom: &Atom, link: &Link) -> Vec<Reading> {
        let kept = &self.trial.homes[atom.home].from;
        let own = link.places.iter().filter(|place| is_at(place, &kept.table));
        own.map(|place| kept.side.reading(place)).collect()
    }

    fn with_key(&self, atom: &Atom, things: &Things, link: &Link, shown: &Json) -> Things {
        let mut things = things.clone();
        for reading in self.readings(atom, link) {
            value::put(self.side(atom), &reading, shown, &mut things);
        }
        things
    }

    /// Keys of the target about things that no key of the source is about.
    pub(super) fn find_keys_of_target(&self) -> Vec<Link> {
        let all = self
            .trial
            .to
            .iter()
            .flat_map(|rule| super::Links::of(self.trial.hub, &rule.pipeline, &self.trial.to_leaves).keys);
        let is_new = |link: &Link| {
            self.atoms.iter().all(|atom| {
                let own: Vec<Reading> = self.links.keys.iter().flat_map(|link| self.readings(atom, link)).collect();
                let things = self.readings_of_target(atom, link);
                !things.is_empty() && things.iter().all(|found| own.iter().all(|own| own.thing != found.thing))
            })
        };
        all.filter(is_new).collect()
    }

    fn readings_of_target(&self, atom: &Atom, link: &Link) -> Vec<Reading> {
        let kept = &self.trial.homes[atom.home].to;
        let own = link.places.iter().filter(|place| is_at(place, &kept.table));
        own.map(|place| kept.side.reading(place)).collect()
    }

    /// Whether the key can have another value.
    pub(super) fn has_other(&self, link: usize) -> bool {
        self.atoms.iter().any(|atom| atom.keys.get(link).is_some_and(|[_, other]| other.is_some()))
    }

    /// The events of a set in both shapes; `None` if one of them has none.
    pub(super) fn cases(&self, specs: &[Spec]) -> Option<Vec<Case>> {
        let case = |(number, spec): (usize, &Spec)| {
            let atom = self.atoms.get(spec.atom)?;
            let things = self.things(atom, spec, number)?;
            self.trial.case(atom.home, things).filter(|case| case.from.is_some() && case.to.is_some())
        };
        specs.iter().enumerate().map(case).collect()
    }

    fn things(&self, atom: &Atom, spec: &Spec, number: usize) -> Option<Things> {
        let mut things = atom.base.clone();
        let slash = self.side(atom).slash;
        for ((index, link), style) in self.links.measures.iter().enumerate().zip(&atom.styles) {
            let Some(style) = style else { continue };
            for reading in self.readings(atom, link) {
                let own = self.own(atom, &reading);
                let shown = match spec.amount.filter(|_| link.is_number) {
                    Some(amount) => Some(json!(amount)),
                    None => style.shown(&reading, link.ty, slash, own.as_ref(), 10 + spec.distinct + index),
                };
                if let Some(shown) = shown {
                    value::put(self.side(atom), &reading, &shown, &mut things);
                }
            }
        }
        for (index, link) in self.links.keys.iter().enumerate() {
            let [first, other] = &atom.keys[index];
            let shown = if spec.other_key == Some(index) { other.as_ref() } else { first.as_ref() };
            let Some(shown) = shown else { continue };
            let shown = match (&spec.spelling, shown.as_str()) {
                (Spelling::Upper(key), Some(text)) if *key == index => json!(text.to_uppercase()),
                _ => shown.clone(),
            };
            things = self.with_key(atom, &things, link, &shown);
            if spec.spelling == Spelling::Twin(index) {
                for reading in self.readings(atom, link) {
                    let twin = value::twin(&reading, things.get(&reading.thing)?)?;
                    things.insert(reading.thing.clone(), twin);
                }
            }
        }
        if let Some((link, variant)) = spec.key_of_target {
            let kept = &self.trial.homes[atom.home].to;
            for reading in self.readings_of_target(atom, &self.of_target[link]) {
                let shown = value::shown(&reading, self.of_target[link].ty, kept.side.slash, variant)?;
                value::put(&kept.side, &reading, &shown, &mut things);
            }
        }
        let first = spec.at.map_or(atom.time.0, |seconds| NOW.0 - seconds * TICKS);
        let time = first + i64::try_from(number).unwrap_or_default() * TICKS_APART;
        things.insert(TIME.to_owned(), json!(Timestamp(time).to_string()));
        match &spec.change {
            Some((thing, Some(value))) => {
                things.insert(thing.clone(), value.clone());
            }
            Some((thing, None)) => {
                things.remove(thing);
            }
            None => {}
        }
        Some(things)
    }

    /// Events that show what losses with an example say, beside the others of a set that both rules alert on.
    pub(super) fn confirmations(&self, full: &[Spec]) -> Result<Vec<Confirmation>, String> {
        let mut confirmed: Vec<Confirmation> = Vec::new();
        for (index, loss) in self.trial.losses.iter().enumerate() {
            let Some(example) = &loss.counter_example else { continue };
            let wanted = (example.matches_source != loss.is_negated, example.matches_target != loss.is_negated);
            for (number, atom) in self.atoms.iter().enumerate() {
                let home: &Home<'_> = &self.trial.homes[atom.home];
                let Some((thing, value)) = self.trial.example(home, loss) else { continue };
                let specs = with_change(full, number, &(thing, Some(value)));
                let Some(cases) = self.cases(&specs) else { continue };
                let found = (self.rows_of_source(&self.trial.from, &cases)? > 0, self.rows_of_target(&cases)? > 0);
                let shown = specs.iter().position(|spec| spec.atom == number).and_then(|at| cases.get(at));
                if let (true, Some(Case { from: Some(source), to: Some(target), .. })) = (found == wanted, shown) {
                    let (source_event, target_event) = self.trial.shown(source, target);
                    confirmed.push(Confirmation { loss: index, source_event, target_event });
                    break;
                }
            }
        }
        Ok(confirmed)
    }
}

/// Ticks of a second.
const TICKS: i64 = 10_000_000;

/// Ticks between an event and the next: a set of the most events is within half a minute.
const TICKS_APART: i64 = 3_000_000;

/// Whether a place is in the table; fields of events have none.
fn is_at(place: &Place, table: &str) -> bool {
    place.table.is_empty() || place.table == table
}

/// The event with the names that columns have where the tests look at them.
fn under_names(leaf: &Leaf, event: &Map<String, Json>) -> Map<String, Json> {
    let mut named = event.clone();
    for predicate in &leaf.predicates {
        each_part(predicate, &mut |part| {
            let ExprKind::Field(field) = &part.kind else { return };
            let Some(place) = places_of(field, &[]).into_iter().next() else { return };
            if let Some(value) = event.get(&place.column).filter(|_| !event.contains_key(&field.name)) {
                named.insert(field.name.clone(), value.clone());
            }
        });
    }
    named
}
