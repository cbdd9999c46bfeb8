//! An event that shows how two rules differ.
//!
//! Events are made of the literals of both rules: values that one rule's tests accept and the other's refuse. Whether an
//! event shows anything is not reasoned but seen: both rules are run on it, and what is not needed is taken out again.

mod draft;
pub(crate) mod goals;
pub(crate) mod needs;
pub(crate) mod values;

pub(crate) use draft::{put, that_pass};

use serde::Serialize;
use serde_json::{Map, Value as Json};

use self::draft::{Draft, Pools, draft, events, unify};
use self::goals::{Goal, Site, goals};
use self::needs::{Needs, Predicate};
use super::{Relation, Side};
use crate::eval::{Events, Row, Timestamp, evaluate};
use crate::ir::{Detection, Expr, ExprKind};

/// What `now()` is while events are tried: noon of the first day of 2026.
pub(crate) const NOW: Timestamp = Timestamp(639_028_656_000_000_000);

/// Most times that both rules are run.
const MOST_RUNS: usize = 3_000;

/// Events on which two rules differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Witness {
    /// The rule that returns a row, or more rows.
    pub returned_by: Version,
    /// How many rows the first returns.
    pub first_rows: usize,
    /// How many rows the second returns.
    pub second_rows: usize,
    /// The events.
    pub events: Vec<WitnessEvent>,
    /// What `now()` is, if a rule asks for it.
    pub now: Option<String>,
}

/// One of two rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Version {
    /// The first.
    First,
    /// The second.
    Second,
}

impl Version {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WitnessEvent {
    /// The table, function or log source that it is a row of.
    pub source: String,
    /// Its columns; those that make no difference are left out.
    pub event: Map<String, Json>,
}

/// What the search for witnesses came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Witnesses {
    /// At most one for each rule that returns what the other does not.
    pub found: Vec<Witness>,
    /// Why there is none; absent if there is one, or nothing to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

/// Looks for events that show the relation of two rules' rows.
pub fn witnesses(first: Side<'_>, second: Side<'_>, rows: Relation) -> Witnesses {
    if rows == Relation::Same {
        return Witnesses::default();
    }
    let mut trial = Trial { first: first.rule, second: second.rule, runs: 0, now: None };
    if let Err(missing) = trial.prepare() {
        return Witnesses { found: Vec::new(), missing: Some(missing) };
    }
    let wanted = [(Version::Second, rows != Relation::Narrower), (Version::First, rows != Relation::Wider)];
    let versions = wanted.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(version, _)| version);
    let found: Vec<Witness> = versions.filter_map(|version| trial.search(version)).collect();
    let missing = found.is_empty().then(|| "none of the events that were tried shows a difference".to_owned());
    Witnesses { found, missing }
}

/// Events with the names of their sources.
type Tried = Vec<(String, Map<String, Json>)>;

struct Trial<'r> {
    first: &'r Detection,
    second: &'r Detection,
    runs: usize,
    /// What `now()` is, if a rule asks for it.
    now: Option<Timestamp>,
}

