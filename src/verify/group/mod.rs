//! Rules that look at several events at once: sets of events on both sides of what such a rule asks of them.
//!
//! Each set is given to both rules by itself, and what is compared is whether there is an alert; where both rules are
//! queries, also the number of rows. The windows of a Sigma correlation slide, those of a query are as it says.

mod atom;
mod layout;
mod links;
mod slide;
mod value;

use std::collections::BTreeSet;

use super::claim::Confirmation;
use super::draft::changes;
use super::excuse::{self, Direction, excused, is_broken, is_of_thing, permits, without_sources};
use super::trial::{Case, Trial};
use super::{Disagreement, Effort, Findings, Sighting};
use crate::compare::witness::NOW;
use crate::emit::{Loss, LossClass, Reason};
use crate::eval::{Timestamp, evaluate};
use crate::ir::{Detection, Pipeline};
use crate::mapping::Assumption;
use crate::span::Span;
use atom::Atom;
use layout::{Layout, Spec, with_change};
use links::{Link, Links};
use slide::Sliding;

/// Most events of one set.
const MOST_EVENTS: usize = 100;

/// A rule of several events, its conversion, and events for both.
pub(super) struct Groups<'t, 'a> {
    trial: &'t Trial<'a>,
    /// An event for each source that has one.
    atoms: Vec<Atom>,
    links: Links,
    /// Keys of the target about things that no key of the source is about.
    of_target: Vec<Link>,
    to: Vec<Watched>,
    /// Whether both rules are queries, which give rows.
    has_rows: bool,
}

/// A rule as it is run: the windows of a correlation slide.
struct Watched {
    rule: Detection,
    sliding: Option<Sliding>,
}

impl Watched {
    fn new(rule: &Detection) -> Self {
        Self { rule: rule.clone(), sliding: Sliding::of(rule) }
    }

    fn is_mixed(&self) -> bool {
        self.sliding.as_ref().is_some_and(|sliding| sliding.is_mixed)
    }
}

/// A set in which the events of one atom are changed in one thing.
struct Changed<'c> {
    atom: usize,
    /// The thing.
    thing: &'c str,
    /// The rows of source and target before.
    before: (usize, usize),
}

/// What is different about a set, seen from one that both rules alert on.
#[derive(Debug, Clone, PartialEq)]
enum Varied {
    /// One event, or how many there are.
    Events,
    /// A key of the source.
    Key(usize),
    /// What else there is to a thing of which a key shows a part, or its letter case.
    Spelling(usize),
    /// A key that only the target has.
    KeyOfTarget,
    /// Which events come first.
    Order,
    /// When the events happen.
    Time,
}

impl<'t, 'a> Groups<'t, 'a> {
    pub(super) fn new(trial: &'t Trial<'a>) -> Self {
        let links = Links::of(trial.hub, &trial.source.pipeline, &trial.from_leaves);
        let to: Vec<Watched> = trial.to.iter().map(Watched::new).collect();
        let has_rows = to.iter().all(|watched| !slide::is_of_log_sources(&watched.rule.pipeline))
            && !slide::is_of_log_sources(&trial.source.pipeline);
        let mut groups = Self { trial, atoms: Vec::new(), links, of_target: Vec::new(), to, has_rows };
        groups.atoms = groups.find_atoms();
        groups.of_target = groups.find_keys_of_target();
        groups
    }

    /// Both rules on all sets.
    pub(super) fn run(&self, effort: Effort) -> Result<Findings, String> {
        let layout = Layout::new(self);
        let mut findings = Findings::default();
        let edges = layout.edges();
        if edges.is_empty() {
            return Err(format!("it needs more than {MOST_EVENTS} events at once"));
        }
        let mut full: Option<Vec<Spec>> = None;
        for (varied, specs) in edges {
            let outcome = self.try_set(&specs, &varied, None, &mut findings)?;
            if outcome.is_some_and(|(from, to)| from > 0 && to > 0) && full.is_none() {
                full = Some(specs);
            }
        }
        let Some(full) = full else { return Ok(findings) };
        for (varied, specs) in layout.variations(&full) {
            self.try_set(&specs, &varied, None, &mut findings)?;
        }
        self.try_changes(&full, effort, &mut findings)?;
        findings.confirmed = self.confirmations(&full)?;
        Ok(findings)
    }

    /// Events that show what losses with an example say, beside others that both rules alert on together.
    pub(super) fn confirmed(&self) -> Result<Vec<Confirmation>, String> {
        for (_, specs) in Layout::new(self).edges() {
            let Some(cases) = self.cases(&specs) else { continue };
            if self.rows_of_source(&self.trial.from, &cases)? > 0 && self.rows_of_target(&cases)? > 0 {
                return self.confirmations(&specs);
            }
        }
        Ok(Vec::new())
    }

