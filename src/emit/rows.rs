//! The rows of one table that a pipeline wants: their log source, the condition on them, the time range.
//!
//! Where the hub has no log source or no column for something that the rule tests, a target that can store the table as
//! it is gets the rule on the table's own columns, under a named assumption.

use super::adapt::Style;
use super::argument::arguments;
use super::condition::{Condition, Shape};
use super::flatten::{Flat, StepKind};
use super::fold::fold;
use super::left_out;
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use super::source::{Recognised, recognise, rows_loss, sensor_loss, source_name};
use super::subject::{ColumnSet, Columns, subject};
use super::time::{TimeTest, Window, fixed_loss, is_about_time, time_test, window_loss};
use super::translate::{Known, Position, Translator};
use super::{Request, Unmapped, direction, widen};
use crate::ir::{Expr, ExprKind, SourceKind};
use crate::mapping::{Assumption, Dialect, Fit, LogSource, Resolution, ValueForm};

/// The wanted rows of one table.
pub(super) struct Rows<'a> {
    /// What the rule is about.
    pub(super) recognised: Recognised<'a>,
    /// The rows it wants, without those of its conditions that select the log source or the time.
    pub(super) condition: Condition,
    /// The time range.
    pub(super) window: Window,
    /// What differs.
    pub(super) losses: Vec<Loss>,
    /// Where columns are looked up.
    pub(super) columns: Columns<'a>,
}

/// What a backend wants from the plan.
pub(super) struct Wishes<'a> {
    /// Dialects of a log source, preferred first; empty if the target does not have it.
    pub(super) dialects: &'a dyn Fn(&LogSource) -> &'static [Dialect],
    /// Where the target keeps a log source, preferred first.
    pub(super) places: &'a dyn for<'s> Fn(&'s LogSource) -> Vec<KeptAt<'s>>,
    /// What the target can write, given the separator of the log source's paths.
    pub(super) style: &'a dyn Fn(char) -> Style,
    /// The target's name of the log source, for the report.
    pub(super) source_name: &'a dyn Fn(&LogSource) -> String,
    /// What the columns of the target are, beyond those that the hub lists, where the rule reads a function of ASIM.
    pub(super) shape: &'a dyn for<'s> Fn(&'s LogSource) -> ColumnSet<'s>,
    /// Whether the target reads other sensors than the source's table, rather than that table among others, as ASIM
    /// does, which also tells kinds of event apart that no other target does.
    pub(super) changes_sensor: bool,
    /// The text in front of the columns of a table that the target stores as it is; `None` if it cannot.
    pub(super) native_prefix: &'a dyn Fn(&str) -> Option<String>,
    /// What stands for an element of an array: nothing, or `{}`.
    pub(super) element: &'static str,
    /// What stands for all log sources that the target keeps in one place: its name, if it has one for a log source.
    pub(super) shared_home: &'a dyn Fn(&LogSource) -> Option<String>,
    /// Whether a rule must have a condition beyond its log source.
    pub(super) needs_condition: bool,
    /// Which tests of several values the target has a list for.
    pub(super) lists: fn(Shape) -> bool,
    /// Whether a relative time range is written.
    pub(super) keeps_window: bool,
    /// What becomes of a conjunct whose column the target lacks.
    pub(super) omission: Omission,
}

/// What becomes of a conjunct that the target cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Omission {
    /// The rule is refused.
    Never,
    /// It is left out as long as the others ask for something.
    WhileAsking,
    /// It is left out: results are groups that pass a threshold.
    OfGroups,
    /// A test in it is left out where the rule then only matches more, as long as the others ask for something.
    OfTests,
}

/// A place where a target keeps a log source.
#[derive(Debug, Clone)]
pub(super) struct KeptAt<'s> {
    /// Its name, for the report.
    pub(super) name: String,
    /// Dialects of its columns, preferred first.
    pub(super) dialects: &'static [Dialect],
    /// How well it records the log source.
    pub(super) fit: Fit,
    /// What its columns are, beyond those that the hub lists.
    pub(super) shape: ColumnSet<'s>,
}

