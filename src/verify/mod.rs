//! Whether a converted rule finds what its source finds: both are run on events made for it.
//!
//! The converted text is read again, as anybody would read it. Events lie on both sides of the edges of every test of
//! either rule ([`pool`], [`draft`]), and each is put into the shape of either side from the definitions of the value
//! forms ([`side`], [`form`]), not by the code that converts tests. An event about which the two disagree must be
//! explained by a loss that the conversion reports, at a place and of a class that permits it ([`excuse`]). What is left
//! is a silent loss.

mod claim;
mod draft;
mod excuse;
mod form;
mod home;
mod leaf;
mod place;
mod pool;
mod reread;
mod side;
mod stage;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

pub use claim::Confirmation;
pub use excuse::Direction;

use crate::compare::witness::NOW;
use crate::compare::witness::needs::key;
use crate::emit::{Conversion, Loss, LossClass, Outcome, Reason};
use crate::eval::{Events, Row, evaluate};
use crate::ir::{Detection, Expr, Pipeline, Source, SourceKind, Stage, StageKind};
use crate::mapping::Hub;
use crate::schema::{Columns, Schema};
use crate::span::Span;
use draft::{Change, bases, changed, changes, numbered, sampled};
use excuse::{excused, is_broken, permits};
use home::{Home, Kept, constant, homes};
use leaf::{Leaf, leaves};
use place::{Place, of_expression, of_pipeline};
use pool::Pool;
use side::{TIME, Things};

/// The columns that hold the time of an event.
const TIME_COLUMNS: [&str; 2] = ["TimeGenerated", "Timestamp"];

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Most events for one rule.
    pub events: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { events: 600 }
    }
}

/// What running a rule and its conversion came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Verification {
    /// Both were run.
    Run(Findings),
    /// One of them cannot be run, for this reason.
    NotRun(String),
}

/// What both rules said of the events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// How many events there were.
    pub events: usize,
    /// How many of them the source matches.
    pub matched: usize,
    /// On how many the two disagree as a loss says.
    pub explained: usize,
    /// Those on which they disagree without a word.
    pub silent: Vec<Disagreement>,
    /// Events that show what losses with an example say, in the order of the losses. A loss that is not among them has an
    /// example that could not be shown.
    pub confirmed: Vec<Confirmation>,
}

/// An event on which a rule and its conversion disagree without a word.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// Which of them matches.
    pub direction: Direction,
    /// The table or log source of the event in the source's shape.
    pub source: String,
    /// The event as the source sees it.
    pub source_event: Map<String, Json>,
    /// The table or log source of the event in the target's shape.
    pub target: String,
    /// The event as the target sees it; `None` if it is none of those that the target looks at.
    pub target_event: Option<Map<String, Json>>,
    /// The test of the source without which the two would agree, if it is one.
    pub span: Option<Span>,
}

/// Runs a rule and its conversion on events made for them.
pub fn verify(source: &Detection, conversion: &Conversion, hub: &Hub, schema: &Schema, effort: Effort) -> Verification {
    let Outcome::Converted(text) = &conversion.outcome else {
        return Verification::NotRun("the rule is not converted".to_owned());
    };
    let reread = match reread::reread(conversion.target, text, hub, schema) {
        Ok(rules) => rules,
        Err(why) => return Verification::NotRun(why),
    };
    match Trial::new(source, &reread, &conversion.losses, hub).and_then(|trial| trial.run(effort)) {
        Ok(found) => Verification::Run(found),
        Err(why) => Verification::NotRun(why),
    }
}

/// One event in both shapes.
struct Case {
    home: usize,
    things: Things,
    /// As the source sees it; `None` for one that only the target has.
    from: Option<Map<String, Json>>,
    to: Option<Map<String, Json>>,
}

struct Trial<'a> {
    source: &'a Detection,
    /// The part of the source up to which each event is by itself.
    from: Pipeline,
    to: Vec<Detection>,
    from_leaves: Vec<Leaf>,
    to_leaves: Vec<Leaf>,
    losses: &'a [Loss],
    hub: &'a Hub,
    homes: Vec<Home<'a>>,
    from_places: BTreeSet<Place>,
    to_places: BTreeSet<Place>,
}