    /// Sets in which the events of one source are changed in one thing.
    fn try_changes(&self, full: &[Spec], effort: Effort, findings: &mut Findings) -> Result<(), String> {
        let Some(before) = self.cases(full) else { return Ok(()) };
        let before = (self.rows_of_source(&self.trial.from, &before)?, self.rows_of_target(&before)?);
        let share = (effort.events / full.len().max(1)).max(LEAST_CHANGES) / self.atoms.len().max(1);
        for (number, atom) in self.atoms.iter().enumerate() {
            let pool = self.trial.pool(&self.trial.homes[atom.home]);
            let changes = changes(&atom.base, &pool).into_iter().flatten().collect();
            for change in super::draft::sampled(changes, share.max(1)) {
                let specs = with_change(full, number, &change);
                let of_atom = Changed { atom: number, thing: &change.0, before };
                self.try_set(&specs, &Varied::Events, Some(&of_atom), findings)?;
            }
        }
        Ok(())
    }

    /// Runs both rules on a set and takes down what came of it: the rows of either side; `None` if there is no such set.
    fn try_set(
        &self,
        specs: &[Spec],
        varied: &Varied,
        changed: Option<&Changed<'_>>,
        findings: &mut Findings,
    ) -> Result<Option<(usize, usize)>, String> {
        let Some(cases) = self.cases(specs) else { return Ok(None) };
        findings.events += cases.len();
        findings.sets += 1;
        let from = self.rows_of_source(&self.trial.from, &cases)?;
        let to = self.rows_of_target(&cases)?;
        findings.matched += usize::from(from > 0);
        let direction = match (from > 0, to > 0) {
            (true, false) => Some(Direction::Lost),
            (false, true) => Some(Direction::Gained),
            _ if self.has_rows && from != to => Some(if from > to { Direction::Lost } else { Direction::Gained }),
            _ => None,
        };
        if let Some(direction) = direction {
            let is_unseen = changed.is_some_and(|changed| self.is_unseen(changed, direction, (from, to)));
            if is_unseen || self.is_explained(&cases, varied, direction, to)? {
                findings.explained += 1;
            } else {
                let is_it = |spec: &Spec| changed.is_some_and(|changed| spec.atom == changed.atom);
                let first = specs.iter().position(is_it).unwrap_or(0);
                findings.silent.push(self.disagreement(&cases, first, varied, direction, to));
            }
        }
        Ok(Some((from, to)))
    }

    /// Whether the side that says what it said before does not see the change, as a loss about the changed thing says.
    fn is_unseen(&self, changed: &Changed<'_>, direction: Direction, rows: (usize, usize)) -> bool {
        let is_same = match direction {
            Direction::Gained => rows.1 == changed.before.1,
            Direction::Lost => rows.0 == changed.before.0,
        };
        let side = &self.trial.homes[self.atoms[changed.atom].home].from.side;
        let says = |loss: &Loss| {
            loss.rule_class != LossClass::Assumption
                && permits(loss, direction)
                && is_of_thing(loss, &self.trial.from_leaves, side, changed.thing)
        };
        is_same && self.trial.losses.iter().any(says)
    }

    /// How many rows the source gives.
    fn rows_of_source(&self, pipeline: &Pipeline, cases: &[Case]) -> Result<usize, String> {
        let rule =
            Detection { envelope: self.trial.source.envelope.clone(), pipeline: pipeline.clone(), written: None };
        rows(&Watched::new(&rule), cases, &|cases| self.trial.events_of_source(cases))
    }

    fn rows_of_target(&self, cases: &[Case]) -> Result<usize, String> {
        let each = self.to.iter().map(|rule| rows(rule, cases, &|cases| self.trial.events_of_target(cases)));
        each.sum()
    }

    /// Whether a loss says that the rules may disagree about such a set.
    fn is_explained(
        &self,
        cases: &[Case],
        varied: &Varied,
        direction: Direction,
        rows_of_target: usize,
    ) -> Result<bool, String> {
        if self.trial.losses.iter().any(|loss| self.is_about(loss, varied, direction, cases)) {
            return Ok(true);
        }
        let is_valid = |loss: &&Loss| match varied {
            // At one time the rules agree about these events, so that no other test is behind it.
            Varied::Time => loss.reason == Reason::TimeWindow && direction == Direction::Gained,
            Varied::Events | Varied::Key(_) | Varied::Spelling(_) | Varied::KeyOfTarget | Varied::Order => {
                permits(loss, direction) && !is_of_set(loss) && cases.iter().any(|case| self.is_broken_by(loss, case))
            }
        };
        let spans: BTreeSet<Span> = self.trial.losses.iter().filter(is_valid).map(|loss| loss.span).collect();
        if spans.is_empty() {
            return Ok(false);
        }
        let spans: Vec<Span> = spans.into_iter().collect();
        let mut pipeline = excused(&self.trial.from, &spans, direction);
        if direction == Direction::Lost {
            without_sources(&mut pipeline, &spans);
        }
        let rows = self.rows_of_source(&pipeline, cases)?;
        Ok(match direction {
            Direction::Gained => rows > 0 && (!self.has_rows || rows >= rows_of_target),
            Direction::Lost => rows == 0 || (self.has_rows && rows <= rows_of_target),
        })
    }

