//! A rule and its conversion, run on the same events.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::claim::Confirmation;
use super::draft::numbered;
use super::elsewhere::Elsewhere;
use super::excuse::{self, Direction, excused, is_broken, permits};
use super::group::Groups;
use super::home::{Home, Kept, World};
use super::leaf::{Leaf, leaves};
use super::place::{Place, of_pipeline};
use super::side::Things;
use super::stage;
use super::{Disagreement, Effort, Findings, Sighting, TIME_COLUMNS};
use crate::compare::witness::NOW;
use crate::compare::witness::needs::key;
use crate::emit::{Loss, LossClass, Reason, turned_section};
use crate::eval::{Events, Row, evaluate};
use crate::ir::{Detection, Pipeline, Source};
use crate::mapping::Hub;
use crate::span::Span;

/// One event in both shapes.
pub(super) struct Case {
    pub(super) home: usize,
    pub(super) things: Things,
    /// As the source sees it; `None` for one that only the target has.
    pub(super) from: Option<Map<String, Json>>,
    pub(super) to: Option<Map<String, Json>>,
}

pub(super) struct Trial<'a> {
    pub(super) source: &'a Detection,
    /// The part of the source up to which each event is by itself; all of it, if it looks at several.
    pub(super) from: Pipeline,
    pub(super) to: Vec<Detection>,
    /// Whether one of them looks at several events at once.
    is_grouped: bool,
    pub(super) from_leaves: Vec<Leaf>,
    pub(super) to_leaves: Vec<Leaf>,
    pub(super) losses: &'a [Loss],
    pub(super) hub: &'a Hub,
    /// Who runs the conversion, if no rule has been read again.
    pub(super) elsewhere: Option<&'a Elsewhere<'a>>,
    pub(super) homes: Vec<Home<'a>>,
    pub(super) from_places: BTreeSet<Place>,
    pub(super) to_places: BTreeSet<Place>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(
        source: &'a Detection,
        reread: &[Detection],
        losses: &'a [Loss],
        hub: &'a Hub,
        elsewhere: Option<&'a Elsewhere<'a>>,
    ) -> Result<Self, String> {
        let none = Events::default();
        for (rule, whose) in
            std::iter::once((source, "source")).chain(reread.iter().map(|rule| (rule, "converted rule")))
        {
            evaluate(rule, &none, Some(NOW))
                .map_err(|error| format!("the {whose} cannot be run: {}", error.message))?;
        }
        let alone = |rule: &Detection| {
            Some(Detection { pipeline: stage::each_event(&rule.pipeline)?, written: None, ..rule.clone() })
        };
        let each = stage::each_event(&source.pipeline).zip(reread.iter().map(alone).collect::<Option<Vec<_>>>());
        let is_grouped = each.is_none();
        if is_grouped && elsewhere.is_some() {
            return Err("several events are looked at at once".to_owned());
        }
        let timed =
            |rule: &Detection| Detection { pipeline: stage::with_times(&rule.pipeline), written: None, ..rule.clone() };
        let (from, to) = each.unwrap_or_else(|| (timed(source).pipeline, reread.iter().map(timed).collect()));
        let from_leaves = leaves(&from);
        let to_leaves: Vec<Leaf> = to.iter().flat_map(|rule| leaves(&rule.pipeline)).collect();
        let turned = from_leaves.first().and_then(|leaf| turned_section(hub, &leaf.predicates));
        if from_leaves.iter().any(|leaf| turned_section(hub, &leaf.predicates) != turned) {
            return Err("which end of a connection is which depends on its direction".to_owned());
        }
        let mut homes = match elsewhere {
            Some(_) if turned.is_some() => {
                return Err("which end of a connection is which depends on its direction".to_owned());
            }
            Some(elsewhere) => elsewhere.homes(hub, &sources(&from_leaves)),
            None => World { hub, losses, turned }.homes(&sources(&from_leaves), &sources(&to_leaves)),
        };
        if homes.is_empty() {
            return Err("no event has a known shape on both sides".to_owned());
        }
        let is_split = |home: &Home<'_>| {
            homes.iter().any(|other| other.from.key == home.from.key && other.is_as_it_is != home.is_as_it_is)
        };
        if homes.iter().any(is_split) {
            return Err("the events of one table go two ways".to_owned());
        }
        keep_those_that_read(&mut homes, &of_pipeline(&from));
        let from_places = with_filters(of_pipeline(&from), homes.iter().map(|home| &home.from));
        let to_places = match elsewhere {
            Some(_) => Elsewhere::places(&homes, &from_places),
            None => to.iter().flat_map(|rule| of_pipeline(&rule.pipeline)).collect(),
        };
        let to_places = with_filters(to_places, homes.iter().map(|home| &home.to));
        for home in &homes {
            let reads = |kept: &Kept<'_>, places: &BTreeSet<Place>| {
                let thing = |place: &Place| kept.side.reading(place).thing;
                places.iter().map(thing).find(|thing| home.from.side.hides(thing) || home.to.side.hides(thing))
            };
            if let Some(thing) = reads(&home.from, &from_places) {
                return Err(format!("where the `{thing}` is on both sides is not known"));
            }
        }
        for home in &mut homes {
            home.from.side.know(&from_places);
            home.to.side.know(&from_places);
        }
        Ok(Self {
            source,
            from,
            to,
            is_grouped,
            from_leaves,
            to_leaves,
            losses,
            hub,
            elsewhere,
            homes,
            from_places,
            to_places,
        })
    }

    pub(super) fn run(&self, effort: Effort) -> Result<Findings, String> {
        if self.is_grouped {
            return Groups::new(self).run(effort);
        }
        let cases = self.cases(effort);
        let (from, to) = (self.matched_by_source(&self.from, &cases)?, self.matched_by_target(&cases)?);
        let disagreements: BTreeMap<usize, Direction> = (0..cases.len())
            .filter_map(|number| match (from.contains(&number), to.contains(&number)) {
                (true, false) => Some((number, Direction::Lost)),
                (false, true) => Some((number, Direction::Gained)),
                _ => None,
            })
            .collect();
        let silent = self.unexplained(&cases, &disagreements)?;
        Ok(Findings {
            events: cases.len(),
            sets: 0,
            matched: from.len(),
            explained: disagreements.len() - silent.len(),
            confirmed: self.confirmations()?,
            silent: silent
                .into_iter()
                .map(|(number, direction)| self.disagreement(&cases[number], direction))
                .collect(),
        })
    }

    /// Events that show what losses with an example say.
    pub(super) fn confirmations(&self) -> Result<Vec<Confirmation>, String> {
        if self.is_grouped { Groups::new(self).confirmed() } else { self.confirmed() }
    }

    pub(super) fn matched_by_source(&self, pipeline: &Pipeline, cases: &[Case]) -> Result<BTreeSet<usize>, String> {
        let rule = Detection { envelope: self.source.envelope.clone(), pipeline: pipeline.clone(), written: None };
        matched(&rule, &self.events_of_source(&mut cases.iter()))
    }

    pub(super) fn matched_by_target<'c>(&'c self, cases: &'c [Case]) -> Result<BTreeSet<usize>, String> {
        if let Some(elsewhere) = self.elsewhere {
            let numbers: Vec<usize> = (0..cases.len()).filter(|number| cases[*number].to.is_some()).collect();
            let foreign = |case: &'c Case| Some(self.homes[case.home].foreign(case.to.as_ref()?, case.from.as_ref()?));
            let found = (elsewhere.run)(&cases.iter().filter_map(foreign).collect::<Vec<_>>(), NOW)?;
            return Ok(found.into_iter().filter_map(|at| numbers.get(at).copied()).collect());
        }
        let events = self.events_of_target(&mut cases.iter());
        let mut all = BTreeSet::new();
        for rule in &self.to {
            all.extend(matched(rule, &events)?);
        }
        Ok(all)
    }

    /// The events as the source sees them.
    pub(super) fn events_of_source(&self, cases: &mut dyn Iterator<Item = &Case>) -> Events {
        self.events(cases, |home| &home.from, |case| case.from.as_ref())
    }

    /// The events as the target sees them.
    pub(super) fn events_of_target(&self, cases: &mut dyn Iterator<Item = &Case>) -> Events {
        self.events(cases, |home| &home.to, |case| case.to.as_ref())
    }

    fn events(
        &self,
        cases: &mut dyn Iterator<Item = &Case>,
        kept: impl for<'k> Fn(&'k Home<'a>) -> &'k Kept<'a>,
        shape: impl for<'c> Fn(&'c Case) -> Option<&'c Map<String, Json>>,
    ) -> Events {
        let mut events = Events::default();
        for home in &self.homes {
            events.add_to_table(&kept(home).key, []);
        }
        for (number, case) in cases.enumerate() {
            if let Some(event) = shape(case) {
                let row = Row::of_event(&numbered(event.clone(), number));
                events.add_to_table(&kept(&self.homes[case.home]).key, [row]);
            }
        }
        events
    }

    /// The disagreements that no loss explains.
    fn unexplained(
        &self,
        cases: &[Case],
        all: &BTreeMap<usize, Direction>,
    ) -> Result<BTreeMap<usize, Direction>, String> {
        let mut by_excuse: BTreeMap<(Direction, Vec<Span>), Vec<usize>> = BTreeMap::new();
        for (&number, &direction) in all {
            if self.is_out_of_scope(&cases[number], direction) {
                continue;
            }
            let side = &self.homes[cases[number].home].from.side;
            let is_valid = |loss: &&Loss| {
                permits(loss, direction) && is_broken(loss, &self.from_leaves, side, &cases[number].things)
            };
            let mut spans: Vec<Span> = self.losses.iter().filter(is_valid).map(|loss| loss.span).collect();
            spans.sort_unstable();
            spans.dedup();
            by_excuse.entry((direction, spans)).or_default().push(number);
        }
        let mut silent = BTreeMap::new();
        for ((direction, spans), numbers) in by_excuse {
            let says = match spans.as_slice() {
                [] => BTreeSet::new(),
                spans => self.matched_by_source(&excused(&self.from, spans, direction), cases)?,
            };
            let is_silent =
                |number: &usize| spans.is_empty() || says.contains(number) != (direction == Direction::Gained);
            silent.extend(numbers.into_iter().filter(is_silent).map(|number| (number, direction)));
        }
        Ok(silent)
    }

    /// Whether one side does not look at events of this kind, as a loss says.
    fn is_out_of_scope(&self, case: &Case, direction: Direction) -> bool {
        let says = |is_it: &dyn Fn(&Loss) -> bool| self.losses.iter().any(is_it);
        match direction {
            Direction::Lost => {
                case.to.is_none()
                    && says(&|loss| {
                        matches!(
                            loss.reason,
                            Reason::LogsourceImplied | Reason::LogsourceNarrowed | Reason::LogsourceSensor
                        )
                    })
            }
            Direction::Gained => {
                let key = &self.homes[case.home].from.key;
                let is_other = |home: &Home<'_>| {
                    home.from.key == *key && case.from.as_ref().is_some_and(|row| !home.from.holds(row))
                };
                self.homes.iter().any(is_other)
                    && says(&|loss| loss.reason == Reason::LogsourceWidened && loss.rule_class == LossClass::Over)
            }
        }
    }

    /// An event in both shapes without times that nothing reads.
    pub(super) fn shown(
        &self,
        from: &Map<String, Json>,
        to: &Map<String, Json>,
    ) -> (Map<String, Json>, Map<String, Json>) {
        let without_time = |event: &Map<String, Json>, places: &BTreeSet<Place>| {
            let is_read = |name: &str| places.iter().any(|place| place.column == name);
            let mut event = event.clone();
            event.retain(|name, _| !TIME_COLUMNS.contains(&name.as_str()) || is_read(name));
            event
        };
        (without_time(from, &self.from_places), without_time(to, &self.to_places))
    }

    fn disagreement(&self, case: &Case, direction: Direction) -> Disagreement {
        let wanted = direction == Direction::Gained;
        let decides = |span: &Span| {
            let pipeline = excused(&self.from, &[*span], direction);
            let one =
                [Case { home: case.home, things: case.things.clone(), from: case.from.clone(), to: case.to.clone() }];
            self.matched_by_source(&pipeline, &one).is_ok_and(|matched| matched.contains(&0) == wanted)
        };
        let Sighting { source, source_event, target, target_event } = self.sighting(case);
        let span = self.blamed(case, &excuse::tests(&self.from).into_iter().filter(decides).collect::<Vec<_>>());
        Disagreement { direction, source, source_event, target, target_event, with: Vec::new(), span }
    }

    /// An event as both sides see it.
    pub(super) fn sighting(&self, case: &Case) -> Sighting {
        let home = &self.homes[case.home];
        let (source, target) = (case.from.clone().unwrap_or_default(), case.to.clone());
        let (source_event, target_event) = self.shown(&source, &target.clone().unwrap_or_default());
        let (source, target_event) = (home.from.key.clone(), target.map(|_| target_event));
        Sighting { source, source_event, target: home.to.key.clone(), target_event }
    }
}

