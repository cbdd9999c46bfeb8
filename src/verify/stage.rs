//! Rules in which each event decides by itself.

use std::collections::BTreeMap;

use crate::emit::substitute;
use crate::ir::{Expr, ExprKind, Field, Pipeline, SourceKind, Stage, StageKind};
use crate::schema::{Origin, ScalarType};

/// The part of a pipeline up to which every event is by itself, if the rest decides nothing: grouping, order, numbers of
/// rows without a condition behind them.
pub(super) fn each_event(pipeline: &Pipeline) -> Option<Pipeline> {
    let mut kept = pipeline.clone();
    match &mut kept.source.kind {
        SourceKind::Pipeline { pipeline, .. } => **pipeline = each_event(pipeline)?,
        SourceKind::Union(branches) => {
            for branch in branches {
                *branch = each_event(branch)?;
            }
        }
        SourceKind::Table { .. } | SourceKind::LogSource(_) | SourceKind::Function { .. } => {}
        SourceKind::Inline(_) | SourceKind::External(_) | SourceKind::Opaque(_) => return None,
    }
    if groups(&pipeline.source.kind) && pipeline.stages.iter().any(|stage| decides(&stage.kind)) {
        return None;
    }
    let mut stages = Vec::new();
    for (index, stage) in pipeline.stages.iter().enumerate() {
        match &stage.kind {
            StageKind::Filter(predicate) => {
                stages.push(Stage { kind: StageKind::Filter(timed(predicate)), ..stage.clone() });
            }
            StageKind::Extend(_)
            | StageKind::Project(_)
            | StageKind::ProjectAway(_)
            | StageKind::ProjectKeep(_)
            | StageKind::ProjectRename(_)
            | StageKind::ProjectReorder
            | StageKind::Annotation(_)
            | StageKind::MvExpand(_) => stages.push(stage.clone()),
            StageKind::Sort(_) => {}
            StageKind::Union(branches) => {
                let branches = branches.iter().map(each_event).collect::<Option<Vec<_>>>()?;
                stages.push(Stage { kind: StageKind::Union(branches), ..stage.clone() });
            }
            StageKind::Take(_)
            | StageKind::Top { .. }
            | StageKind::Count(_)
            | StageKind::Summarize { .. }
            | StageKind::Distinct(_) => {
                let behind = &pipeline.stages[index + 1..];
                if behind.iter().any(|stage| decides(&stage.kind)) {
                    return None;
                }
                break;
            }
            StageKind::Join(_) | StageKind::Parse { .. } | StageKind::Other { .. } | StageKind::Opaque(_) => {
                return None;
            }
        }
    }
    kept.stages = stages;
    Some(kept)
}

/// The pipeline with the time of the event as such in the conditions on events, its groups and what is made of them.
pub(super) fn with_times(pipeline: &Pipeline) -> Pipeline {
    let mut timed_pipeline = pipeline.clone();
    match &mut timed_pipeline.source.kind {
        SourceKind::Pipeline { pipeline, .. } => **pipeline = with_times(pipeline),
        SourceKind::Union(branches) => branches.iter_mut().for_each(|branch| *branch = with_times(branch)),
        SourceKind::Table { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Function { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => {}
    }
    for stage in &mut timed_pipeline.stages {
        match &mut stage.kind {
            StageKind::Filter(predicate) => *predicate = timed(predicate),
            StageKind::Extend(items) | StageKind::Project(items) => {
                for item in items {
                    item.value = timed(&item.value);
                }
            }
            StageKind::Summarize { aggregates, by } => {
                for aggregate in aggregates {
                    aggregate.value = timed(&aggregate.value);
                }
                for key in by {
                    key.value = timed(&key.value);
                }
            }
            StageKind::Join(join) => join.right = with_times(&join.right),
            StageKind::Union(branches) => branches.iter_mut().for_each(|branch| *branch = with_times(branch)),
            _ => {}
        }
    }
    timed_pipeline
}

/// The predicate with the time of the event as such: not every table is known to have the column that all have.
fn timed(predicate: &Expr) -> Expr {
    let column = |name: &str| {
        let origin = Origin::Table { table: String::new(), column: name.to_owned(), through_join: false };
        let field = Field { name: name.to_owned(), origin, span: predicate.span };
        (name.to_owned(), Expr { kind: ExprKind::Field(field), ty: ScalarType::Datetime, span: predicate.span })
    };
    substitute(predicate, &BTreeMap::from(super::TIME_COLUMNS.map(column)))
}

/// Whether a source gives rows that are no events.
fn groups(kind: &SourceKind) -> bool {
    let of = |pipeline: &Pipeline| {
        groups(&pipeline.source.kind)
            || pipeline.stages.iter().any(|stage| {
                matches!(
                    stage.kind,
                    StageKind::Take(_)
                        | StageKind::Top { .. }
                        | StageKind::Count(_)
                        | StageKind::Summarize { .. }
                        | StageKind::Distinct(_)
                )
            })
    };
    match kind {
        SourceKind::Pipeline { pipeline, .. } => of(pipeline),
        SourceKind::Union(branches) => branches.iter().any(of),
        SourceKind::Table { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Function { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => false,
    }
}

/// Whether a stage keeps some rows and not others, or looks at several.
fn decides(kind: &StageKind) -> bool {
    match kind {
        StageKind::Filter(_)
        | StageKind::Join(_)
        | StageKind::Union(_)
        | StageKind::Parse { .. }
        | StageKind::MvExpand(_)
        | StageKind::Summarize { .. }
        | StageKind::Other { .. }
        | StageKind::Opaque(_) => true,
        StageKind::Extend(_)
        | StageKind::Project(_)
        | StageKind::ProjectAway(_)
        | StageKind::ProjectKeep(_)
        | StageKind::ProjectRename(_)
        | StageKind::ProjectReorder
        | StageKind::Distinct(_)
        | StageKind::Sort(_)
        | StageKind::Take(_)
        | StageKind::Top { .. }
        | StageKind::Count(_)
        | StageKind::Annotation(_) => false,
    }
}
