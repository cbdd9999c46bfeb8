//! The rows of a rule that names its log source, as Sigma does, rather than a table.
//!
//! A target may keep one log source in several places: Defender's table, the log of another sensor. The first that has
//! every field of the rule is taken; if none has, the first says what is missing.

use super::flatten::Flat;
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use super::rows::{KeptAt, Rows, Wishes, translated, with_columns};
use super::source::Recognised;
use super::subject::Columns;
use super::{Request, Target, direction};
use crate::ir::{Expr, ExprKind, LogSource as Named, Pipeline, SourceKind, StageKind};
use crate::mapping::{Assumption, Dialect, Fit, LogSource};
use crate::span::Span;

/// The rows of a named log source. `losses` are those of its time range.
pub(super) fn rows<'a>(
    request: &Request<'a>,
    wishes: &Wishes<'_>,
    flat: &Flat<'_>,
    named: &Named,
    conjuncts: &[Expr],
    losses: &[Loss],
    needed: &[Expr],
) -> Result<Rows<'a>, Vec<Refusal>> {
    let span = flat.source.span;
    let known = named.id.as_deref().and_then(|id| request.hub.log_source(id));
    let source = known.ok_or_else(|| vec![unknown(span, named)])?;
    let places = (wishes.places)(source);
    let mut first_refusals = None;
    for (index, place) in places.iter().enumerate() {
        let mut losses = losses.to_vec();
        losses.extend(fit_loss(place.fit, &named.to_string(), &place.name, span));
        let columns = Columns {
            hub: request.hub,
            log_source: direction::section(request.hub, &source.id, Dialect::Sigma, place.dialects, conjuncts),
            from: Dialect::Sigma,
            to: place.dialects,
            native_prefix: "",
            element: wishes.element,
            shape: place.shape,
        };
        let recognised = recognised(source, named, index, place, conjuncts);
        match translated(request, wishes, recognised, columns, losses, false)
            .and_then(|rows| with_columns(rows, needed))
        {
            Ok(rows) => {
                let condition = rows.condition.merged(&wishes.lists);
                return Ok(Rows { condition, ..rows });
            }
            Err(refusals) => {
                first_refusals.get_or_insert(refusals);
            }
        }
    }
    Err(first_refusals.unwrap_or_else(|| vec![homeless(span, named)]))
}

/// Whether the rows of a pipeline come from named log sources.
pub(super) fn is_named(pipeline: &Pipeline) -> bool {
    match &pipeline.source.kind {
        SourceKind::LogSource(_) => true,
        SourceKind::Union(branches) => branches.iter().any(is_named),
        SourceKind::Pipeline { pipeline, .. } => is_named(pipeline),
        SourceKind::Table { .. }
        | SourceKind::Function { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => false,
    }
}

/// What the fixed windows of a query make of the sliding ones of a correlation.
pub(super) fn window_losses(request: &Request<'_>, target: Target) -> Vec<Loss> {
    let pipeline = &request.rule.pipeline;
    if !is_named(pipeline) || target == Target::Sigma {
        return Vec::new();
    }
    let mut losses = Vec::new();
    for stage in &pipeline.stages {
        let StageKind::Summarize { aggregates, by } = &stage.kind else { continue };
        let width = by.iter().find(|key| matches!(&key.value.kind, ExprKind::Call { name, .. } if name == "bin"));
        if let Some(width) = width {
            losses.push(
                Loss::new(LossClass::Under, Reason::WindowFixed, width.span, "timespan")
                    .says("the window slides in Sigma; here windows lie end to end, and what crosses an edge is missed")
                    .assuming(Assumption::Window),
            );
        }
        let is_estimate = |name: &str| name == "dcount" && target != Target::Spl;
        let estimates =
            aggregates.iter().any(|sum| matches!(&sum.value.kind, ExprKind::Call { name, .. } if is_estimate(name)));
        if estimates {
            losses.push(
                Loss::new(LossClass::Assumption, Reason::FieldAssumption, stage.span, "value_count")
                    .says("large numbers of distinct values are estimated")
                    .assuming(Assumption::DistinctCount),
            );
        }
        // Two pairs that are in order each do not make three in order.
        if aggregates.iter().filter(|sum| sum.names.iter().any(|name| name.starts_with("first_"))).count() > 1 {
            losses.push(
                Loss::new(LossClass::Over, Reason::WindowFixed, stage.span, "temporal_ordered")
                    .says("each rule is compared with the next only, by its first and the other's last match"),
            );
        }
    }
    losses
}

fn recognised<'a>(
    source: &'a LogSource,
    named: &Named,
    place: usize,
    kept: &KeptAt<'_>,
    conjuncts: &[Expr],
) -> Recognised<'a> {
    Recognised {
        name: named.to_string(),
        log_source: source,
        fit: kept.fit,
        place,
        is_stated: true,
        is_whole_home: false,
        dialect: Dialect::Sigma,
        rest: conjuncts.to_vec(),
        losses: Vec::new(),
    }
}

fn unknown(span: Span, named: &Named) -> Refusal {
    let message = format!("the log source {named} is not in the mapping");
    let suggestion = "add it to a mapping file and name that with `--map`";
    Refusal::new(span, Reason::LogsourceUnmapped, "logsource", message).suggest(suggestion)
}

fn homeless(span: Span, named: &Named) -> Refusal {
    let message = format!("the target does not keep the log source {named}");
    Refusal::new(span, Reason::LogsourceUnmapped, "logsource", message)
}

/// What the step from the log source, or from a table that records it, to the place means.
pub(super) fn fit_loss(fit: Fit, named: &str, place: &str, span: Span) -> Option<Loss> {
    let (class, reason, message) = match fit {
        Fit::Same => return None,
        Fit::Close => {
            let message = format!("`{place}` is the same activity as {named}, reported by another sensor");
            (LossClass::Assumption, Reason::LogsourceSensor, message)
        }
        Fit::Wider => {
            let message = format!("`{place}` also holds other activity than {named}");
            (LossClass::Over, Reason::LogsourceWidened, message)
        }
        Fit::Partial | Fit::None => {
            let message = format!("`{place}` records only a part of {named}");
            (LossClass::Under, Reason::LogsourceNarrowed, message)
        }
    };
    Some(Loss::new(class, reason, span, "logsource").says(message).emits(place).assuming(Assumption::Sensor))
}
