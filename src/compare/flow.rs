//! A pipeline as conditions between steps that change which rows there are.
//!
//! Columns are looked through: a condition on a computed column becomes one on the columns that it is computed from, so
//! that `extend`, `project` and renames leave no trace but in the names that a step uses.

use std::collections::BTreeSet;

use super::canonical::{Reader, Text};
use super::formula::{AtomKind, Formula};
use super::implication::Prover;
use super::names::Names;
use super::relation::Relation;
use crate::explain::notation;
use crate::ir::{
    Aggregate, Assignment, Expr, ExprKind, Join, JoinKind, Pipeline, Source, SourceKind, Stage, StageKind,
};
use crate::span::Span;

/// A pipeline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flow {
    /// Where its rows come from.
    pub(super) origin: Origin,
    /// The parts between its steps; never empty.
    pub(super) segments: Vec<Segment>,
    /// What the columns at its end stand for.
    pub(super) names: Names,
    /// The order of rows at its end, if the query gives one.
    order: String,
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Origin {
    /// A table or anything else that equal texts make equal.
    Rows(String),
    /// Several pipelines.
    Union(Vec<Flow>),
}

/// Conditions, and the step after them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Segment {
    /// All hold.
    pub(super) conditions: Vec<Condition>,
    /// The next step; only the last segment has none.
    pub(super) step: Option<Step>,
}

/// A condition and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub(super) formula: Formula,
    pub(super) place: Place,
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Number of the stage.
    pub(super) stage: String,
    /// Range of the query.
    pub(super) span: Span,
    /// What stands there, for a rule whose places are no places of a text.
    pub(super) words: Option<String>,
}

/// A step that changes which rows there are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) kind: StepKind,
    pub(super) place: Place,
}

/// Kinds of step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum StepKind {
    /// One row for each group.
    Group {
        /// What makes a group.
        keys: BTreeSet<String>,
        /// Values of a group that can only grow with its rows.
        growing: Vec<String>,
        /// Other values of a group.
        others: Vec<String>,
    },
    /// Rows of another pipeline beside those of this one.
    Join { kind: JoinKind, keys: String, right: Flow },
    /// Each row by itself gives some number of rows.
    EachRow(String),
    /// Rows of other pipelines are added.
    Add(Vec<Flow>),
    /// Anything else.
    Whole(String),
}

impl Flow {
    /// The flow of a pipeline. `prefix` is the number of the stage that it stands in.
    pub(super) fn of(pipeline: &Pipeline, text: Text<'_>, prefix: &str) -> Self {
        let mut builder = Builder::new(text);
        builder.source(&pipeline.source, prefix);
        let first = match (prefix, &pipeline.source.kind) {
            ("", _) | (_, SourceKind::Pipeline { .. } | SourceKind::Union(_)) => 2,
            _ => 1,
        };
        builder.stages(&pipeline.stages, prefix, first);
        builder.flow
    }

    /// Rows as they come.
    pub(super) fn bare(origin: &Origin) -> Self {
        let segments = vec![Segment::default()];
        Self { origin: origin.clone(), segments, names: Names::default(), order: String::new() }
    }

    fn last(&mut self) -> &mut Segment {
        if self.segments.is_empty() {
            self.segments.push(Segment::default());
        }
        let last = self.segments.len() - 1;
        &mut self.segments[last]
    }
}

/// Whether every row of the first is a row of the second.
pub(super) fn rows_within(first: &Flow, second: &Flow) -> bool {
    matches!(super::walk::flows(first, second, &mut Prover::new(), &mut Vec::new()), Relation::Same | Relation::Wider)
}

struct Builder<'r> {
    text: Text<'r>,
    flow: Flow,
}

impl<'r> Builder<'r> {
    fn new(text: Text<'r>) -> Self {
        Self { text, flow: Flow::bare(&Origin::Rows(String::new())) }
    }

