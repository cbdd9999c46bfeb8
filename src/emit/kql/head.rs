//! The rows that a query starts from: function or table, time, row filter, conditions.

use super::super::Request;
use super::super::adapt::Style;
use super::super::condition::{Condition, FieldTest, Match, Shape};
use super::super::flatten::Flat;
use super::super::log_source::fit_loss;
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::reason::Reason;
use super::super::rows::{KeptAt, Omission, Rows, Wishes, rows};
use super::super::source::{Recognised, row_filter_text};
use super::super::subject::ColumnSet;
use super::super::time::Window;
use super::compile::where_line;
use super::growth::{has_threshold, keeps_growing};
use super::platform::{Home, Platform};
use super::{event, parameter, print, test};
use crate::ir::SourceKind;
use crate::mapping::{Assumption, Candidate, Dialect, Fit};
use crate::rule::Seconds;
use crate::schema::Value;
use crate::span::Span;

fn wishes_do<T>(
    platform: Platform,
    request: &Request<'_>,
    source: &SourceKind,
    place: usize,
    run: impl FnOnce(&Wishes<'_>) -> T,
) -> T {
    let hub = request.hub;
    run(&Wishes {
        dialects: &|source| platform.home_at(hub, source, place).map_or(&[], |home| home.dialects),
        places: &|source| by_fit(platform.homes(hub, source)).into_iter().map(kept).collect(),
        style: &|separator| Style {
            mode: request.mode,
            is_kql: true,
            keeps_case: true,
            regex: None,
            separator,
            compute: Some(print::computed),
            time_field: Some(platform.time_column()),
            spell: |found| test::spell(found, false),
        },
        source_name: &|source| platform.home_at(hub, source, place).map(|home| home.name).unwrap_or_default(),
        shape: &|source| platform.home_at(hub, source, place).map_or(ColumnSet::Listed, |home| home.shape),
        changes_sensor: platform != Platform::Asim,
        native_prefix: &|_| None,
        shared_home: &|source| platform.home(hub, source).filter(|_| platform == Platform::Asim).map(|home| home.name),
        needs_condition: false,
        element: "",
        lists: |_| true,
        keeps_window: true,
        omission: omission(platform, request, source),
    })
}

/// Only ASIM has no other way out, and events are no rows of a table.
fn omission(platform: Platform, request: &Request<'_>, source: &SourceKind) -> Omission {
    let pipeline = &request.rule.pipeline;
    let is_of_events = matches!(source, SourceKind::LogSource(_));
    match platform {
        Platform::Asim if !is_of_events && has_threshold(pipeline) && keeps_growing(pipeline) => Omission::OfGroups,
        Platform::Asim if !is_of_events && keeps_growing(pipeline) => Omission::WhileAsking,
        Platform::Asim | Platform::Xdr | Platform::Sentinel => Omission::Never,
    }
}

/// The first lines: function or table, time, row filter, conditions.
pub(super) fn first_lines(
    platform: Platform,
    request: &Request<'_>,
    rows: &mut Rows<'_>,
    span: Span,
) -> Result<(Vec<String>, Vec<Loss>), Vec<Refusal>> {
    let mut homes = platform.homes(request.hub, rows.recognised.log_source);
    if rows.columns.from == Dialect::Sigma {
        homes = by_fit(homes);
    }
    let Some(home) = homes.into_iter().nth(rows.recognised.place) else { return Err(Vec::new()) };
    let mut losses = std::mem::take(&mut rows.losses);
    // A function for one kind of event reads the other rows of the source's table as well, as the rule does.
    let is_narrowed = (rows.recognised.is_stated || home.is_general) && !rows.recognised.is_whole_home;
    if !is_narrowed {
        losses.retain(|loss| loss.reason != Reason::LogsourceImplied);
    }
    if platform == Platform::Asim {
        losses.push(
            Loss::new(LossClass::Assumption, Reason::LogsourceWidened, span, &*rows.recognised.name)
                .says(format!("`{}` also gives the events of other products", home.name))
                .emits(&*home.name)
                .assuming(Assumption::Scope),
        );
    }
    if platform == Platform::Asim && gives_other_kinds(request, &rows.recognised, &home) {
        let message = format!("`{}` also gives the other kinds of event of `{}`", home.name, rows.recognised.name);
        losses.push(Loss::new(LossClass::Over, Reason::LogsourceWidened, span, &*rows.recognised.name).says(message));
    }
    if let ColumnSet::Asim(schema) = home.shape
        && is_unparsed(request, &rows.recognised, |table| request.hub.is_parsed(table, schema))
    {
        losses.push(
            Loss::new(LossClass::Assumption, Reason::LogsourceSensor, span, &*rows.recognised.name)
                .says(format!(
                    "`{}` gives the same activity from other tables than `{}`",
                    home.name, rows.recognised.name
                ))
                .emits(&*home.name)
                .assuming(Assumption::Sensor),
        );
    }
    losses.extend(other_table(rows, &home, span));
    let mut lines = vec![match platform {
        Platform::Asim => {
            let parameters = request.hub.parameters(&home.name);
            format!("{}({})", home.name, parameter::arguments(parameters, &rows.condition, rows.window))
        }
        Platform::Xdr | Platform::Sentinel => home.text.clone(),
    }];
    lines.extend(window(platform, rows.window));
    lines.extend(row_filter(&home, is_narrowed && !says_kind(&home, &rows.condition)));
    let is_inside =
        matches!(home.shape, ColumnSet::Table { payload: Some(_), .. }) && rows.columns.from == Dialect::Asim;
    if rows.columns.from == Dialect::Sigma || is_inside {
        lines.extend(event::lines(&rows.condition, rows.columns.shape, request.options.prefilter));
    } else {
        lines.extend(rows.condition.clone().conjuncts().iter().map(where_line));
    }
    Ok((lines, losses))
}

/// Whether the rule asks for one kind of event of a table, and the function gives several and cannot tell them apart.
fn gives_other_kinds(request: &Request<'_>, recognised: &Recognised<'_>, home: &Home<'_>) -> bool {
    let is_told_apart = home.filter.is_some_and(|filter| !filter.tests.is_empty());
    let is_other = |candidate: &Candidate<'_>| {
        let function = candidate.log_source.asim.as_ref().map(|asim| &asim.builtin);
        candidate.log_source.id != recognised.log_source.id && function == Some(&home.name)
    };
    let has_others = request.hub.candidates(&recognised.name).iter().any(is_other);
    recognised.is_stated && !recognised.is_whole_home && !is_told_apart && has_others
}

