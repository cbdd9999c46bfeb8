//! Correlations as Sigma means them: a window of time that slides, and no fixed ones side by side.

use crate::eval::Timestamp;
use crate::ir::{Aggregate, Detection, Expr, ExprKind, Pipeline, SourceKind, StageKind};
use crate::schema::{ScalarType, Value};

/// The column with the time of an event.
const TIME: &str = "TimeGenerated";

/// Ticks of a second.
const TICKS: i64 = 10_000_000;

/// A correlation, and the windows in which it looks for its events.
pub(super) struct Sliding {
    /// The rule over the events of one window.
    pub(super) rule: Detection,
    /// The length of the window in ticks.
    pub(super) width: i64,
    /// Whether it is over correlations with other windows.
    pub(super) is_mixed: bool,
}

impl Sliding {
    /// The correlation that a rule is; `None` if the rule has no window, or its windows are those of a query.
    pub(super) fn of(rule: &Detection) -> Option<Self> {
        let mut rule = rule.clone();
        let mut widths = Vec::new();
        if !is_of_log_sources(&rule.pipeline) {
            return None;
        }
        slide(&mut rule.pipeline, &mut widths);
        // The outermost is found last.
        let width = *widths.last()?;
        Some(Self { rule, width, is_mixed: widths.iter().any(|other| *other != width) })
    }

    /// The length of the window in seconds.
    pub(super) fn seconds(&self) -> i64 {
        self.width / TICKS
    }

    /// The windows in which these times lie, each as the times that begin and end it.
    pub(super) fn windows(&self, times: &[Timestamp]) -> Vec<(Timestamp, Timestamp)> {
        let mut starts: Vec<i64> = times.iter().map(|time| time.0).collect();
        starts.sort_unstable();
        starts.dedup();
        let Some(last) = starts.last().copied() else { return Vec::new() };
        // A window that reaches to the end holds what the later ones do.
        let ends = starts.iter().position(|start| last - start <= self.width).unwrap_or_default();
        starts.truncate(ends + 1);
        starts.into_iter().map(|start| (Timestamp(start), Timestamp(start + self.width))).collect()
    }
}

/// Whether all events of the rule come from log sources of Sigma.
pub(super) fn is_of_log_sources(pipeline: &Pipeline) -> bool {
    match &pipeline.source.kind {
        SourceKind::LogSource(_) => true,
        SourceKind::Union(branches) => branches.iter().all(is_of_log_sources),
        SourceKind::Pipeline { pipeline, .. } => is_of_log_sources(pipeline),
        SourceKind::Table { .. }
        | SourceKind::Function { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => false,
    }
}

/// Takes fixed windows out of the groups, notes how long they are, and gives each group the time of its last event.
fn slide(pipeline: &mut Pipeline, widths: &mut Vec<i64>) {
    match &mut pipeline.source.kind {
        SourceKind::Union(branches) => branches.iter_mut().for_each(|branch| slide(branch, widths)),
        SourceKind::Pipeline { pipeline, .. } => slide(pipeline, widths),
        SourceKind::LogSource(_)
        | SourceKind::Table { .. }
        | SourceKind::Function { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => {}
    }
    for stage in &mut pipeline.stages {
        let StageKind::Summarize { aggregates, by } = &mut stage.kind else { continue };
        let Some(at) = by.iter().position(|key| width(&key.value).is_some()) else { continue };
        let key = by.remove(at);
        widths.extend(width(&key.value));
        let ExprKind::Call { mut arguments, .. } = key.value.kind else { continue };
        let time = arguments.swap_remove(0);
        let kind = ExprKind::Call { name: "max".to_owned(), arguments: vec![time] };
        let value = Expr { kind, ty: ScalarType::Datetime, span: key.span };
        aggregates.push(Aggregate { names: vec![TIME.to_owned()], value, span: key.span });
    }
}

/// The length of `bin(TimeGenerated, 5m)`.
fn width(expr: &Expr) -> Option<i64> {
    let ExprKind::Call { name, arguments } = &expr.kind else { return None };
    match arguments.as_slice() {
        [time, Expr { kind: ExprKind::Value(Value::Timespan(ticks)), .. }]
            if name == "bin" && matches!(&time.kind, ExprKind::Field(field) if field.name == TIME) =>
        {
            Some(*ticks)
        }
        _ => None,
    }
}
