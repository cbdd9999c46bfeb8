//! Whether the examples that losses come with are events on which source and target differ as they say.

use serde_json::{Map, Value as Json, json};

use super::draft::bases;
use super::form::{is_possible, things};
use super::home::Home;
use super::place::Place;
use super::side::Things;
use super::trial::{Case, Trial, of_home};
use crate::emit::Loss;

/// An event that shows what a loss says.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmation {
    /// Which of the conversion's losses it is.
    pub loss: usize,
    /// The event as the source sees it.
    pub source_event: Map<String, Json>,
    /// The event as the target sees it.
    pub target_event: Map<String, Json>,
}

impl Trial<'_> {
    /// An event for each loss with an example that both rules confirm.
    pub(super) fn confirmed(&self) -> Result<Vec<Confirmation>, String> {
        let mut claims: Vec<usize> = Vec::new();
        let mut cases: Vec<Case> = Vec::new();
        for (number, home) in self.homes.iter().enumerate() {
            let claimed: Vec<(usize, &Loss)> =
                self.losses.iter().enumerate().filter(|(_, loss)| loss.counter_example.is_some()).collect();
            if claimed.is_empty() {
                return Ok(Vec::new());
            }
            let pool = self.pool_of_source(home);
            let leaves = self.from_leaves.iter().filter(|leaf| of_home(leaf, &home.from));
            let bases = leaves.flat_map(|leaf| bases(self.source, leaf, &home.from.side, &pool));
            let bases: Vec<Things> = bases.map(|base| self.settled(home, base)).collect();
            for (claim, loss) in claimed {
                for things in self.example(home, loss).into_iter().flat_map(|example| with(&bases, example)) {
                    if let Some(case) = self.case(number, things) {
                        claims.push(claim);
                        cases.push(case);
                    }
                }
            }
        }
        let (from, to) = (self.matched_by_source(&self.from, &cases)?, self.matched_by_target(&cases)?);
        let mut confirmed: Vec<Confirmation> = Vec::new();
        for (number, (claim, case)) in claims.iter().zip(&cases).enumerate() {
            let is_known = confirmed.iter().any(|known| known.loss == *claim);
            let shows = self.losses[*claim].counter_example.as_ref().is_some_and(|example| {
                // The example is about the test; a negation around it turns what the rule says.
                let flips = self.losses[*claim].is_negated;
                (example.matches_source != flips, example.matches_target != flips)
                    == (from.contains(&number), to.contains(&number))
            });
            if let (false, true, Some(source), Some(target)) = (is_known, shows, &case.from, &case.to) {
                let (source_event, target_event) = self.shown(source, target);
                confirmed.push(Confirmation { loss: *claim, source_event, target_event });
            }
        }
        confirmed.sort_by_key(|known| known.loss);
        Ok(confirmed)
    }

    /// The thing that a loss's example is about, and its value there.
    pub(super) fn example(&self, home: &Home<'_>, loss: &Loss) -> Option<(String, Json)> {
        let example = loss.counter_example.as_ref()?;
        let place = Place { table: home.from.table.clone(), column: example.field.clone(), path: Vec::new() };
        let side = &home.from.side;
        let reading = side.reading(&place);
        let values =
            things(self.hub, reading.kind, reading.form, reading.prefix.as_deref(), &json!(example.value), side.slash);
        // The first is as such things usually are.
        let value = values.into_iter().find(|value| is_possible(reading.kind, value))?;
        let value = reading.below.iter().rev().fold(value, |inner, key| json!({ key: inner }));
        Some((reading.thing, value))
    }
}

/// The bases with the value.
fn with(bases: &[Things], (thing, value): (String, Json)) -> Vec<Things> {
    let with = |base: &Things| {
        let mut things = base.clone();
        things.insert(thing.clone(), value.clone());
        things
    };
    bases.iter().map(with).collect()
}
