//! Which sets of events are tried: as many as are asked for and one more or less, two groups in place of one, one side of
//! a join without the other, near and far in time, one after the other and the other way round.

use serde_json::Value as Json;

use super::slide::Sliding;
use super::{Groups, MOST_EVENTS, Varied};

/// Most numbers of events that are tried.
const COUNTS: usize = 10;

/// Most lengths of time that are tried.
const LENGTHS: usize = 5;

/// One event of a set: what is different about it.
#[derive(Debug, Clone, Default)]
pub(super) struct Spec {
    /// The event that it is made from.
    pub(super) atom: usize,
    /// Which value of what is counted it has.
    pub(super) distinct: usize,
    /// What it adds to what is added up.
    pub(super) amount: Option<i64>,
    /// The key of which it has another value than the others.
    pub(super) other_key: Option<usize>,
    /// How it writes its keys.
    pub(super) spelling: Spelling,
    /// A key of the target, and the number of its value there.
    pub(super) key_of_target: Option<(usize, usize)>,
    /// So many seconds before the present, if not at the usual time.
    pub(super) at: Option<i64>,
    /// A thing that has another value, or none.
    pub(super) change: Option<(String, Option<Json>)>,
}

/// The set with one thing of the events of a source changed.
pub(super) fn with_change(full: &[Spec], atom: usize, change: &(String, Option<Json>)) -> Vec<Spec> {
    let mut set = full.to_vec();
    for spec in set.iter_mut().filter(|spec| spec.atom == atom) {
        spec.change = Some(change.clone());
    }
    set
}

/// How an event writes its keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As all others do.
    #[default]
    Plain,
    /// One of them in capitals.
    Upper(usize),
    /// One of them is part of another thing.
    Twin(usize),
}

pub(super) struct Layout<'g, 't, 'a> {
    groups: &'g Groups<'t, 'a>,
    /// Numbers of events of each source.
    counts: Vec<usize>,
}

impl<'g, 't, 'a> Layout<'g, 't, 'a> {
    pub(super) fn new(groups: &'g Groups<'t, 'a>) -> Self {
        let most = MOST_EVENTS / groups.atoms.len().max(1);
        let near = |number: &i64| [number.saturating_sub(1), *number, number.saturating_add(1)];
        let asked = groups.links.numbers.iter().flat_map(near).filter_map(|number| usize::try_from(number).ok());
        let mut counts: Vec<usize> = asked.filter(|count| (2..=most).contains(count)).collect();
        // Two events are the least that can be told from one.
        counts.extend([1, 2]);
        counts.sort_unstable();
        counts.dedup();
        counts.truncate(COUNTS);
        Self { groups, counts }
    }

    /// Sets on both sides of the edges of thresholds, small ones first; none if no set is large enough.
    pub(super) fn edges(&self) -> Vec<(Varied, Vec<Spec>)> {
        let links = &self.groups.links;
        let has_numbers = links.measures.iter().any(|measure| measure.is_number);
        let asks_for_many = links.numbers.iter().min().is_some_and(|number| *number > self.most());
        if self.groups.atoms.is_empty() || (asks_for_many && !has_numbers) {
            return Vec::new();
        }
        let amounts: Vec<Option<i64>> = if has_numbers {
            links.numbers.iter().flat_map(|number| [number - 1, *number, number + 1].map(Some)).collect()
        } else {
            vec![None]
        };
        let most = self.counts.last().copied().unwrap_or(1);
        let mut edges = Vec::new();
        for count in &self.counts {
            for amount in amounts.iter().take(COUNTS) {
                let set = self.set(*count, *count, *amount);
                // The last source before the first.
                let turned = (self.groups.atoms.len() > 1).then(|| {
                    let at = |spec: &Spec| Some(if spec.atom == 0 { 120 } else { 180 });
                    set.iter().map(|spec| Spec { at: at(spec), ..spec.clone() }).collect()
                });
                edges.push((Varied::Events, set));
                edges.extend(turned.map(|turned| (Varied::Order, turned)));
            }
        }
        if links.measures.iter().any(|measure| !measure.is_number) {
            // So many values among more events.
            for distinct in self.counts.iter().filter(|distinct| **distinct < most) {
                edges.push((Varied::Events, self.set(most, *distinct, amounts.last().copied().flatten())));
            }
        }
        edges
    }

    fn most(&self) -> i64 {
        i64::try_from(MOST_EVENTS / self.groups.atoms.len().max(1)).unwrap_or(i64::MAX) - 1
    }

