//! A union as its branches, each followed by what follows the union.

use crate::ir::{Pipeline, Source, SourceKind, Stage, StageKind};

/// Unions of more branches stay whole and are refused by name.
const MAX_BRANCHES: usize = 24;

/// The pipelines whose rows together are the rows of the pipeline; only itself if there is no union in it.
///
/// Stages behind the union stand at the end of every branch: right for those that look at one row at a time, and for a
/// target that counts the rows of all branches together.
pub(super) fn distribute(pipeline: &Pipeline) -> Vec<Pipeline> {
    let branches = branches(pipeline);
    if branches.len() > MAX_BRANCHES { vec![pipeline.clone()] } else { branches }
}

fn branches(pipeline: &Pipeline) -> Vec<Pipeline> {
    let union = pipeline.stages.iter().position(|stage| matches!(stage.kind, StageKind::Union(_)));
    if let Some(at) = union {
        let StageKind::Union(others) = &pipeline.stages[at].kind else { return vec![pipeline.clone()] };
        let first = Pipeline { stages: pipeline.stages[..at].to_vec(), ..pipeline.clone() };
        let rest = &pipeline.stages[at + 1..];
        let each = std::iter::once(&first).chain(others).map(|branch| followed(branch, rest, pipeline));
        return each.flat_map(|branch| branches(&branch)).take(MAX_BRANCHES + 1).collect();
    }
    match &pipeline.source.kind {
        SourceKind::Union(inputs) => inputs
            .iter()
            .flat_map(|branch| branches(&followed(branch, &pipeline.stages, pipeline)))
            .take(MAX_BRANCHES + 1)
            .collect(),
        SourceKind::Pipeline { pipeline: inner, .. } => match branches(inner) {
            inputs if inputs.len() > 1 => {
                inputs.iter().map(|branch| followed(branch, &pipeline.stages, pipeline)).collect()
            }
            _ => vec![pipeline.clone()],
        },
        SourceKind::Table { .. }
        | SourceKind::Function { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => vec![pipeline.clone()],
    }
}

fn followed(branch: &Pipeline, stages: &[Stage], whole: &Pipeline) -> Pipeline {
    let source = Source {
        kind: SourceKind::Pipeline { name: None, pipeline: Box::new(branch.clone()) },
        columns: branch.output.clone(),
        span: branch.span,
    };
    Pipeline { source, stages: stages.to_vec(), output: whole.output.clone(), span: whole.span }
}