    fn reader(&self) -> Reader<'_> {
        Reader { names: &self.flow.names, text: self.text }
    }

    fn expression(&self, expr: &Expr) -> String {
        self.reader().expression(expr)
    }

    fn source(&mut self, source: &Source, prefix: &str) {
        self.flow.origin = match &source.kind {
            SourceKind::Table { name, .. } => Origin::Rows(format!("table {name}")),
            SourceKind::LogSource(source) => Origin::Rows(format!("log source {source:?}")),
            SourceKind::Function { name, arguments } => {
                let arguments: Vec<String> =
                    arguments.iter().map(|(name, value)| format!("{name}={}", self.expression(value))).collect();
                Origin::Rows(format!("function {name}({})", arguments.join(",")))
            }
            SourceKind::Union(branches) => {
                Origin::Union(branches.iter().map(|branch| Flow::of(branch, self.text, prefix)).collect())
            }
            SourceKind::Pipeline { pipeline, .. } => {
                self.source(&pipeline.source, prefix);
                let within = if prefix.is_empty() { "1".to_owned() } else { format!("{prefix}.1") };
                self.stages(&pipeline.stages, &within, 1);
                return;
            }
            SourceKind::Inline(rows) => Origin::Rows(format!("rows {rows:?}")),
            SourceKind::External(_) | SourceKind::Opaque(_) => Origin::Rows(self.reader().as_written(source.span)),
        };
    }

    fn stages(&mut self, stages: &[Stage], prefix: &str, first: usize) {
        for (index, stage) in stages.iter().enumerate() {
            let number = first + index;
            let number = if prefix.is_empty() { number.to_string() } else { format!("{prefix}.{number}") };
            self.stage(stage, Place { stage: number, span: stage.span, words: None });
        }
    }

    fn stage(&mut self, stage: &Stage, place: Place) {
        match &stage.kind {
            StageKind::Filter(predicate) => self.filter(predicate, &place.stage),
            StageKind::Extend(items) | StageKind::Project(items)
                if items.iter().any(|item| looks_around(&item.value)) =>
            {
                self.whole(stage, place);
            }
            StageKind::Extend(items) | StageKind::Project(items) => self.assign(items),
            StageKind::ProjectRename(pairs) => {
                let values: Vec<(&String, String)> =
                    pairs.iter().map(|(new, old)| (new, self.flow.names.value(old))).collect();
                for (new, value) in values {
                    self.flow.names.set(new, value);
                }
            }
            StageKind::ProjectAway(_)
            | StageKind::ProjectKeep(_)
            | StageKind::ProjectReorder
            | StageKind::Annotation(_) => {}
            StageKind::Sort(keys) => {
                let keys: Vec<String> = keys
                    .iter()
                    .map(|(key, is_descending)| format!("{} {is_descending}", self.expression(key)))
                    .collect();
                self.flow.order = keys.join(",");
            }
            StageKind::Summarize { aggregates, by } => self.summarize(aggregates, by, place),
            StageKind::Distinct(items) => {
                self.assign(items);
                let keys = items.iter().map(|item| self.flow.names.value(&item.name)).collect();
                self.step(StepKind::Group { keys, growing: Vec::new(), others: Vec::new() }, place);
            }
            StageKind::Join(join) => self.join(join, stage, place),
            StageKind::Union(pipelines) => {
                let flows = pipelines.iter().map(|pipeline| Flow::of(pipeline, self.text, &place.stage)).collect();
                self.step(StepKind::Add(flows), place);
            }
            StageKind::MvExpand(items) => {
                let texts: Vec<String> =
                    items.iter().map(|item| format!("{}={}", item.name, self.expression(&item.value))).collect();
                // Limits and index columns are not modelled; their text is.
                let text = format!("mv-expand {} {}", texts.join(","), self.reader().as_written(stage.span));
                self.step(StepKind::EachRow(text), place);
            }
            StageKind::Parse { .. } => {
                let text = self.reader().as_written(stage.span);
                self.step(StepKind::EachRow(text), place);
            }
            StageKind::Take(count) => {
                let text = format!("take {} of {}", self.expression(count), self.flow.order);
                self.step(StepKind::Whole(text), place);
            }
            StageKind::Top { count, by, is_descending } => {
                let text = format!("top {} {} {is_descending}", self.expression(count), self.expression(by));
                self.step(StepKind::Whole(text), place);
            }
            StageKind::Count(name) => {
                self.flow.names = Names::default();
                self.step(StepKind::Whole(format!("count {name}")), place);
            }
            StageKind::Other { .. } | StageKind::Opaque(_) => self.whole(stage, place),
        }
    }

    /// Each operand of an `and` by itself, so that a difference can name it.
    fn filter(&mut self, predicate: &Expr, stage: &str) {
        let operands = match &predicate.kind {
            ExprKind::And(operands) => operands.as_slice(),
            _ => std::slice::from_ref(predicate),
        };
        for operand in operands {
            let formula = Formula::of(operand, false, self.reader());
            let words = self.text.query.is_empty().then(|| notation(operand));
            let place = Place { stage: stage.to_owned(), span: operand.span, words };
            self.flow.last().conditions.push(Condition { formula, place });
        }
    }

    fn assign(&mut self, items: &[Assignment]) {
        let values: Vec<(&String, String)> =
            items.iter().map(|item| (&item.name, self.expression(&item.value))).collect();
        for (name, value) in values {
            self.flow.names.set(name, value);
        }
    }

    fn summarize(&mut self, aggregates: &[Aggregate], by: &[Assignment], place: Place) {
        let keys: BTreeSet<String> = by.iter().map(|item| self.expression(&item.value)).collect();
        let (mut growing, mut others) = (Vec::new(), Vec::new());
        let mut names = Names::default();
        for item in by {
            names.set(&item.name, self.expression(&item.value));
        }
        for aggregate in aggregates {
            let value = format!("⟨{}⟩", self.expression(&aggregate.value));
            for (index, name) in aggregate.names.iter().enumerate() {
                let value = if index == 0 { value.clone() } else { format!("{value}.{name}") };
                names.set(name, value);
            }
            if grows(&aggregate.value) { growing.push(value) } else { others.push(value) }
        }
        self.flow.names = names;
        self.step(StepKind::Group { keys, growing, others }, place);
    }

    fn join(&mut self, join: &Join, stage: &Stage, place: Place) {
        let right = Flow::of(&join.right, self.text, &place.stage);
        let keys = match &join.keys {
            Some(keys) => {
                let mut keys: Vec<String> = keys
                    .iter()
                    .map(|key| {
                        format!("{} == {}", self.flow.names.value(&key.left.name), right.names.value(&key.right.name))
                    })
                    .collect();
                keys.sort();
                keys.join(",")
            }
            None => self.reader().as_written(stage.span),
        };
        let exists = |is_negated| {
            Formula::atom(is_negated, AtomKind::Exists { keys: keys.clone(), rows: Box::new(right.clone()) })
        };
        let is_anti = match join.kind {
            JoinKind::LeftSemi => Some(false),
            JoinKind::LeftAnti => Some(true),
            JoinKind::InnerUnique
            | JoinKind::Inner
            | JoinKind::LeftOuter
            | JoinKind::RightOuter
            | JoinKind::FullOuter
            | JoinKind::RightSemi
            | JoinKind::RightAnti => None,
        };
        if let Some(is_anti) = is_anti {
            let formula = exists(is_anti);
            self.flow.last().conditions.push(Condition { formula, place });
            return;
        }
        let right_names = right.names.clone();
        let before: BTreeSet<&str> = join.right.output.columns.iter().map(|column| column.name.as_str()).collect();
        for column in &stage.output.columns {
            let own = column.name.as_str();
            let renamed = own.trim_end_matches(|c: char| c.is_ascii_digit());
            let right = if column_is_from_right(column) { Some(own) } else { None };
            let right = right.or((renamed != own && before.contains(renamed)).then_some(renamed));
            if let Some(right) = right {
                self.flow.names.set(own, format!("⟨joined⟩{}", right_names.value(right)));
            }
        }
        self.step(StepKind::Join { kind: join.kind, keys, right }, place);
    }

    /// A step that only the same rows in the same order make the same.
    fn whole(&mut self, stage: &Stage, place: Place) {
        let text = format!("{} {}", self.reader().as_written(stage.span), self.flow.order);
        self.flow.names = Names::default();
        self.step(StepKind::Whole(text), place);
    }

    fn step(&mut self, kind: StepKind, place: Place) {
        self.flow.last().step = Some(Step { kind, place });
        self.flow.segments.push(Segment::default());
    }
}

