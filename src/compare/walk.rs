//! Two flows side by side: what each part does to the rows, and where they differ.

use super::flow::{Condition, Flow, Origin, Place, Segment, Step, StepKind};
use super::formula::Formula;
use super::implication::Prover;
use super::relation::Relation;
use crate::ir::JoinKind;

/// A part in which two flows differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// What the second has, compared with the first.
    pub(super) relation: Relation,
    /// What stands in the first only.
    pub(super) first: Vec<Place>,
    /// What stands in the second only.
    pub(super) second: Vec<Place>,
    /// What differs, where the texts do not say it.
    pub(super) why: &'static str,
}

/// How the rows of two flows relate. What differs is added to `found`.
pub(super) fn flows(first: &Flow, second: &Flow, prover: &mut Prover, found: &mut Vec<Found>) -> Relation {
    let mut relation = origins(first, second, prover, found);
    let mut groups = Groups::default();
    for index in 0..first.segments.len().max(second.segments.len()) {
        let (Some(one), Some(other)) = (first.segments.get(index), second.segments.get(index)) else { break };
        let conditions = conditions(one, other, prover, found);
        if relation != Relation::Same && groups.are_looked_into(one, other) {
            let places =
                |segment: &Segment| segment.conditions.iter().map(|condition| condition.place.clone()).collect();
            found.push(Found {
                relation: Relation::Different,
                first: places(one),
                second: places(other),
                why: "these conditions look at values that other rows in the group change",
            });
            relation = Relation::Different;
        }
        relation = relation.and(conditions);
        relation = match (&one.step, &other.step) {
            (None, None) => relation,
            (Some(step), Some(other)) => {
                let relation = steps(step, other, relation, prover, found);
                groups.enter(step, other);
                relation
            }
            (first, second) => {
                let places = |step: &Option<Step>| step.iter().map(|step| step.place.clone()).collect();
                let why = "one of the rules has a step here that the other lacks";
                found.push(Found { relation: Relation::Different, first: places(first), second: places(second), why });
                return Relation::Different;
            }
        };
    }
    relation
}

/// Values of groups, which change when rows come or go.
#[derive(Default)]
struct Groups {
    growing: Vec<String>,
    others: Vec<String>,
}

impl Groups {
    fn enter(&mut self, first: &Step, second: &Step) {
        for step in [first, second] {
            if let StepKind::Group { growing, others, .. } = &step.kind {
                self.growing.extend(growing.iter().cloned());
                self.others.extend(others.iter().cloned());
            }
        }
    }

    /// Whether conditions may turn from true to false although rows are only added.
    fn are_looked_into(&self, first: &Segment, second: &Segment) -> bool {
        let all: Vec<String> = self.growing.iter().chain(&self.others).cloned().collect();
        let is_safe =
            |condition: &Condition| !condition.formula.mentions(&all) || condition.formula.grows_with(&self.growing);
        let steps_look =
            [first, second].iter().filter_map(|segment| segment.step.as_ref()).any(|step| match &step.kind {
                StepKind::Group { keys, .. } => {
                    keys.iter().any(|key| all.iter().any(|value| key.contains(value.as_str())))
                }
                StepKind::Join { keys, .. } | StepKind::EachRow(keys) => {
                    all.iter().any(|value| keys.contains(value.as_str()))
                }
                StepKind::Add(_) | StepKind::Whole(_) => false,
            });
        steps_look || !first.conditions.iter().chain(&second.conditions).all(is_safe)
    }
}

fn origins(first: &Flow, second: &Flow, prover: &mut Prover, found: &mut Vec<Found>) -> Relation {
    let relation = match (&first.origin, &second.origin) {
        (Origin::Rows(one), Origin::Rows(other)) if one == other => Relation::Same,
        (Origin::Union(one), Origin::Union(other)) => branches(one, other, prover),
        (Origin::Rows(_), Origin::Union(other)) => branches(&[Flow::bare(&first.origin)], other, prover),
        (Origin::Union(one), Origin::Rows(_)) => branches(one, &[Flow::bare(&second.origin)], prover),
        (Origin::Rows(_), Origin::Rows(_)) => Relation::Different,
    };
    if relation != Relation::Same {
        let why = "the rules read different rows";
        found.push(Found { relation, first: Vec::new(), second: Vec::new(), why });
    }
    relation
}

/// Each branch of one side with a branch of its own of the other.
fn branches(first: &[Flow], second: &[Flow], prover: &mut Prover) -> Relation {
    let mut covers = |inner: &[Flow], outer: &[Flow], wanted: Relation| {
        let mut is_free = vec![true; outer.len()];
        inner.iter().all(|flow| {
            let fits = |relation: Relation| relation == Relation::Same || relation == wanted;
            let place = (0..outer.len()).find(|index| is_free[*index] && fits(nested(flow, &outer[*index], prover)));
            place.inspect(|index| is_free[*index] = false).is_some()
        })
    };
    Relation::of(covers(first, second, Relation::Wider), covers(second, first, Relation::Wider))
}