/// The rows that a flat pipeline wants. Columns that are needed must have exactly one counterpart.
pub(super) fn rows<'a>(
    request: &Request<'a>,
    wishes: &Wishes<'_>,
    flat: &Flat<'_>,
    needed: &[Expr],
) -> Result<Rows<'a>, Vec<Refusal>> {
    let mut losses = Vec::new();
    let (conjuncts, window) = untimed(request, wishes, flat, &mut losses)?;
    if let SourceKind::LogSource(found) = &flat.source.kind {
        let named = super::log_source::rows(request, wishes, flat, found, &conjuncts, &losses, needed);
        return named.map(|rows| Rows { window, ..rows });
    }
    let whole = |rows: Result<Rows<'a>, _>| {
        let rows = rows.and_then(|rows| with_columns(rows, needed));
        rows.and_then(|rows| if wishes.needs_condition { with_condition(rows, flat) } else { Ok(rows) })
    };
    // What the mapping lacks says more than what is wrong besides.
    let (mut first_refusals, mut of_native) = (None, None);
    // A rule with every test on the table's own columns is better than one with some left out.
    let may_widen = wishes.omission == Omission::OfTests && request.options.unmapped == Unmapped::Widen;
    for widens in [false, true].into_iter().filter(|widens| !widens || may_widen) {
        match whole(mapped(request, wishes, flat, &conjuncts, &losses, widens)) {
            Ok(rows) => return Ok(Rows { window, ..rows }),
            Err(refusals) => {
                first_refusals.get_or_insert(refusals);
            }
        }
        let native = native(request, wishes, flat, conjuncts.clone(), losses.clone(), widens);
        match native.map(whole) {
            Some(Ok(rows)) => {
                let losses = rows.losses.into_iter().map(|loss| with_cause(loss, first_refusals.as_deref()));
                return Ok(Rows { window, losses: losses.collect(), ..rows });
            }
            Some(Err(refusals)) => {
                of_native.get_or_insert(refusals);
            }
            None => {}
        }
    }
    let refusals = first_refusals.unwrap_or_default();
    // That the table is no log source would not have mattered: its own columns would have done.
    let is_about_source =
        |refusal: &Refusal| matches!(refusal.reason, Reason::LogsourceUnmapped | Reason::LogsourceAmbiguous);
    Err(if refusals.iter().all(is_about_source) { of_native.unwrap_or(refusals) } else { refusals })
}

/// A loss that says why the table's own columns were taken.
fn with_cause(loss: Loss, refusals: Option<&[Refusal]>) -> Loss {
    match refusals.and_then(<[Refusal]>::first) {
        Some(first) if loss.reason == Reason::LogsourceNative => loss.suggest(format!("the cause: {}", first.message)),
        Some(_) | None => loss,
    }
}

/// Refuses rows without a condition.
fn with_condition<'a>(rows: Rows<'a>, flat: &Flat<'_>) -> Result<Rows<'a>, Vec<Refusal>> {
    if rows.condition != Condition::Constant(true) || !rows.recognised.log_source.sigma.filter.is_empty() {
        return Ok(rows);
    }
    let message = "the rule has no condition beyond its log source, and a Sigma rule needs one";
    Err(vec![Refusal::new(flat.source.span, Reason::NoCondition, &*rows.recognised.name, message)])
}

/// Refuses a needed column without exactly one counterpart.
pub(super) fn with_columns<'a>(rows: Rows<'a>, needed: &[Expr]) -> Result<Rows<'a>, Vec<Refusal>> {
    let has_one = |expr: &&Expr| {
        let found = subject(expr).and_then(|subject| rows.columns.resolve(&subject));
        found.is_some_and(|(resolution, is_any)| {
            let is_same = resolution.source.form.holds_same_value(resolution.target.form)
                || (resolution.dialect == Dialect::Sigma && is_name_of_account(&resolution));
            let has_values = !resolution.source.values.is_empty() || !resolution.target.values.is_empty();
            // Without a sign for elements, the field of an array is that of each of them.
            let is_one = !is_any || rows.columns.element.is_empty();
            resolution.target.spellings().len() == 1 && is_one && is_same && !has_values
        })
    };
    let refuse = |expr: &Expr| {
        let construct = super::kql::print::expression(expr);
        let message = format!("`{construct}` has no counterpart for `{}` on the target", rows.columns.log_source);
        Refusal::new(expr.span, Reason::FieldUnmapped, construct, message)
    };
    let missing: Vec<Refusal> = needed.iter().filter(|expr| !has_one(expr)).map(refuse).collect();
    if missing.is_empty() { Ok(rows) } else { Err(missing) }
}