fn column_is_from_right(column: &crate::schema::Column) -> bool {
    matches!(&column.origin, crate::schema::Origin::Table { through_join: true, .. })
}

/// Aggregates that more rows can only make larger.
fn grows(aggregate: &Expr) -> bool {
    matches!(&aggregate.kind, ExprKind::Call { name, .. }
        if matches!(name.as_str(), "count" | "countif" | "dcount" | "dcountif" | "count_distinct" | "count_distinctif"))
}

/// Functions of neighbouring rows.
const LOOKS_AROUND: [&str; 8] =
    ["next", "prev", "row_cumsum", "row_number", "row_rank_dense", "row_rank_min", "row_window_session", "rand"];

fn looks_around(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call { name, arguments } => {
            LOOKS_AROUND.contains(&name.as_str()) || arguments.iter().any(looks_around)
        }
        ExprKind::And(operands) | ExprKind::Or(operands) => operands.iter().any(looks_around),
        ExprKind::Not(inner) | ExprKind::Negate(inner) => looks_around(inner),
        ExprKind::Test(test) => looks_around(&test.subject) || test.operands.iter().any(looks_around),
        ExprKind::Case { branches, otherwise } => {
            branches.iter().any(|(when, then)| looks_around(when) || looks_around(then)) || looks_around(otherwise)
        }
        ExprKind::Arithmetic { left, right, .. } => looks_around(left) || looks_around(right),
        ExprKind::Member { base, .. } => looks_around(base),
        ExprKind::Field(_) | ExprKind::Value(_) | ExprKind::Star | ExprKind::Subquery(_) | ExprKind::Opaque(_) => false,
    }
}