/// Flows whose columns are used too.
fn nested(first: &Flow, second: &Flow, prover: &mut Prover) -> Relation {
    if first.names == second.names { flows(first, second, prover, &mut Vec::new()) } else { Relation::Different }
}

fn conditions(first: &Segment, second: &Segment, prover: &mut Prover, found: &mut Vec<Found>) -> Relation {
    let all = |segment: &Segment| Formula::All(segment.conditions.iter().map(|each| each.formula.clone()).collect());
    let (one, other) = (all(first), all(second));
    let relation = Relation::of(prover.implies(&one, &other), prover.implies(&other, &one));
    if relation != Relation::Same {
        found.push(Found { relation, first: beside(first, second), second: beside(second, first), why: "" });
    }
    relation
}

/// The conditions that the other side does not have word for word.
fn beside(segment: &Segment, other: &Segment) -> Vec<Place> {
    let is_new = |condition: &&Condition| !other.conditions.iter().any(|each| each.formula == condition.formula);
    segment.conditions.iter().filter(is_new).map(|condition| condition.place.clone()).collect()
}

fn steps(first: &Step, second: &Step, input: Relation, prover: &mut Prover, found: &mut Vec<Found>) -> Relation {
    let mut report = |relation: Relation, why| {
        found.push(Found { relation, first: vec![first.place.clone()], second: vec![second.place.clone()], why });
        relation
    };
    match (&first.kind, &second.kind) {
        (StepKind::Group { keys, .. }, StepKind::Group { keys: other, .. }) if keys == other => input,
        (StepKind::Group { .. }, StepKind::Group { .. }) => report(Relation::Different, "rows are grouped differently"),
        (StepKind::EachRow(text), StepKind::EachRow(other)) if text == other => input,
        (StepKind::Add(flows), StepKind::Add(others)) => match branches(flows, others, prover) {
            Relation::Same => input,
            relation => input.and(report(relation, "other rows are added")),
        },
        (StepKind::Join { kind, keys, right }, StepKind::Join { kind: other_kind, keys: other_keys, right: other }) => {
            if kind != other_kind || keys != other_keys {
                return report(Relation::Different, "rows are joined differently");
            }
            let mut inner = Vec::new();
            let relation =
                if right.names == other.names { flows(right, other, prover, &mut inner) } else { Relation::Different };
            let joined = joined(*kind, input, relation);
            let is_new = joined == Relation::Different && input.and(relation) != Relation::Different;
            if is_new || (relation != Relation::Same && inner.is_empty()) {
                report(Relation::Different, join_reason(*kind));
            }
            found.extend(inner);
            joined
        }
        (StepKind::Whole(text), StepKind::Whole(other)) if text == other => match input {
            Relation::Same => Relation::Same,
            Relation::Wider | Relation::Narrower | Relation::Different => {
                report(Relation::Different, "what this step gives depends on all rows together")
            }
        },
        _ => report(Relation::Different, "the steps differ"),
    }
}

/// What a join makes of the relations of its two sides.
fn joined(kind: JoinKind, left: Relation, right: Relation) -> Relation {
    let only_same = |relation: Relation| if relation == Relation::Same { relation } else { Relation::Different };
    match kind {
        JoinKind::Inner | JoinKind::LeftSemi | JoinKind::RightSemi => left.and(right),
        // Another left row may be the one that survives.
        JoinKind::InnerUnique => only_same(left).and(right),
        // Rows without a match change when one comes.
        JoinKind::LeftOuter => left.and(only_same(right)),
        JoinKind::RightOuter => right.and(only_same(left)),
        JoinKind::FullOuter => only_same(left).and(only_same(right)),
        JoinKind::LeftAnti => left.and(right.negated()),
        JoinKind::RightAnti => left.negated().and(right),
    }
}

fn join_reason(kind: JoinKind) -> &'static str {
    match kind {
        JoinKind::InnerUnique => {
            "innerunique keeps one arbitrary left row for each key, and more rows may change which"
        }
        JoinKind::LeftOuter | JoinKind::RightOuter | JoinKind::FullOuter => {
            "an outer join fills columns of rows that have no match, and those change"
        }
        JoinKind::Inner | JoinKind::LeftSemi | JoinKind::RightSemi | JoinKind::LeftAnti | JoinKind::RightAnti => {
            "the columns of the joined rows differ"
        }
    }
}