impl<'a> Trial<'a> {
    fn new(source: &'a Detection, reread: &[Detection], losses: &'a [Loss], hub: &'a Hub) -> Result<Self, String> {
        let none = Events::default();
        for (rule, whose) in std::iter::once((source, "source")).chain(reread.iter().map(|rule| (rule, "converted rule"))) {
            evaluate(rule, &none, Some(NOW)).map_err(|error| format!("the {whose} cannot be run: {}", error.message))?;
        }
        let many = || "it looks at several events at once".to_owned();
        let from = stage::each_event(&source.pipeline).ok_or_else(many)?;
        let to = reread.iter().map(|rule| Some(Detection { pipeline: stage::each_event(&rule.pipeline)?, ..rule.clone() }));
        let to: Vec<Detection> = to.collect::<Option<_>>().ok_or_else(many)?;
        let from_leaves = leaves(&from);
        let to_leaves: Vec<Leaf> = to.iter().flat_map(|rule| leaves(&rule.pipeline)).collect();
        let mut homes = homes(hub, &sources(&from_leaves), &sources(&to_leaves), losses);
        if homes.is_empty() {
            return Err("no event has a known shape on both sides".to_owned());
        }
        let is_split = |home: &Home<'_>| homes.iter().any(|other| other.from.key == home.from.key && other.is_as_it_is != home.is_as_it_is);
        if homes.iter().any(is_split) {
            return Err("the events of one table go two ways".to_owned());
        }
        let from_places = with_filters(of_pipeline(&from), homes.iter().map(|home| &home.from));
        let to_places = to.iter().flat_map(|rule| of_pipeline(&rule.pipeline)).collect();
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
        Ok(Self { source, from, to, from_leaves, to_leaves, losses, hub, homes, from_places, to_places })
    }