/// Whether the rule reads a table that ASIM does not.
fn is_unparsed(request: &Request<'_>, recognised: &Recognised<'_>, is_parsed: impl Fn(&str) -> bool) -> bool {
    let name = recognised.name.as_str();
    recognised.dialect != Dialect::Sigma && request.hub.asim_function(name).is_none() && !is_parsed(name)
}

/// The rows of the head; a table that ASIM does not read says so, rather than what its rows could be.
pub(super) fn rows_of<'a>(
    platform: Platform,
    request: &Request<'a>,
    flat: &Flat<'_>,
    place: usize,
) -> Result<Rows<'a>, Vec<Refusal>> {
    let of_place = |wishes: &Wishes<'_>| -> Result<Rows<'a>, Vec<Refusal>> {
        let mut rows = rows(request, wishes, flat, &[])?;
        if rows.columns.from != Dialect::Sigma {
            rows.recognised.place = place;
        }
        Ok(rows)
    };
    wishes_do(platform, request, &flat.source.kind, place, of_place).map_err(|refusals| match &flat.source.kind {
        SourceKind::Table { name, .. }
            if platform == Platform::Asim
                && refusals.iter().any(|refusal| refusal.reason == Reason::LogsourceAmbiguous)
                && !request.hub.is_normalised(name) =>
        {
            let message = format!("no parser of ASIM reads `{name}`");
            vec![Refusal::new(flat.source.span, Reason::LogsourceUnmapped, &**name, message)]
        }
        _ => refusals,
    })
}

/// What it means that the rule is about one table of the log source and the query about another.
fn other_table(rows: &Rows<'_>, home: &Home<'_>, span: Span) -> Option<Loss> {
    let Recognised { name, fit, .. } = &rows.recognised;
    let is_of_table = !matches!(rows.columns.from, Dialect::Sigma | Dialect::Asim);
    // That another sensor reports is said of the table that the rule is about, if it is so.
    let is_said = *fit != Fit::Same && home.fit == Fit::Close;
    if !is_of_table || is_said || home.name == *name {
        return None;
    }
    fit_loss(home.fit, &format!("`{name}`"), &home.name, span)
}

fn kept(home: Home<'_>) -> KeptAt<'_> {
    KeptAt { name: home.name, dialects: home.dialects, fit: home.fit, shape: home.shape }
}

/// Whole records first; the order within stays.
fn by_fit(mut homes: Vec<Home<'_>>) -> Vec<Home<'_>> {
    homes.sort_by_key(|home| match home.fit {
        Fit::Same | Fit::Close | Fit::Wider => 0,
        Fit::Partial | Fit::None => 1,
    });
    homes
}

/// Whether the rule itself asks for one of the values that the row filter of the place allows.
fn says_kind(home: &Home<'_>, condition: &Condition) -> bool {
    let Some([kind]) = home.filter.map(|filter| filter.tests.as_slice()) else { return false };
    let is_one = |part: &Condition| match part {
        Condition::Match(Match { field, test: FieldTest::Text(wanted), .. }) => {
            let is_value = |needle: &String| kind.values.iter().any(|value| *value == Value::String(needle.clone()));
            *field == kind.column && wanted.shape == Shape::Whole && wanted.needles.iter().all(is_value)
        }
        _ => false,
    };
    let is_kind = |part: &Condition| match part {
        Condition::Any(parts) => parts.iter().all(is_one),
        other => is_one(other),
    };
    condition.clone().conjuncts().iter().any(is_kind)
}

fn row_filter(home: &Home<'_>, is_narrowed: bool) -> Option<String> {
    let filter = home.filter.filter(|filter| is_narrowed && !filter.tests.is_empty())?;
    Some(format!("| where {}", row_filter_text(filter)))
}

fn window(platform: Platform, window: Window) -> Option<String> {
    let ago = |seconds: i64| format!("ago({})", Seconds(seconds).short());
    let time = platform.time_column();
    Some(match (window.earliest, window.latest) {
        (Some(earliest), Some(latest)) => format!("| where {time} between ({} .. {})", ago(earliest), ago(latest)),
        (Some(earliest), None) => format!("| where {time} > {}", ago(earliest)),
        (None, Some(latest)) => format!("| where {time} < {}", ago(latest)),
        (None, None) => return None,
    })
}
