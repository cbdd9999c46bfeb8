//! Reads what follows the events of a rule: a `summarize` with a threshold becomes a correlation, the rest is left out.

use std::collections::{BTreeMap, BTreeSet};

use super::super::flatten::{Split, StepKind, substitute};
use super::super::fold::fold;
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::needed::names;
use super::super::reason::Reason;
use super::super::rows::conjuncts_of;
use super::super::subject::subject;
use super::super::time;
use super::sides::Values;
use super::threshold::{Aggregates, Found, Measure, Threshold, is_one_enough, thresholds, time_window};
use crate::ir::{Aggregate, Assignment, Expr, ExprKind, Field, Join, MemberKey, Stage, StageKind};
use crate::mapping::Hub;
use crate::schema::{Origin, ScalarType};

/// What follows the events.
#[derive(Clone)]
pub(super) struct Tail<'ir> {
    /// Further conditions on the events.
    pub(super) filters: Vec<Expr>,
    /// Thresholds over a group of events, all of which it must reach.
    pub(super) thresholds: Vec<Threshold>,
    /// What a group may satisfy instead of one thing: one alternative of each choice.
    pub(super) choices: Vec<Choice>,
    /// The join, if there is one.
    pub(super) join: Option<(&'ir Join, &'ir Stage)>,
    /// What columns stand for in front of the join, or at the end if there is none.
    pub(super) values: BTreeMap<String, Expr>,
    /// What stands for the first or last time of a group, and that time.
    pub(super) times: Values,
    /// Conditions behind the join, in columns of the join.
    pub(super) behind_join: Vec<Expr>,
    /// What differs.
    pub(super) losses: Vec<Loss>,
}

/// What a conjunct asks of a group.
#[derive(Clone)]
pub(super) enum Asked {
    /// That its events satisfy this.
    OfEvents(Expr),
    /// That it reaches these.
    OfGroup(Vec<Threshold>),
}

/// Alternatives, each of which asks for several things at once.
pub(super) type Choice = Vec<Vec<Asked>>;

/// A rule with more alternatives would become more rules than anybody reads.
const MAX_ALTERNATIVES: usize = 8;

impl Tail<'_> {
    /// One tail for each way to satisfy the choices.
    pub(super) fn alternatives(mut self) -> Vec<Self> {
        let choices = std::mem::take(&mut self.choices);
        let mut tails = vec![self];
        for choice in &choices {
            tails = tails.iter().flat_map(|tail| choice.iter().map(|asked| tail.asking(asked))).collect();
        }
        tails.iter_mut().for_each(Tail::settle);
        tails
    }

    fn asking(&self, asked: &[Asked]) -> Self {
        let mut tail = self.clone();
        for asked in asked {
            tail.ask(asked.clone());
        }
        tail
    }

    fn ask(&mut self, asked: Asked) {
        match asked {
            Asked::OfEvents(predicate) => self.filters.push(predicate),
            Asked::OfGroup(thresholds) => self.thresholds.extend(thresholds),
        }
    }

    /// Leaves out what cannot be asked for together. That a group has one event of some kind is a filter, if nothing else
    /// is asked of the group.
    fn settle(&mut self) {
        drop_upper_bounds(self);
        if let [one] = self.thresholds.as_slice()
            && one.is_any_event()
        {
            self.filters.extend(one.condition.clone());
            self.thresholds.clear();
        }
    }

    /// The same with one threshold.
    pub(super) fn with(&self, threshold: Threshold) -> Self {
        Self { thresholds: vec![threshold], ..self.clone() }
    }
}

/// Reads the tail of a split: one for each alternative that its conditions leave.
pub(super) fn read<'ir>(hub: &Hub, split: &Split<'ir>) -> Result<Vec<Tail<'ir>>, Vec<Refusal>> {
    let mut reader = Reader {
        hub,
        tail: Tail {
            filters: Vec::new(),
            thresholds: Vec::new(),
            choices: Vec::new(),
            join: None,
            values: BTreeMap::new(),
            times: Values::new(),
            behind_join: Vec::new(),
            losses: Vec::new(),
        },
        values: split.values.clone(),
        group: None,
        distinct: None,
        is_limited: false,
        refusals: Vec::new(),
    };
    for step in &split.head.steps {
        match &step.kind {
            StepKind::Distinct(columns) => {
                reader.distinct = Some(columns.iter().map(|column| column.value.clone()).collect());
            }
            StepKind::Take(_) | StepKind::Top(..) => reader.is_limited = true,
            StepKind::Filter(_) | StepKind::Sort(_) => {}
        }
    }
    for stage in &split.tail {
        reader.stage(stage);
    }
    if reader.tail.join.is_none() {
        reader.tail.values.clone_from(&reader.values);
    }
    if reader.refusals.is_empty() { Ok(reader.tail.alternatives()) } else { Err(reader.refusals) }
}