    fn run(&self, effort: Effort) -> Result<Findings, String> {
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
            matched: from.len(),
            explained: disagreements.len() - silent.len(),
            confirmed: self.confirmations()?,
            silent: silent.into_iter().map(|(number, direction)| self.disagreement(&cases[number], direction)).collect(),
        })
    }

    /// Places of one home's source.
    fn of_table<'p>(places: &'p BTreeSet<Place>, kept: &Kept<'_>) -> impl Iterator<Item = Place> + use<'p> {
        let table = kept.table.clone();
        places.iter().filter(move |place| place.table.is_empty() || place.table == table).cloned()
    }

    fn cases(&self, effort: Effort) -> Vec<Case> {
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
    fn pool(&self, home: &Home<'_>) -> Pool {
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

    /// The same as an event of the home's kind, if the source does not say which kind it wants.
    fn settled(&self, home: &Home<'_>, mut things: Things) -> Things {
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
    fn case(&self, number: usize, mut things: Things) -> Option<Case> {
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
        let best = better.max_by_key(|(index, other)| (other.from.detail(), usize::MAX - index)).map(|(index, _)| index);
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
                let is_read = |thing: &str| from_places.iter().any(|place| home.from.side.reading(place).thing == thing);
                if home.to.side.has_misspelt(&things) {
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
                let (is_kind_read, lacks_kind) =
                    (columns.clone().any(says_kind), columns.clone().any(|column| says_kind(column) && !to.contains_key(column)));
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
        from = with_time(from);
        Some(Case { home: number, things, from: Some(from), to })
    }

    /// Whether the rule itself asks for some kinds of event of the table.
    fn selects(&self, home: &Home<'_>) -> bool {
        let columns: Vec<&String> = home.from.filter.iter().flat_map(|filter| &filter.tests).map(|test| &test.column).collect();
        let predicates = self.from_leaves.iter().flat_map(|leaf| &leaf.predicates);
        predicates.into_iter().flat_map(of_expression).any(|place| columns.contains(&&place.column))
    }

    fn matched_by_source(&self, pipeline: &Pipeline, cases: &[Case]) -> Result<BTreeSet<usize>, String> {
        let rule = Detection { envelope: self.source.envelope.clone(), pipeline: pipeline.clone() };
        let events = self.events(cases, |home| &home.from, |case| case.from.as_ref());
        matched(&rule, &events)
    }

    fn matched_by_target(&self, cases: &[Case]) -> Result<BTreeSet<usize>, String> {
        let events = self.events(cases, |home| &home.to, |case| case.to.as_ref());
        let mut all = BTreeSet::new();
        for rule in &self.to {
            all.extend(matched(rule, &events)?);
        }
        Ok(all)
    }

    fn events<'c>(
        &self,
        cases: &'c [Case],
        kept: impl for<'k> Fn(&'k Home<'a>) -> &'k Kept<'a>,
        shape: impl Fn(&'c Case) -> Option<&'c Map<String, Json>>,
    ) -> Events {
        let mut events = Events::default();
        for home in &self.homes {
            events.add_to_table(&kept(home).key, []);
        }
        for (number, case) in cases.iter().enumerate() {
            if let Some(event) = shape(case) {
                let row = Row::of_event(&numbered(event.clone(), number));
                events.add_to_table(&kept(&self.homes[case.home]).key, [row]);
            }
        }
        events
    }

    /// The disagreements that no loss explains.
    fn unexplained(&self, cases: &[Case], all: &BTreeMap<usize, Direction>) -> Result<BTreeMap<usize, Direction>, String> {
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
            let is_silent = |number: &usize| spans.is_empty() || says.contains(number) != (direction == Direction::Gained);
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
    fn shown(&self, from: &Map<String, Json>, to: &Map<String, Json>) -> (Map<String, Json>, Map<String, Json>) {
        let without_time = |event: &Map<String, Json>, places: &BTreeSet<Place>| {
            let is_read = |name: &str| places.iter().any(|place| place.column == name);
            let mut event = event.clone();
            event.retain(|name, _| !TIME_COLUMNS.contains(&name.as_str()) || is_read(name));
            event
        };
        (without_time(from, &self.from_places), without_time(to, &self.to_places))
    }

    fn disagreement(&self, case: &Case, direction: Direction) -> Disagreement {
        let home = &self.homes[case.home];
        let wanted = direction == Direction::Gained;
        let decides = |span: &Span| {
            let pipeline = excused(&self.from, &[*span], direction);
            let one = [Case { home: case.home, things: case.things.clone(), from: case.from.clone(), to: case.to.clone() }];
            self.matched_by_source(&pipeline, &one).is_ok_and(|matched| matched.contains(&0) == wanted)
        };
        let (source, target) = (case.from.clone().unwrap_or_default(), case.to.clone());
        let (source_event, target_event) = self.shown(&source, &target.clone().unwrap_or_default());
        Disagreement {
            direction,
            source: home.from.key.clone(),
            source_event,
            target: home.to.key.clone(),
            target_event: target.map(|_| target_event),
            span: self.blamed(case, excuse::tests(&self.from).into_iter().filter(decides).collect()),
        }
    }
}

/// Whether the events of a leaf are those of a home.
fn of_home(leaf: &Leaf, kept: &Kept<'_>) -> bool {
    key(&leaf.source).is_some_and(|key| key == kept.key)
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

impl Trial<'_> {
    /// The test that source and target disagree about, among those that decide: one on a thing of which the tests of both
    /// come out differently, else the first.
    fn blamed(&self, case: &Case, deciding: Vec<Span>) -> Option<Span> {
        let home = &self.homes[case.home];
        let truths = |leaves: &[Leaf], kept: &Kept<'_>, event: Option<&Map<String, Json>>| -> Vec<(String, Span, bool)> {
            let tests = leaves.iter().flat_map(|leaf| &leaf.predicates).flat_map(pool::tests);
            let truth = |test: &Expr| {
                let thing = kept.side.reading(of_expression(test).first()?).thing;
                Some((thing, test.span, holds(self.source, test, event?)?))
            };
            tests.filter_map(truth).collect()
        };
        let from = truths(&self.from_leaves, &home.from, case.from.as_ref());
        let to = truths(&self.to_leaves, &home.to, case.to.as_ref());
        let differs = |span: &&Span| {
            let own = from.iter().filter(|(_, of, _)| span.contains(*of));
            own.into_iter().any(|(thing, _, truth)| to.iter().any(|(other, _, found)| other == thing && found != truth))
        };
        deciding.iter().find(differs).or(deciding.first()).copied()
    }
}

/// Whether a test holds for an event.
fn holds(rule: &Detection, test: &Expr, event: &Map<String, Json>) -> Option<bool> {
    let span = test.span;
    let filter = Stage { kind: StageKind::Filter(test.clone()), output: Columns::open(), span };
    let kind = SourceKind::Table { name: String::new(), is_known: false };
    let source = Source { kind, columns: Columns::open(), span };
    let pipeline = Pipeline { source, stages: vec![filter], output: Columns::open(), span };
    let probe = Detection { envelope: rule.envelope.clone(), pipeline };
    Some(!evaluate(&probe, &Events::of_every_table([Row::of_event(event)]), Some(NOW)).ok()?.is_empty())
}

fn own_place(kept: &Kept<'_>, column: &str) -> Place {
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
    let rows = evaluate(rule, events, Some(NOW)).map_err(|error| format!("it cannot be run on every event: {}", error.message))?;
    Ok(rows.iter().filter_map(|row| usize::try_from(row.id()?.to_json().as_u64()?).ok()).collect())
}
