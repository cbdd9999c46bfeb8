//! The steps that every backend shares: from a rule to its log source, its condition and its output columns.

use super::adapt::Style;
use super::condition::Condition;
use super::flatten::{Flat, OutputColumn, Step, StepKind, flatten};
use super::fold::fold;
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use super::source::{Recognised, recognise, sensor_loss};
use super::time::{TimeTest, Window, fixed_loss, time_test, window_loss};
use super::translate::{Position, Translator, source_column};
use super::{Request, regex};
use crate::ir::{Expr, ExprKind, SourceKind};
use crate::mapping::{Dialect, LogSource};

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

/// What a backend wants from the plan.
pub(super) struct Wishes<'a> {
    /// Dialects of a log source, preferred first; empty if the target does not have it.
    pub(super) dialects: &'a dyn Fn(&LogSource) -> &'static [Dialect],
    /// What the target can write, given the separator of the log source's paths.
    pub(super) style: &'a dyn Fn(char) -> Style,
    /// The target's name of the log source, for the report.
    pub(super) source_name: &'a dyn Fn(&LogSource) -> String,
    /// Whether the target reads other sensors than the source's table, rather than that table among others.
    pub(super) changes_sensor: bool,
    /// Whether a relative time range is written.
    pub(super) keeps_window: bool,
}

/// Plans a rule.
pub(super) fn plan<'a>(request: &Request<'a>, wishes: &Wishes<'_>) -> Result<Plan<'a>, Vec<Refusal>> {
    let flat = flatten(&request.rule.pipeline)?;
    let mut losses = Vec::new();
    let (conjuncts, window) = untimed(request, wishes, &flat, &mut losses)?;
    let allows_under = request.options.allow.contains(&LossClass::Under);
    let has_column = |source: &LogSource, from: Dialect, column: &str| {
        request.hub.resolve(&source.id, from, column, (wishes.dialects)(source)).is_some()
    };
    let mut recognised =
        recognise(request.hub, flat.source, conjuncts, allows_under, has_column).map_err(|r| vec![r])?;
    let dialects = (wishes.dialects)(recognised.log_source);
    if dialects.is_empty() {
        let message = format!("the target has no source for `{}`", recognised.log_source.id);
        return Err(vec![Refusal::new(flat.source.span, Reason::LogsourceUnmapped, &*recognised.name, message)]);
    }
    losses.append(&mut recognised.losses);
    let target_name = (wishes.source_name)(recognised.log_source);
    if wishes.changes_sensor {
        losses.extend(sensor_loss(recognised.fit, &recognised.name, &target_name, flat.source));
    }
    let separator = if recognised.log_source.sigma.product.as_deref() == Some("windows") { '\\' } else { '/' };
    let style = (wishes.style)(separator);
    let mut translator = Translator {
        hub: request.hub,
        log_source: &recognised.log_source.id,
        from: recognised.dialect,
        to: dialects,
        style: &style,
        unmapped: request.options.unmapped,
        losses,
        refusals: Vec::new(),
    };
    let rest = std::mem::take(&mut recognised.rest);
    let conditions = rest.iter().map(|conjunct| translator.condition(conjunct, Position::TOP)).collect();
    let (mut losses, refusals) = (translator.losses, translator.refusals);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let condition = Condition::all(conditions);
    if condition == Condition::Constant(false) {
        let message = "no event can satisfy the condition";
        return Err(vec![Refusal::new(request.rule.pipeline.span, Reason::NeverTrue, "where", message)]);
    }
    let fields = fields(request, &recognised, dialects, flat.output, &mut losses);
    let is_filter = |step: &Step| matches!(step.kind, StepKind::Filter(_));
    let steps = flat.steps.into_iter().filter(|step| !is_filter(step)).collect();
    Ok(Plan { recognised, condition, window, steps, fields, losses })
}

/// The conjuncts of all filters, without tests of the time.
fn untimed(
    request: &Request<'_>,
    wishes: &Wishes<'_>,
    flat: &Flat<'_>,
    losses: &mut Vec<Loss>,
) -> Result<(Vec<Expr>, Window), Vec<Refusal>> {
    let mut window = arguments_window(flat)?;
    if window != Window::default() {
        losses.push(window_loss(window, flat.source.span, wishes.keeps_window));
    }
    let mut conjuncts = Vec::new();
    for step in &flat.steps {
        if let StepKind::Filter(predicate) = &step.kind {
            split(fold(predicate), &mut conjuncts);
        }
    }
    let mut kept = Vec::new();
    for conjunct in conjuncts {
        match time_test(request.hub, &conjunct) {
            TimeTest::None => kept.push(conjunct),
            TimeTest::Fixed => losses.push(fixed_loss(conjunct.span)),
            TimeTest::Window(part) => {
                losses.push(window_loss(part, conjunct.span, wishes.keeps_window));
                window = window.and(part);
            }
        }
    }
    Ok((kept, window))
}

fn split(expr: Expr, conjuncts: &mut Vec<Expr>) {
    match expr.kind {
        ExprKind::And(parts) => parts.into_iter().for_each(|part| split(part, conjuncts)),
        kind => conjuncts.push(Expr { kind, ..expr }),
    }
}

/// The time range that the arguments of an ASIM function give; other arguments are refused.
fn arguments_window(flat: &Flat<'_>) -> Result<Window, Vec<Refusal>> {
    let SourceKind::Function { name, arguments } = &flat.source.kind else { return Ok(Window::default()) };
    let mut window = Window::default();
    let mut refusals = Vec::new();
    for (parameter, value) in arguments {
        if let Some(part) = super::time::argument(parameter, value) {
            window = window.and(part);
        } else {
            let message = format!("the argument `{parameter}` of `{name}` cannot be converted");
            let refusal = Refusal::new(value.span, Reason::FunctionArgument, parameter.clone(), message);
            refusals.push(refusal.suggest("write it as a filter behind the function"));
        }
    }
    if refusals.is_empty() { Ok(window) } else { Err(refusals) }
}

fn fields(
    request: &Request<'_>,
    recognised: &Recognised<'_>,
    dialects: &[Dialect],
    output: Option<Vec<OutputColumn>>,
    losses: &mut Vec<Loss>,
) -> Option<Vec<(OutputColumn, Vec<String>)>> {
    let mut mapped: Vec<(OutputColumn, Vec<String>)> = Vec::new();
    let mut lost = Vec::new();
    for column in output? {
        let names = match &column.value.kind {
            ExprKind::Field(field) if request.hub.is_time_column(source_column(field)) => continue,
            ExprKind::Field(field) => request
                .hub
                .resolve(&recognised.log_source.id, recognised.dialect, source_column(field), dialects)
                .map(|resolution| resolution.target.names.clone()),
            _ => None,
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
    Style { mode: request.mode, is_kql: false, keeps_case, regex: Some(syntax), separator, spell }
}
