//! The steps that every backend shares: from a rule to its log source, its condition and its output columns.

use super::adapt::Style;
use super::condition::Condition;
use super::flatten::{OutputColumn, Step, StepKind, flatten};
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use super::rows::{Rows, Wishes, rows};
use super::source::Recognised;
use super::subject::{Columns, source_column, subject};
use super::time::Window;
use super::{Request, regex};
use crate::ir::ExprKind;

/// A rule, ready to be spelled.
pub(super) struct Plan<'a> {
    /// What the rule is about.
    pub(super) recognised: Recognised<'a>,
    /// The rows it wants, without those of its conditions that select the log source or the time.
    pub(super) condition: Condition,
    /// The time range.
    pub(super) window: Window,
    /// Steps other than filters, in their order.
    pub(super) steps: Vec<Step>,
    /// Output columns that have a field on the target, with it; `None` if the rule chooses no columns.
    pub(super) fields: Option<Vec<(OutputColumn, Vec<String>)>>,
    /// What differs so far.
    pub(super) losses: Vec<Loss>,
}

/// Plans a rule.
pub(super) fn plan<'a>(request: &Request<'a>, wishes: &Wishes<'_>) -> Result<Plan<'a>, Vec<Refusal>> {
    let flat = flatten(&request.rule.pipeline)?;
    let Rows { recognised, condition, window, mut losses, columns } = rows(request, wishes, &flat, &[])?;
    let fields = fields(request, &columns, flat.output, &mut losses);
    let is_filter = |step: &Step| matches!(step.kind, StepKind::Filter(_));
    let steps = flat.steps.into_iter().filter(|step| !is_filter(step)).collect();
    Ok(Plan { recognised, condition, window, steps, fields, losses })
}

/// The fields of the output columns, and what is lost of them.
pub(super) fn output_fields(
    request: &Request<'_>,
    columns: &Columns<'_>,
    output: Option<&[OutputColumn]>,
) -> (Vec<(OutputColumn, Vec<String>)>, Vec<Loss>) {
    let mut losses = Vec::new();
    let fields = fields(request, columns, output.map(<[OutputColumn]>::to_vec), &mut losses);
    (fields.into_iter().flatten().collect(), losses)
}

fn fields(
    request: &Request<'_>,
    columns: &Columns<'_>,
    output: Option<Vec<OutputColumn>>,
    losses: &mut Vec<Loss>,
) -> Option<Vec<(OutputColumn, Vec<String>)>> {
    let mut mapped: Vec<(OutputColumn, Vec<String>)> = Vec::new();
    let mut lost = Vec::new();
    for column in output? {
        let names = match &column.value.kind {
            ExprKind::Field(field) if request.hub.is_time_column(source_column(field)) => continue,
            _ => subject(&column.value)
                .and_then(|subject| columns.resolve(&subject))
                .map(|(resolution, _)| resolution.target.spellings()),
        };
        match names {
            Some(names) if mapped.iter().any(|(_, other)| *other == names) => {}
            Some(names) => mapped.push((column, names)),
            None => lost.push(format!("`{}`", column.name)),
        }
    }
    if !lost.is_empty() {
        let span = request.rule.pipeline.span;
        losses.push(
            Loss::new(LossClass::Informational, Reason::OutputDropped, span, "output columns")
                .says(format!("the output columns {} have no counterpart", lost.join(", "))),
        );
    }
    Some(mapped)
}

/// The losses of steps that a target leaves out.
pub(super) fn dropped_steps(steps: &[Step]) -> Vec<Loss> {
    let loss = |step: &Step| {
        let (class, reason, word, message) = match &step.kind {
            StepKind::Filter(_) => return None,
            StepKind::Distinct(_) => {
                (LossClass::Informational, Reason::StageDropped, "distinct", "the target gives one result per event")
            }
            StepKind::Sort(_) => {
                (LossClass::Informational, Reason::StageDropped, "sort", "the order of results is left out")
            }
            StepKind::Take(_) => {
                (LossClass::Over, Reason::RowsUnlimited, "take", "the number of results is not limited")
            }
            StepKind::Top(..) => {
                (LossClass::Over, Reason::RowsUnlimited, "top", "the number of results is not limited")
            }
        };
        Some(Loss::new(class, reason, step.span, word).says(message))
    };
    steps.iter().filter_map(loss).collect()
}

/// The syntax of regular expressions and the case handling of the targets outside KQL.
pub(super) fn foreign_style(
    request: &Request<'_>,
    separator: char,
    syntax: regex::Syntax,
    keeps_case: bool,
    spell: fn(&super::condition::Match) -> String,
) -> Style {
    Style {
        mode: request.mode,
        is_kql: false,
        keeps_case,
        regex: Some(syntax),
        separator,
        compute: None,
        time_field: None,
        spell,
    }
}