/// Whether the column has the name of an account, and the target's the account with its domain.
pub(super) fn is_name_of_account(resolution: &Resolution) -> bool {
    (resolution.source.form, resolution.target.form) == (ValueForm::AcctName, ValueForm::Acct)
}

fn mapped<'a>(
    request: &Request<'a>,
    wishes: &Wishes<'_>,
    flat: &Flat<'_>,
    conjuncts: &[Expr],
    losses: &[Loss],
    widens: bool,
) -> Result<Rows<'a>, Vec<Refusal>> {
    let allows_under = request.options.allow.contains(&LossClass::Under);
    let has_column = |source: &LogSource, from: Dialect, column: &str| {
        request.hub.resolve(&source.id, from, column, (wishes.dialects)(source)).is_some()
    };
    let name = source_name(request.hub, flat.source).map_err(|refusal| vec![refusal])?;
    let hub = request.hub;
    let candidates = if wishes.changes_sensor { hub.candidates(name) } else { hub.normalised_candidates(name) };
    let all = conjuncts.to_vec();
    let mut recognised = recognise(hub, flat.source, &candidates, all, allows_under, has_column, wishes.shared_home)
        .map_err(|refusal| vec![refusal])?;
    let dialects = (wishes.dialects)(recognised.log_source);
    if dialects.is_empty() {
        let message = format!("the target has no source for `{}`", recognised.log_source.id);
        return Err(vec![Refusal::new(flat.source.span, Reason::LogsourceUnmapped, &*recognised.name, message)]);
    }
    let mut losses = losses.to_vec();
    losses.append(&mut recognised.losses);
    if !wishes.changes_sensor {
        losses.extend(rows_loss(flat.source, &recognised, conjuncts));
    }
    let target_name = (wishes.source_name)(recognised.log_source);
    if wishes.changes_sensor {
        losses.extend(sensor_loss(recognised.fit, &recognised.name, &target_name, flat.source));
    }
    let columns = Columns {
        hub: request.hub,
        log_source: direction::section(request.hub, &recognised.log_source.id, recognised.dialect, dialects, conjuncts),
        from: recognised.dialect,
        to: dialects,
        native_prefix: "",
        element: wishes.element,
        shape: if recognised.dialect == Dialect::Asim {
            (wishes.shape)(recognised.log_source)
        } else {
            ColumnSet::Listed
        },
    };
    translated(request, wishes, recognised, columns, losses, widens)
}

/// The rule on the table's own columns; `None` if the target cannot store the table as it is.
fn native<'a>(
    request: &Request<'a>,
    wishes: &Wishes<'_>,
    flat: &Flat<'_>,
    conjuncts: Vec<Expr>,
    mut losses: Vec<Loss>,
    widens: bool,
) -> Option<Result<Rows<'a>, Vec<Refusal>>> {
    let SourceKind::Table { name, .. } = &flat.source.kind else { return None };
    if !matches!(request.options.unmapped, Unmapped::Widen | Unmapped::Error) {
        return None;
    }
    let log_source = request.hub.native(name)?;
    let prefix = (wishes.native_prefix)(name)?;
    losses.push(
        Loss::new(LossClass::Assumption, Reason::LogsourceNative, flat.source.span, &**name)
            .says(format!("no log source has all of what the rule tests; it is written for `{name}` as it is"))
            .emits((wishes.source_name)(log_source))
            .assuming(Assumption::Native),
    );
    let recognised = Recognised {
        name: name.clone(),
        log_source,
        fit: Fit::Same,
        place: 0,
        is_stated: true,
        is_whole_home: false,
        dialect: Dialect::Native,
        rest: conjuncts,
        losses: Vec::new(),
    };
    let columns = Columns {
        hub: request.hub,
        log_source: &log_source.id,
        from: Dialect::Native,
        to: &[],
        native_prefix: if prefix.is_empty() { "" } else { request.hub.native_splunk_prefix(name)? },
        element: wishes.element,
        shape: ColumnSet::Listed,
    };
    Some(translated(request, wishes, recognised, columns, losses, widens))
}

