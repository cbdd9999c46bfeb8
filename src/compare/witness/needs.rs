//! What a rule reads: the tables, the conditions on their rows, what holds rows together, how many there must be.

use super::goals::{Site, field_in, sites};
use crate::ir::{Expr, ExprKind, Field, JoinKey, JoinKind, Pipeline, Source, SourceKind, Stage, StageKind, TestOp};
use crate::schema::{ScalarType, Value};

/// What a rule reads.
#[derive(Debug, Default)]
pub(crate) struct Needs<'r> {
    /// Where its rows come from, each once.
    pub(crate) sources: Vec<&'r Source>,
    /// Conditions on rows.
    pub(crate) predicates: Vec<Predicate<'r>>,
    /// Places that hold the same value, with its type.
    pub(crate) equal: Vec<(Site, Site, ScalarType)>,
    /// Places that aggregates look at, which several rows should differ in.
    pub(crate) counted: Vec<(Site, ScalarType)>,
    /// Numbers that something other than a column is compared with.
    pub(crate) numbers: Vec<i64>,
    /// Whether rows of the pipeline at hand take rows away from the result.
    is_in_exclusion: bool,
}

/// A condition on rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Predicate<'r> {
    pub(crate) expr: &'r Expr,
    /// Whether rows that it lets through take rows away from the result.
    pub(crate) is_in_exclusion: bool,
}

/// The name that a source's rows are given under.
pub(crate) fn key(source: &Source) -> Option<String> {
    match &source.kind {
        SourceKind::Table { name, .. } | SourceKind::Function { name, .. } => Some(name.clone()),
        SourceKind::LogSource(found) => Some(found.key().to_owned()),
        SourceKind::Union(_)
        | SourceKind::Pipeline { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => None,
    }
}

impl<'r> Needs<'r> {
    pub(crate) fn of(pipeline: &'r Pipeline) -> Self {
        let mut needs = Self::default();
        needs.pipeline(pipeline);
        needs
    }

    fn pipeline(&mut self, pipeline: &'r Pipeline) {
        match &pipeline.source.kind {
            SourceKind::Union(branches) => branches.iter().for_each(|branch| self.pipeline(branch)),
            SourceKind::Pipeline { pipeline, .. } => self.pipeline(pipeline),
            SourceKind::Table { .. } | SourceKind::LogSource(_) | SourceKind::Function { .. } => {
                if !self.sources.iter().any(|source| key(source) == key(&pipeline.source)) {
                    self.sources.push(&pipeline.source);
                }
            }
            SourceKind::Inline(_) | SourceKind::External(_) | SourceKind::Opaque(_) => {}
        }
        pipeline.stages.iter().for_each(|stage| self.stage(stage));
    }

    fn stage(&mut self, stage: &'r Stage) {
        match &stage.kind {
            StageKind::Filter(predicate) => {
                self.predicates.push(Predicate { expr: predicate, is_in_exclusion: self.is_in_exclusion });
                self.inside(predicate);
            }
            StageKind::Summarize { aggregates, .. } => {
                for aggregate in aggregates {
                    if let Some((field, path)) = field_in(&aggregate.value) {
                        let places = sites(field, &path).into_iter().map(|(site, _)| (site, ScalarType::String));
                        self.counted.extend(places);
                    }
                }
            }
            StageKind::Join(join) => {
                self.excluding(join.kind == JoinKind::LeftAnti, |needs| needs.pipeline(&join.right));
                join.keys.iter().flatten().for_each(|key| self.key(key));
            }
            StageKind::Union(branches) => branches.iter().for_each(|branch| self.pipeline(branch)),
            StageKind::Extend(items) | StageKind::Project(items) => {
                for item in items {
                    self.inside(&item.value);
                }
            }
            StageKind::Other { pipelines, .. } => pipelines.iter().for_each(|pipeline| self.pipeline(pipeline)),
            StageKind::ProjectAway(_)
            | StageKind::ProjectKeep(_)
            | StageKind::ProjectRename(_)
            | StageKind::ProjectReorder
            | StageKind::Distinct(_)
            | StageKind::Sort(_)
            | StageKind::Take(_)
            | StageKind::Top { .. }
            | StageKind::Count(_)
            | StageKind::MvExpand(_)
            | StageKind::Parse { .. }
            | StageKind::Annotation(_)
            | StageKind::Opaque(_) => {}
        }
    }

    /// Within what takes rows away, if `flips`.
    fn excluding(&mut self, flips: bool, work: impl FnOnce(&mut Self)) {
        self.is_in_exclusion ^= flips;
        work(self);
        self.is_in_exclusion ^= flips;
    }

    fn key(&mut self, key: &JoinKey) {
        self.equal_fields(&key.left, &key.right, ScalarType::Unknown);
    }

    fn equal_fields(&mut self, left: &Field, right: &Field, ty: ScalarType) {
        for (left, _) in sites(left, &[]) {
            for (right, _) in sites(right, &[]) {
                self.equal.push((left.clone(), right, ty));
            }
        }
    }

    /// Sub-queries, and comparisons with what is no column of a table.
    fn inside(&mut self, expr: &'r Expr) {
        match &expr.kind {
            ExprKind::And(operands) | ExprKind::Or(operands) | ExprKind::Call { arguments: operands, .. } => {
                for operand in operands {
                    self.inside(operand);
                }
            }
            ExprKind::Not(inner) => self.excluding(true, |needs| needs.inside(inner)),
            ExprKind::Negate(inner) => self.inside(inner),
            ExprKind::Subquery(pipeline) => self.pipeline(pipeline),
            ExprKind::Test(test) => {
                let number = |operand: &Expr| match operand.kind {
                    ExprKind::Value(Value::Integer(number)) => Some(number),
                    _ => None,
                };
                self.numbers.extend(test.operands.iter().filter_map(number));
                if let [Expr { kind: ExprKind::Subquery(pipeline), .. }] = test.operands.as_slice()
                    && matches!(test.op, TestOp::In | TestOp::InCi)
                    && let (Some((left, _)), Some(column)) = (field_in(&test.subject), pipeline.output.columns.first())
                {
                    let right = Field { name: column.name.clone(), origin: column.origin.clone(), span: expr.span };
                    self.equal_fields(left, &right, column.ty);
                }
                self.inside(&test.subject);
                test.operands.iter().for_each(|operand| self.inside(operand));
            }
            ExprKind::Case { branches, otherwise } => {
                for (when, then) in branches {
                    self.inside(when);
                    self.inside(then);
                }
                self.inside(otherwise);
            }
            ExprKind::Arithmetic { left, right, .. } => {
                self.inside(left);
                self.inside(right);
            }
            ExprKind::Member { base, .. } => self.inside(base),
            ExprKind::Field(_) | ExprKind::Value(_) | ExprKind::Star | ExprKind::Opaque(_) => {}
        }
    }

    /// How many events of a kind are worth a try.
    pub(crate) fn copies(&self) -> Vec<usize> {
        let near = |number: &i64| [number.saturating_sub(1), *number, number.saturating_add(1)];
        let mut copies: Vec<usize> =
            self.numbers.iter().flat_map(near).filter_map(|number| usize::try_from(number).ok()).collect();
        copies.retain(|copies| (2..=200).contains(copies));
        copies.push(1);
        copies.sort_unstable();
        copies.dedup();
        copies.truncate(8);
        copies
    }
}
