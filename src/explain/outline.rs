//! The steps of a query with their numbers: `5.1` is the first step inside step `5`.
//!
//! Every section of the page walks this list, so that a number means the same step everywhere.

use crate::ir::{Expr, ExprKind, JoinKind, LogSource, Pipeline, Source, SourceKind, Stage, StageKind};
use crate::schema::{Columns, Value};

/// One step.
pub(super) struct Step<'r> {
    /// Its number, such as `5.1`.
    pub(super) number: String,
    /// How many steps it is inside of.
    pub(super) depth: usize,
    /// What it is.
    pub(super) kind: StepKind<'r>,
    /// The columns in front of it.
    pub(super) before: Option<&'r Columns>,
    /// The log source of its events, if they come from one.
    pub(super) log_source: Option<&'r LogSource>,
    /// Whether rows that pass it take rows away from the result: one side of an anti join, a list behind `!in`.
    pub(super) is_in_exclusion: bool,
    /// The step that is made of the same definition; its parts are shown there only.
    pub(super) same_as: Option<String>,
    /// Whether it decides which rows the rule returns; a sub-query that only computes a value does not.
    pub(super) decides_rows: bool,
}

/// Kinds of step.
#[derive(Clone, Copy)]
pub(super) enum StepKind<'r> {
    /// Where rows come from.
    Source(&'r Source),
    /// What happens to them.
    Stage(&'r Stage),
}

/// The steps of a query.
pub(super) fn outline(pipeline: &Pipeline) -> Vec<Step<'_>> {
    let mut outline =
        Outline { steps: Vec::new(), depth: 0, is_in_exclusion: false, decides_rows: true, shown: Vec::new() };
    outline.flow(pipeline, "", 1, true);
    outline.steps
}

struct Outline<'r> {
    steps: Vec<Step<'r>>,
    depth: usize,
    is_in_exclusion: bool,
    decides_rows: bool,
    /// Definitions whose parts are shown.
    shown: Vec<Shown<'r>>,
}

/// A definition whose parts are shown, and where.
struct Shown<'r> {
    pipeline: &'r Pipeline,
    number: String,
    is_in_exclusion: bool,
    decides_rows: bool,
}

impl<'r> Outline<'r> {
    /// Numbers a pipeline from `next` on and returns the next free number. A plain table inside another step is named
    /// there and gets no number of its own.
    fn flow(&mut self, pipeline: &'r Pipeline, prefix: &str, mut next: usize, numbers_source: bool) -> usize {
        let first = self.steps.len();
        if numbers_source || is_composed(&pipeline.source) {
            let number = numbered(prefix, next);
            next += 1;
            self.push(&number, StepKind::Source(&pipeline.source), None, &pipeline.source);
            self.inside(|outline| outline.source_parts(&pipeline.source, &number));
        }
        self.stages(pipeline, prefix, next, first)
    }

    /// `first` is the first step of the pipeline.
    fn stages(&mut self, pipeline: &'r Pipeline, prefix: &str, mut next: usize, first: usize) -> usize {
        let mut before = &pipeline.source.columns;
        for stage in &pipeline.stages {
            let number = numbered(prefix, next);
            next += 1;
            if joins_as(stage, JoinKind::RightAnti) {
                self.steps[first..].iter_mut().for_each(|step| step.is_in_exclusion ^= true);
            }
            self.push(&number, StepKind::Stage(stage), Some(before), &pipeline.source);
            self.inside(|outline| outline.stage_parts(stage, &number));
            before = &stage.output;
        }
        next
    }

    /// The steps that make a source; returns the next free number below it.
    fn source_parts(&mut self, source: &'r Source, number: &str) -> usize {
        match &source.kind {
            SourceKind::Pipeline { name: Some(_), pipeline } if self.is_shown_elsewhere(pipeline, number) => 1,
            SourceKind::Pipeline { pipeline, .. } => self.flow(pipeline, number, 1, false),
            SourceKind::Union(branches) => self.branches(branches, number, 1),
            SourceKind::Table { .. }
            | SourceKind::LogSource(_)
            | SourceKind::Function { .. }
            | SourceKind::Inline(_)
            | SourceKind::External(_)
            | SourceKind::Opaque(_) => 1,
        }
    }