impl Trial<'_> {
    /// Whether both rules can be run, and whether they ask for the time.
    fn prepare(&mut self) -> Result<(), String> {
        let none = Events::default();
        for (rule, name) in [(self.first, "first"), (self.second, "second")] {
            evaluate(rule, &none, Some(NOW))
                .map_err(|error| format!("the {name} rule can't be run on events: {}", error.message))?;
        }
        self.now = [self.first, self.second].into_iter().any(asks_for_now).then_some(NOW);
        Ok(())
    }

    /// The numbers of rows of both rules.
    fn run(&mut self, tried: &Tried) -> Option<(usize, usize)> {
        self.runs += 1;
        let mut events = Events::default();
        for (source, event) in tried {
            events.add_to_table(source, [Row::of_event(event)]);
        }
        let count = |rule| evaluate(rule, &events, Some(NOW)).ok().map(|rows| rows.len());
        Some((count(self.first)?, count(self.second)?))
    }

    /// Whether the version returns more rows than the other.
    fn shows(&mut self, tried: &Tried, version: Version) -> bool {
        match (self.run(tried), version) {
            (Some((first, second)), Version::First) => first > second,
            (Some((first, second)), Version::Second) => second > first,
            (None, _) => false,
        }
    }

    /// Events that the version returns and the other does not.
    fn search(&mut self, version: Version) -> Option<Witness> {
        self.runs = 0;
        let (own, other) = match version {
            Version::First => (self.first, self.second),
            Version::Second => (self.second, self.first),
        };
        let (own_needs, other_needs) = (Needs::of(&own.pipeline), Needs::of(&other.pipeline));
        let needs = [&own_needs, &other_needs];
        let wanted = together(&own_needs.predicates);
        let refused: Vec<Goal<'_>> =
            other_needs.predicates.iter().flat_map(|each| goals(each.expr, each.is_in_exclusion)).collect();
        let mut pools = Pools::default();
        pools.add(&wanted);
        pools.add(&refused);
        let counted: Vec<&Site> = own_needs.counted.iter().chain(&other_needs.counted).map(|(site, _)| site).collect();
        // Where nothing of the other is refused, another number of rows may do.
        let ways = wanted.iter().flat_map(|own| {
            let with = refused.iter().map(move |other| [own.as_slice(), other].concat());
            with.chain([own.clone()])
        });
        for goal in ways {
            if self.runs > MOST_RUNS {
                return None;
            }
            let Some(draft) = draft(&goal, own, &pools, &counted) else { continue };
            if let Some(tried) = self.try_draft(draft, &needs, version) {
                return Some(self.witness(tried, version));
            }
        }
        None
    }

    /// The draft as events: one or several, with and without those of each source.
    fn try_draft(&mut self, mut draft: Draft, needs: &[&Needs<'_>; 2], version: Version) -> Option<Tried> {
        for needs in needs {
            unify(&mut draft, needs);
        }
        let mut copies: Vec<usize> = needs.iter().flat_map(|needs| needs.copies()).collect();
        copies.sort_unstable();
        copies.dedup();
        for copies in copies {
            let all = events(&draft, needs, copies);
            let mut sources: Vec<&String> = all.iter().map(|(source, _)| source).collect();
            sources.dedup();
            let without =
                sources.iter().map(|name| all.iter().filter(|(source, _)| source != *name).cloned().collect::<Tried>());
            let choices: Vec<Tried> = std::iter::once(all.clone()).chain(without).collect();
            if let Some(found) = choices.into_iter().find(|tried| !tried.is_empty() && self.shows(tried, version)) {
                return Some(found);
            }
        }
        None
    }

    /// Leaves out what makes no difference.
    fn witness(&mut self, mut tried: Tried, version: Version) -> Witness {
        for index in (0..tried.len()).rev() {
            let fewer: Tried =
                tried.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, event)| event.clone()).collect();
            if !fewer.is_empty() && self.shows(&fewer, version) {
                tried = fewer;
            }
        }
        for index in 0..tried.len() {
            let columns: Vec<String> = tried[index].1.keys().cloned().collect();
            for column in columns {
                let mut less = tried.clone();
                less[index].1.remove(&column);
                if !less[index].1.is_empty() && self.shows(&less, version) {
                    tried = less;
                }
            }
        }
        let (first_rows, second_rows) = self.run(&tried).unwrap_or_default();
        let events = tried.into_iter().map(|(source, event)| WitnessEvent { source, event }).collect();
        let now = self.now.map(|now| now.to_string());
        Witness { returned_by: version, first_rows, second_rows, events, now }
    }
}

/// The ways in which all of these conditions hold.
pub(crate) fn together<'r>(predicates: &[Predicate<'r>]) -> Vec<Goal<'r>> {
    let mut ways: Vec<Goal<'r>> = vec![Vec::new()];
    for predicate in predicates {
        let more = goals(predicate.expr, !predicate.is_in_exclusion);
        let joined = |way: &Goal<'r>| more.iter().map(|other| [way.as_slice(), other].concat()).collect::<Vec<_>>();
        ways = ways.iter().flat_map(joined).take(48).collect();
    }
    ways
}

/// Whether the rule can't be run without knowing the time.
fn asks_for_now(rule: &Detection) -> bool {
    Needs::of(&rule.pipeline).predicates.iter().any(|predicate| reads_time(predicate.expr))
}

fn reads_time(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call { name, arguments } => {
            matches!(name.as_str(), "now" | "ago") || arguments.iter().any(reads_time)
        }
        ExprKind::And(operands) | ExprKind::Or(operands) => operands.iter().any(reads_time),
        ExprKind::Not(inner) | ExprKind::Negate(inner) => reads_time(inner),
        ExprKind::Test(test) => reads_time(&test.subject) || test.operands.iter().any(reads_time),
        ExprKind::Case { branches, otherwise } => {
            branches.iter().any(|(when, then)| reads_time(when) || reads_time(then)) || reads_time(otherwise)
        }
        ExprKind::Arithmetic { left, right, .. } => reads_time(left) || reads_time(right),
        ExprKind::Member { base, .. } => reads_time(base),
        ExprKind::Field(_) | ExprKind::Value(_) | ExprKind::Star | ExprKind::Subquery(_) | ExprKind::Opaque(_) => false,
    }
}