    /// So many events of each source with so many values of what is counted.
    fn set(&self, count: usize, distinct: usize, amount: Option<i64>) -> Vec<Spec> {
        let of_atom = |atom: usize| {
            (0..count).map(move |number| Spec { atom, distinct: number % distinct.max(1), amount, ..Spec::default() })
        };
        (0..self.groups.atoms.len()).flat_map(of_atom).collect()
    }

    /// Sets that differ in one respect from one that both rules alert on.
    pub(super) fn variations(&self, full: &[Spec]) -> Vec<(Varied, Vec<Spec>)> {
        let mut all: Vec<(Varied, Vec<Spec>)> = Vec::new();
        let atoms = self.groups.atoms.len();
        if atoms > 1 {
            let without = |atom: usize| full.iter().filter(|spec| spec.atom != atom).cloned().collect();
            all.extend((0..atoms).map(|atom| (Varied::Events, without(atom))));
        }
        for key in 0..self.groups.links.keys.len() {
            if self.groups.has_other(key) {
                let other = |spec: &mut Spec| spec.other_key = Some(key);
                all.extend(self.halves(full, &other).into_iter().map(|set| (Varied::Key(key), set)));
            }
            for spelling in [Spelling::Upper(key), Spelling::Twin(key)] {
                let other = |spec: &mut Spec| spec.spelling = spelling;
                all.extend(self.halves(full, &other).into_iter().map(|set| (Varied::Spelling(key), set)));
            }
        }
        for key in 0..self.groups.of_target.len() {
            let mut set = full.to_vec();
            for (number, spec) in set.iter_mut().enumerate() {
                spec.key_of_target = Some((key, number % 2));
            }
            all.push((Varied::KeyOfTarget, set));
        }
        if self.groups.to.iter().all(|watched| !watched.is_mixed()) {
            all.extend(self.apart(full).into_iter().map(|set| (Varied::Time, set)));
        }
        all
    }

    /// The set with every other event changed, and with those of one source changed if there are several.
    fn halves(&self, full: &[Spec], change: &dyn Fn(&mut Spec)) -> Vec<Vec<Spec>> {
        let changed = |is_it: &dyn Fn(usize, &Spec) -> bool| {
            let mut set = full.to_vec();
            for (number, spec) in set.iter_mut().enumerate() {
                if is_it(number, spec) {
                    change(spec);
                }
            }
            set
        };
        let atoms = self.groups.atoms.len();
        let mut sets = Vec::new();
        if full.len() > atoms {
            sets.push(changed(&|number, _| number % 2 == 1));
        }
        if atoms > 1 {
            sets.extend((1..atoms).map(|atom| changed(&|_, spec| spec.atom == atom)));
        }
        sets
    }

    /// The set with its events at two times: within each length that a rule names and within one fixed window of it,
    /// within the length but on both sides of the edge of a window, and beyond it.
    fn apart(&self, full: &[Spec]) -> Vec<Vec<Spec>> {
        let sliding = self.groups.to.iter().filter_map(|watched| watched.sliding.as_ref()).map(Sliding::seconds);
        let mut lengths: Vec<i64> = self.groups.links.lengths.iter().copied().chain(sliding).collect();
        lengths.sort_unstable();
        lengths.dedup();
        lengths.truncate(LENGTHS);
        // The present is on the edge of every usual window.
        let of_length = |length: i64| {
            [(95, 5), (140, 50), (130, 10)].map(|(early, late)| (early * length / 100, late * length / 100))
        };
        let mut times: Vec<(i64, i64)> = lengths.into_iter().flat_map(of_length).collect();
        let atoms = self.groups.atoms.len();
        let at = |is_early: &dyn Fn(usize, &Spec) -> bool, (early, late): (i64, i64)| {
            let mut set = full.to_vec();
            for (number, spec) in set.iter_mut().enumerate() {
                spec.at = Some(if is_early(number, spec) { early } else { late });
            }
            set
        };
        if atoms == 1 {
            return times.into_iter().map(|times| at(&|number, _| number % 2 == 0, times)).collect();
        }
        // One source before the others, and close to them.
        times.push((180, 120));
        let each = |times: (i64, i64)| (0..atoms).map(move |atom| (atom, times));
        times.into_iter().flat_map(each).map(|(atom, times)| at(&|_, spec| spec.atom == atom, times)).collect()
    }
}