/// That a group has few events is no event: beside a lower bound, the others are left out.
fn drop_upper_bounds(tail: &mut Tail<'_>) {
    let has_lower = tail.thresholds.iter().any(Threshold::is_lower_bound);
    let mut kept: Vec<Threshold> = Vec::new();
    for threshold in tail.thresholds.drain(..) {
        if if has_lower { threshold.is_lower_bound() } else { kept.is_empty() } {
            kept.push(threshold);
        } else {
            tail.losses.push(threshold.dropped());
        }
    }
    tail.thresholds = kept;
}

struct Reader<'h, 'ir> {
    hub: &'h Hub,
    tail: Tail<'ir>,
    /// What columns stand for; behind a `summarize`, only its keys and what is made from aggregates.
    values: BTreeMap<String, Expr>,
    group: Option<Group>,
    distinct: Option<Vec<Expr>>,
    is_limited: bool,
    refusals: Vec<Refusal>,
}

/// A `summarize` that has been passed.
struct Group {
    keys: Vec<Expr>,
    window: Option<i64>,
    aggregates: Aggregates,
    /// Columns of the one row that the group keeps.
    kept: BTreeSet<String>,
    is_second: bool,
}

impl<'ir> Reader<'_, 'ir> {
    fn stage(&mut self, stage: &'ir Stage) {
        match &stage.kind {
            StageKind::Filter(predicate) => {
                self.note_kept_row(predicate, stage);
                for conjunct in conjuncts_of(fold(&substitute(predicate, &self.values))) {
                    self.filter(conjunct);
                }
            }
            StageKind::Extend(list) => {
                let values = self.inlined(list);
                self.values.extend(values);
            }
            StageKind::Project(list) | StageKind::Distinct(list) => {
                let values = self.inlined(list);
                self.values.extend(values);
                self.note(stage, "the target gives one result per event");
            }
            StageKind::ProjectRename(renames) => {
                for (new, old) in renames {
                    if let Some(value) = self.values.get(old).cloned() {
                        self.values.insert(new.clone(), value);
                    }
                }
            }
            StageKind::Summarize { aggregates, by } => self.summarize(stage, aggregates, by),
            StageKind::Join(join) if self.tail.join.is_none() => {
                self.tail.join = Some((join, stage));
                self.tail.values.clone_from(&self.values);
                // The groups in front of the join are what it joins; those behind it are others.
                self.group = None;
            }
            StageKind::ProjectAway(_)
            | StageKind::ProjectKeep(_)
            | StageKind::ProjectReorder
            | StageKind::Annotation(_)
            | StageKind::Sort(_) => {}
            StageKind::Count(_) => self.note(stage, "the target gives the events rather than their number"),
            StageKind::Take(_) | StageKind::Top { .. } => self.tail.losses.push(
                Loss::new(LossClass::Over, Reason::RowsUnlimited, stage.span, stage.kind.word())
                    .says("the number of results is not limited"),
            ),
            StageKind::MvExpand(list) => {
                // An element of an array stands for any of them.
                for assignment in list {
                    let base = Box::new(substitute(&assignment.value, &self.values));
                    let element = ExprKind::Member { base, key: MemberKey::Index(0) };
                    let (ty, span) = (ScalarType::Dynamic, assignment.span);
                    self.values.insert(assignment.name.clone(), Expr { kind: element, ty, span });
                }
                self.note(stage, "the target gives one result per event");
            }
            StageKind::Parse { columns, drops_rows: false, .. } => {
                for column in columns {
                    let kind = ExprKind::Opaque(format!("the column `{column}`, which `parse` makes"));
                    let ty = ScalarType::Unknown;
                    self.values.insert(column.clone(), Expr { kind, ty, span: stage.span });
                }
            }
            StageKind::Parse { .. }
            | StageKind::Join(_)
            | StageKind::Union(_)
            | StageKind::Other { .. }
            | StageKind::Opaque(_) => {
                let word = stage.kind.word();
                let message = format!("`{word}` cannot be said by a Sigma rule");
                self.refusals.push(Refusal::new(stage.span, Reason::OperatorUnsupported, word, message));
            }
        }
    }

    fn note(&mut self, stage: &Stage, message: &str) {
        let loss = Loss::new(LossClass::Informational, Reason::StageDropped, stage.span, stage.kind.word());
        self.tail.losses.push(loss.says(message));
    }

    fn inlined(&self, list: &[Assignment]) -> Vec<(String, Expr)> {
        list.iter().map(|found| (found.name.clone(), substitute(&found.value, &self.values))).collect()
    }

    fn summarize(&mut self, stage: &Stage, aggregates: &[Aggregate], by: &[Assignment]) {
        if !self.tail.thresholds.is_empty() && self.tail.join.is_none() {
            let message = "a second aggregation behind a threshold cannot be said by a Sigma rule";
            self.refusals.push(Refusal::new(stage.span, Reason::OperatorUnsupported, "summarize", message));
            return;
        }
        let (mut keys, mut window) = (Vec::new(), None);
        let mut values = BTreeMap::new();
        for key in by {
            let value = fold(&substitute(&key.value, &self.values));
            match time_window(self.hub, &value) {
                Some(seconds) => window = seconds.or(window),
                None => keys.push(value.clone()),
            }
            values.insert(key.name.clone(), value);
        }
        let mut measures = BTreeMap::new();
        let mut kept = BTreeSet::new();
        for aggregate in aggregates {
            let value = substitute(&aggregate.value, &self.values);
            for (name, of_row) in self.of_kept_row(aggregate) {
                kept.insert(name.clone());
                values.insert(name, of_row);
            }
            for name in aggregate.names.iter().filter(|name| !kept.contains(*name)) {
                let kind = ExprKind::Opaque(format!("the column `{name}`, which `summarize` makes"));
                values.insert(name.clone(), Expr { kind, ty: value.ty, span: aggregate.span });
            }
            if let [name] = aggregate.names.as_slice() {
                let column = format!("the column `{name}`, which `summarize` makes");
                if let Some(time) = end_of_group(self.hub, &value) {
                    self.tail.times.insert(column.clone(), time.clone());
                }
                measures.insert(column, value);
            }
        }
        let is_second = self.group.is_some();
        self.values = values;
        self.group = Some(Group { keys, window, aggregates: measures, kept, is_second });
        self.note(stage, "the target gives events rather than groups of them");
    }

    /// Columns that stand for those of one row of the group, with that row's values: what `arg_max(x, *)` keeps. The
    /// largest `x` itself is a property of the group.
    fn of_kept_row(&self, aggregate: &Aggregate) -> Vec<(String, Expr)> {
        let ExprKind::Call { name, arguments } = &aggregate.value.kind else { return Vec::new() };
        let own = |column: &String| {
            let field = Field { name: column.clone(), origin: Origin::Unknown, span: aggregate.span };
            let own = Expr { kind: ExprKind::Field(field), ty: ScalarType::Unknown, span: aggregate.span };
            (column.clone(), substitute(&own, &self.values))
        };
        let names = &aggregate.names;
        match (name.to_ascii_lowercase().as_str(), arguments.as_slice()) {
            ("arg_max" | "arg_min" | "argmax" | "argmin", [_, Expr { kind: ExprKind::Star, .. }]) => {
                names.iter().skip(1).map(own).collect()
            }
            ("arg_max" | "arg_min", [_, values @ ..]) if values.len() + 1 == names.len() => {
                let value = |(name, value): (&String, &Expr)| (name.clone(), substitute(value, &self.values));
                names.iter().skip(1).zip(values).map(value).collect()
            }
            ("take_any" | "any", [Expr { kind: ExprKind::Star, .. }]) => names.iter().map(own).collect(),
            ("take_any" | "any", values) if values.len() == names.len() => {
                names.iter().zip(values).map(|(name, value)| (name.clone(), substitute(value, &self.values))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A test of the row that a group keeps holds for one of the events of the group, if it holds.
    fn note_kept_row(&mut self, predicate: &Expr, stage: &Stage) {
        let Some(group) = &self.group else { return };
        let mut tested = BTreeSet::new();
        names(predicate, &mut tested);
        if tested.is_disjoint(&group.kept) {
            return;
        }
        self.tail.losses.push(
            Loss::new(LossClass::Over, Reason::KeptRow, stage.span, "a test of the row that `summarize` keeps")
                .says("every event is tested, not only the one that stands for its group"),
        );
    }

    fn filter(&mut self, conjunct: Expr) {
        if self.tail.join.is_some() {
            self.filter_behind_join(conjunct);
            return;
        }
        let Some(group) = &self.group else {
            self.tail.filters.push(conjunct);
            return;
        };
        match self.asked(group, &conjunct) {
            Ok(asked) => self.tail.ask(asked),
            Err(refusal) => match self.choice(group, &conjunct) {
                Some(choice) => self.tail.choices.push(choice),
                None => self.refusals.push(refusal),
            },
        }
    }

    /// What the conjunct asks of the group.
    fn asked(&self, group: &Group, conjunct: &Expr) -> Result<Asked, Refusal> {
        if group.is_second {
            return Err(of_aggregate(conjunct));
        }
        if let Some(found) = thresholds(&group.aggregates, conjunct) {
            let thresholds: Result<Vec<Threshold>, Refusal> =
                found.into_iter().map(|found| self.threshold(group, found, conjunct)).collect();
            return thresholds.map(Asked::OfGroup);
        }
        if has_opaque(conjunct) { Err(of_aggregate(conjunct)) } else { Ok(Asked::OfEvents(conjunct.clone())) }
    }

    /// The alternatives of the conjunct, if each of them can be asked for.
    fn choice(&self, group: &Group, conjunct: &Expr) -> Option<Choice> {
        let ExprKind::Or(parts) = &conjunct.kind else { return None };
        let of_part = |part: &Expr| {
            conjuncts_of(part.clone())
                .iter()
                .map(|conjunct| self.asked(group, conjunct).ok())
                .collect::<Option<Vec<_>>>()
        };
        let count: usize = self.tail.choices.iter().map(Vec::len).product();
        (count * parts.len() <= MAX_ALTERNATIVES).then(|| parts.iter().map(of_part).collect())?
    }

    fn filter_behind_join(&mut self, conjunct: Expr) {
        match &self.group {
            Some(group) if thresholds(&group.aggregates, &conjunct).is_some() => self.tail.losses.push(
                Loss::new(LossClass::Over, Reason::AggregateDropped, conjunct.span, "a threshold behind the join")
                    .says("a threshold over the result of a join cannot be said; it is left out"),
            ),
            Some(_) if has_opaque(&conjunct) => self.refusals.push(of_aggregate(&conjunct)),
            Some(_) | None => self.tail.behind_join.push(conjunct),
        }
    }

    fn threshold(&self, group: &Group, found: Found, conjunct: &Expr) -> Result<Threshold, Refusal> {
        let Found { measure, condition, op, number } = found;
        if self.is_limited {
            let message = "an aggregation over a limited number of rows cannot be said by a Sigma rule";
            return Err(Refusal::new(conjunct.span, Reason::OperatorUnsupported, "take", message));
        }
        let measure = match (measure, &self.distinct) {
            // Whether there is an event does not depend on how often it is counted.
            (Measure::Events, Some(columns)) if !is_one_enough(op, &number) => {
                let others: Vec<&Expr> = columns.iter().filter(|column| !is_among(column, &group.keys)).collect();
                let [one] = others.as_slice() else {
                    let message = "a count of distinct combinations cannot be said by a Sigma rule";
                    return Err(Refusal::new(conjunct.span, Reason::AggregateUnsupported, "distinct", message));
                };
                Measure::Values((*one).clone())
            }
            (measure, _) => measure,
        };
        let (keys, window, span) = (group.keys.clone(), group.window, conjunct.span);
        Ok(Threshold { measure, condition, op, number, keys, window, span })
    }
}

/// The refusal of a test of what a `summarize` makes.
fn of_aggregate(conjunct: &Expr) -> Refusal {
    let mut made = BTreeSet::new();
    opaque(conjunct, &mut made);
    let tested = if made.is_empty() {
        "a column of the second grouping".to_owned()
    } else {
        made.into_iter().collect::<Vec<_>>().join(", and of ")
    };
    let message = format!("this test of {tested}, cannot be said by a Sigma rule");
    Refusal::new(conjunct.span, Reason::AggregateUnsupported, tested, message)
}

/// The time of which the aggregate is the first or the last.
fn end_of_group<'e>(hub: &Hub, aggregate: &'e Expr) -> Option<&'e Expr> {
    match &aggregate.kind {
        ExprKind::Call { name, arguments } if matches!(name.as_str(), "min" | "max") => {
            arguments.first().filter(|time| time::is_time(hub, time))
        }
        _ => None,
    }
}

fn is_among(column: &Expr, keys: &[Expr]) -> bool {
    let name = |expr: &Expr| subject(expr).map(|subject| subject.name);
    keys.iter().any(|key| name(key) == name(column))
}

fn has_opaque(expr: &Expr) -> bool {
    let mut found = BTreeSet::new();
    opaque(expr, &mut found);
    !found.is_empty()
}

/// What the expression depends on that is no column of an event.
fn opaque(expr: &Expr, found: &mut BTreeSet<String>) {
    match &expr.kind {
        ExprKind::Opaque(text) => found.extend([text.clone()]),
        ExprKind::Subquery(_) => found.extend(["a subquery".to_owned()]),
        _ => {}
    }
    expr.children().into_iter().for_each(|child| opaque(child, found));
}