/// Whether the events of a leaf are those of a home.
pub(super) fn of_home(leaf: &Leaf, kept: &Kept<'_>) -> bool {
    key(&leaf.source).is_some_and(|key| key == kept.key)
}

/// Of several log sources for the same rows, keeps the one that has most of what the rule reads on both sides.
fn keep_those_that_read(homes: &mut Vec<Home<'_>>, places: &BTreeSet<Place>) {
    let known = |home: &Home<'_>| places.iter().filter(|place| home.knows(place)).count();
    let counts: Vec<usize> = homes.iter().map(known).collect();
    let is_worse = |index: usize, home: &Home<'_>| {
        let others = homes.iter().enumerate().filter(|(other, found)| *other != index && found.is_like(home));
        others
            .map(|(other, _)| (counts[other], usize::MAX - other))
            .any(|other| other > (counts[index], usize::MAX - index))
    };
    let kept: Vec<bool> = homes.iter().enumerate().map(|(index, home)| !is_worse(index, home)).collect();
    let mut kept = kept.into_iter();
    homes.retain(|_| kept.next().unwrap_or(true));
}

/// The sources of leaves, each once.
fn sources(leaves: &[Leaf]) -> Vec<&Source> {
    let mut sources: Vec<&Source> = Vec::new();
    for leaf in leaves {
        if !sources.iter().any(|known| known.kind == leaf.source.kind) {
            sources.push(&leaf.source);
        }
    }
    sources
}

pub(super) fn own_place(kept: &Kept<'_>, column: &str) -> Place {
    Place { table: kept.table.clone(), column: column.to_owned(), path: Vec::new() }
}

/// The places with the columns that single out rows.
fn with_filters<'h>(mut places: BTreeSet<Place>, kept: impl Iterator<Item = &'h Kept<'h>>) -> BTreeSet<Place> {
    for kept in kept {
        let columns = kept.filter.iter().flat_map(|filter| &filter.tests).map(|test| test.column.as_str());
        places.extend(columns.map(|column| own_place(kept, column)));
    }
    places
}

/// The numbers of the events that a rule matches, or what of it cannot be run.
fn matched(rule: &Detection, events: &Events) -> Result<BTreeSet<usize>, String> {
    let rows = evaluate(rule, events, Some(NOW))
        .map_err(|error| format!("it cannot be run on every event: {}", error.message))?;
    Ok(rows.iter().filter_map(|row| usize::try_from(row.id()?.to_json().as_u64()?).ok()).collect())
}