    /// Whether the parts of the same definition, used for the same, stand in an earlier step; from here on they do.
    fn is_shown_elsewhere(&mut self, pipeline: &'r Pipeline, number: &str) -> bool {
        let is_alike = |shown: &&Shown<'_>| {
            // What only computes a value says nothing more than what decides rows.
            let is_used_alike = (shown.is_in_exclusion, shown.decides_rows) == (self.is_in_exclusion, true);
            (is_used_alike || !self.decides_rows) && shown.pipeline == pipeline
        };
        let known = self.shown.iter().find(is_alike).map(|shown| shown.number.clone());
        if known.is_none() {
            let (is_in_exclusion, decides_rows) = (self.is_in_exclusion, self.decides_rows);
            self.shown.push(Shown { pipeline, number: number.to_owned(), is_in_exclusion, decides_rows });
        } else if let Some(step) = self.steps.last_mut() {
            step.same_as.clone_from(&known);
        }
        known.is_some()
    }

    /// Each branch is a step, and its stages are inside it.
    fn branches(&mut self, branches: &'r [Pipeline], prefix: &str, mut next: usize) -> usize {
        for branch in branches {
            let number = numbered(prefix, next);
            next += 1;
            let first = self.steps.len();
            self.push(&number, StepKind::Source(&branch.source), None, &branch.source);
            self.inside(|outline| {
                let next = outline.source_parts(&branch.source, &number);
                outline.stages(branch, &number, next, first);
            });
        }
        next
    }

    fn stage_parts(&mut self, stage: &'r Stage, number: &str) {
        let mut next = 1;
        if let StageKind::Join(join) = &stage.kind {
            let outer = self.is_in_exclusion;
            self.is_in_exclusion ^= join.kind == JoinKind::LeftAnti;
            next = self.flow(&join.right, number, next, false);
            self.is_in_exclusion = outer;
        }
        if let StageKind::Union(pipelines) = &stage.kind {
            next = self.branches(pipelines, number, next);
        }
        if let StageKind::Other { pipelines, .. } = &stage.kind {
            for pipeline in pipelines {
                next = self.flow(pipeline, number, next, false);
            }
        }
        for (pipeline, is_negated) in subqueries(stage) {
            let outer = (self.is_in_exclusion, self.decides_rows);
            self.is_in_exclusion ^= is_negated;
            self.decides_rows &= matches!(stage.kind, StageKind::Filter(_));
            next = self.branches(std::slice::from_ref(pipeline), number, next);
            (self.is_in_exclusion, self.decides_rows) = outer;
        }
    }

    /// `source` is where the rows of the step's pipeline come from.
    fn push(&mut self, number: &str, kind: StepKind<'r>, before: Option<&'r Columns>, source: &'r Source) {
        self.steps.push(Step {
            log_source: log_source(source),
            same_as: None,
            number: number.to_owned(),
            depth: self.depth,
            kind,
            before,
            is_in_exclusion: self.is_in_exclusion,
            decides_rows: self.decides_rows,
        });
    }

    fn inside<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }
}

fn joins_as(stage: &Stage, kind: JoinKind) -> bool {
    matches!(&stage.kind, StageKind::Join(join) if join.kind == kind)
}

fn log_source(source: &Source) -> Option<&LogSource> {
    match &source.kind {
        SourceKind::LogSource(found) => Some(found),
        SourceKind::Pipeline { pipeline, .. } => log_source(&pipeline.source),
        SourceKind::Table { .. }
        | SourceKind::Function { .. }
        | SourceKind::Union(_)
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => None,
    }
}

fn numbered(prefix: &str, number: usize) -> String {
    if prefix.is_empty() { number.to_string() } else { format!("{prefix}.{number}") }
}

/// Whether a source is made by steps of its own.
fn is_composed(source: &Source) -> bool {
    matches!(source.kind, SourceKind::Pipeline { .. } | SourceKind::Union(_))
}

/// The sub-queries in a stage's expressions, and whether each stands below an odd number of negations.
fn subqueries(stage: &Stage) -> Vec<(&Pipeline, bool)> {
    let mut found = Vec::new();
    let mut rest: Vec<(&Expr, bool)> = stage.kind.expressions().into_iter().rev().map(|expr| (expr, false)).collect();
    while let Some((expr, is_negated)) = rest.pop() {
        if let ExprKind::Subquery(pipeline) = &expr.kind {
            found.push((pipeline.as_ref(), is_negated));
        }
        let flips = matches!(expr.kind, ExprKind::Not(_));
        rest.extend(expr.children().into_iter().rev().map(|operand| (operand, is_negated ^ flips)));
    }
    found
}

/// The test in `coalesce(test, false)`, where null counts as false: how Sigma negates tests that may be null.
pub(super) fn decided(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Call { name, arguments } if name == "coalesce" => match arguments.as_slice() {
            [test, Expr { kind: ExprKind::Value(Value::Bool(false)), .. }] => {
                matches!(test.kind, ExprKind::Test(_)).then_some(test)
            }
            _ => None,
        },
        _ => None,
    }
}