    fn is_broken_by(&self, loss: &Loss, case: &Case) -> bool {
        is_broken(loss, &self.trial.from_leaves, &self.trial.homes[case.home].from.side, &case.things)
    }

    /// Whether a loss is about what is different about the set.
    fn is_about(&self, loss: &Loss, varied: &Varied, direction: Direction, cases: &[Case]) -> bool {
        permits(loss, direction)
            && match varied {
                Varied::Events | Varied::KeyOfTarget => false,
                Varied::Key(link) => {
                    let says = matches!(loss.reason, Reason::JoinKeyDropped | Reason::AnyElement);
                    // What the parser of a product does not pass on is one and the same for all events.
                    let is_lost = loss.assumption == Some(Assumption::Passed);
                    (says || is_lost) && self.links.keys[*link].is_named_at(loss.span)
                }
                Varied::Spelling(link) => self.links.keys[*link].is_named_at(loss.span),
                Varied::Order => loss.reason == Reason::JoinToTemporal,
                Varied::Time => match loss.reason {
                    // Only what is further apart than the window is long does the target not see together.
                    Reason::WindowDefault if direction == Direction::Lost => self.is_beyond_window(cases),
                    Reason::WindowFixed | Reason::WindowDefault | Reason::JoinToTemporal | Reason::TimeFixed => true,
                    _ => false,
                },
            }
    }

    fn is_beyond_window(&self, cases: &[Case]) -> bool {
        let times: Vec<i64> = cases.iter().filter_map(time_of).map(|time| time.0).collect();
        let length = times.iter().max().zip(times.iter().min()).map_or(0, |(last, first)| last - first);
        self.to.iter().filter_map(|watched| watched.sliding.as_ref()).any(|sliding| length > sliding.width)
    }

    fn disagreement(
        &self,
        cases: &[Case],
        first: usize,
        varied: &Varied,
        direction: Direction,
        rows_of_target: usize,
    ) -> Disagreement {
        let wanted = direction == Direction::Gained;
        let decides = |span: &Span| {
            let rows = self.rows_of_source(&excused(&self.trial.from, &[*span], direction), cases);
            rows.is_ok_and(|rows| (rows > 0) == wanted || (self.has_rows && rows == rows_of_target))
        };
        let span = match varied {
            Varied::Key(link) | Varied::Spelling(link) => self.links.keys[*link].spans.first().copied(),
            Varied::Events | Varied::KeyOfTarget | Varied::Order => {
                excuse::tests(&self.trial.from).into_iter().find(decides)
            }
            Varied::Time => None,
        };
        let mut sightings: Vec<Sighting> = cases.iter().map(|case| self.trial.sighting(case)).collect();
        let Sighting { source, source_event, target, target_event } = sightings.remove(first);
        Disagreement { direction, source, source_event, target, target_event, with: sightings, span }
    }
}

/// Fewest changes of events that are tried, however many events a set has.
const LEAST_CHANGES: usize = 12;

fn time_of(case: &Case) -> Option<Timestamp> {
    Timestamp::parse(case.things.get(super::side::TIME)?.as_str()?)
}

/// Whether a loss is about events together: what it says does not hold or fail for a test.
fn is_of_set(loss: &Loss) -> bool {
    match loss.reason {
        Reason::WindowFixed | Reason::WindowDefault | Reason::JoinKeyDropped | Reason::JoinInnerUnique => true,
        // A test of both sides of a join has a place of its own.
        Reason::JoinToTemporal => loss.assumption.is_some(),
        _ => false,
    }
}

/// How many rows a rule gives; of a correlation, in the window that gives most.
fn rows(
    watched: &Watched,
    cases: &[Case],
    events: &dyn Fn(&mut dyn Iterator<Item = &Case>) -> crate::eval::Events,
) -> Result<usize, String> {
    let run = |rule: &Detection, cases: &mut dyn Iterator<Item = &Case>| {
        evaluate(rule, &events(cases), Some(NOW))
            .map(|rows| rows.len())
            .map_err(|error| format!("it cannot be run on every event: {}", error.message))
    };
    let Some(sliding) = &watched.sliding else { return run(&watched.rule, &mut cases.iter()) };
    let times: Vec<Timestamp> = cases.iter().filter_map(time_of).collect();
    let mut most = 0;
    for (start, end) in sliding.windows(&times) {
        let is_in = |case: &&Case| time_of(case).is_none_or(|time| start.0 <= time.0 && time.0 <= end.0);
        most = most.max(run(&sliding.rule, &mut cases.iter().filter(is_in))?);
    }
    Ok(most)
}
