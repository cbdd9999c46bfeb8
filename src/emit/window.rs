//! Functions that look at other rows than the one that they are about: their place in the order of rows is part of what
//! they mean, so no stage may be moved across them.

use crate::ir::{Expr, ExprKind, Pipeline, SourceKind, Stage};

/// Whether a stage looks at other rows than the one that it is about.
pub(super) fn is_windowed(stage: &Stage) -> bool {
    stage.kind.expressions().into_iter().any(looks_around)
}

/// Whether a stage of the pipeline, or of those that it is made from, does.
pub(super) fn has_windows(pipeline: &Pipeline) -> bool {
    let is_of_source = matches!(&pipeline.source.kind, SourceKind::Pipeline { pipeline, .. } if has_windows(pipeline));
    is_of_source || pipeline.stages.iter().any(is_windowed)
}

fn looks_around(expr: &Expr) -> bool {
    let mut found = matches!(&expr.kind, ExprKind::Call { name, .. } if is_window(name));
    expr.for_each_child(&mut |child| found = found || looks_around(child));
    found
}

pub(super) fn is_window(name: &str) -> bool {
    matches!(
        name,
        "prev" | "next" | "row_number" | "row_cumsum" | "row_rank_dense" | "row_rank_min" | "row_window_session"
    )
}