/// The rows with their conditions on columns of the target.
pub(super) fn translated<'a>(
    request: &Request<'a>,
    wishes: &Wishes<'_>,
    mut recognised: Recognised<'a>,
    columns: Columns<'a>,
    losses: Vec<Loss>,
    widens: bool,
) -> Result<Rows<'a>, Vec<Refusal>> {
    let separator = if recognised.log_source.sigma.product.as_deref() == Some("windows") { '\\' } else { '/' };
    let style: Style = (wishes.style)(separator);
    let mut translator = Translator {
        columns,
        style: &style,
        unmapped: request.options.unmapped,
        losses,
        refusals: Vec::new(),
        widens: wishes.omission == Omission::OfTests && !request.options.allow.contains(&LossClass::Under),
        known: Known::new(),
    };
    let rest = std::mem::take(&mut recognised.rest);
    let must_refuse = request.options.unmapped != Unmapped::Widen || request.options.strict;
    let condition = match wishes.omission {
        Omission::Never | Omission::OfTests => None,
        _ if must_refuse => None,
        omission @ (Omission::WhileAsking | Omission::OfGroups) => Some(omission == Omission::OfGroups),
    };
    let condition = match condition {
        Some(is_of_groups) => left_out::condition(&mut translator, &rest, is_of_groups)?,
        None => Condition::all(rest.iter().map(|conjunct| translator.condition(conjunct, Position::TOP)).collect()),
    };
    let (mut losses, refusals) = (translator.losses, translator.refusals);
    if !refusals.is_empty() {
        if !widens {
            return Err(refusals);
        }
        losses.extend(widen::left_out(request.hub, &recognised.name, refusals, &condition)?);
    }
    if condition == Condition::Constant(false) {
        let message = "no event can satisfy the condition";
        return Err(vec![Refusal::new(request.rule.pipeline.span, Reason::NeverTrue, "where", message)]);
    }
    Ok(Rows { recognised, condition, window: Window::default(), losses, columns })
}

/// The conjuncts of all filters, without tests of the time.
fn untimed(
    request: &Request<'_>,
    wishes: &Wishes<'_>,
    flat: &Flat<'_>,
    losses: &mut Vec<Loss>,
) -> Result<(Vec<Expr>, Window), Vec<Refusal>> {
    let (mut window, mut conjuncts) = arguments(request.hub, flat)?;
    if window != Window::default() {
        losses.push(window_loss(window, flat.source.span, wishes.keeps_window));
    }
    for step in &flat.steps {
        if let StepKind::Filter(predicate) = &step.kind {
            split(fold(predicate), &mut conjuncts);
        }
    }
    let mut kept = Vec::new();
    for conjunct in conjuncts {
        match time_test(request.hub, &conjunct) {
            TimeTest::None if (wishes.omission == Omission::OfTests) && is_about_time(request.hub, &conjunct) => {
                losses.push(widen::left_out_time(&conjunct));
            }
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

/// The conjuncts of a predicate.
pub(super) fn conjuncts_of(expr: Expr) -> Vec<Expr> {
    let mut conjuncts = Vec::new();
    split(expr, &mut conjuncts);
    conjuncts
}

fn split(expr: Expr, conjuncts: &mut Vec<Expr>) {
    match expr.kind {
        ExprKind::And(parts) => parts.into_iter().for_each(|part| split(part, conjuncts)),
        kind => conjuncts.push(Expr { kind, ..expr }),
    }
}
