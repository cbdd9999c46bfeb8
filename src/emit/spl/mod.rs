//! Splunk searches: what `search` can say in front of the first pipe, the rest exactly behind it.

use std::collections::BTreeSet;

mod aggregate;
mod alert;
mod cim;
mod compile;
mod compute;
mod content_control;
mod expression;
mod function;
mod geo;
mod join;
mod list;
mod part;
mod position;
mod saved_search;
mod search;
mod stats;
mod tail;
mod time;
mod tstats;
mod window;

use super::adapt::Style;
use super::boolean::{Tree, Words};
use super::condition::{Condition, Match};
use super::flatten::{Step, StepKind, flatten};
use super::loss::{Loss, LossClass, Refusal};
use super::plan::{Plan, dropped_steps, foreign_style, plan};
use super::reason::Reason;
use super::rows::{KeptAt, Omission, Wishes};
use super::subject::ColumnSet;
use super::time::Window;
use super::{Backend, Form, Request, SplunkStyle, regex};
use crate::ir::{ExprKind, SourceKind};
use crate::mapping::{Assumption, Dialect, Fit, LogSource, SplunkSource};
use crate::rule::Seconds;
use crate::schema::{ScalarType, Value};

/// The SPL writer.
pub(super) struct Spl;

const SYSMON: &[Dialect] = &[Dialect::SplunkSysmon, Dialect::Splunk];
const SECURITY: &[Dialect] = &[Dialect::SplunkSecurity, Dialect::Splunk];
const OTHER: &[Dialect] = &[Dialect::Splunk];
/// Events that are tagged for a data model have its fields.
const TAGGED: &[Dialect] = &[Dialect::Cim, Dialect::Splunk];

/// The words of `search`; `NOT` also holds where the field is missing.
const SEARCH: Words = Words { and: " ", or: " OR ", not: ("NOT (", ")"), constants: ("*", "NOT *") };

impl Backend for Spl {
    fn emit(&self, request: &Request<'_>) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
        let is_plain = flatten(&request.rule.pipeline)
            .is_ok_and(|flat| !matches!(flat.source.kind, SourceKind::Union(_)))
            && !window::has_windows(&request.rule.pipeline);
        // The entities of a rule name columns, which have to be there under their names.
        let is_rule = matches!(request.options.form, Form::SavedSearch | Form::ContentControl);
        let names_columns = is_rule && !request.rule.envelope.entities.is_empty();
        if is_modelled(request) {
            let plain = if is_plain && !names_columns { cim::modelled(request)? } else { None };
            return plain.map_or_else(|| piped(request), Ok);
        }
        let is_table = is_plain && !names_columns && !shows_bags(request);
        let (text, mut losses) = if is_table { plain(request)? } else { piped(request)? };
        losses.push(
            Loss::new(LossClass::Assumption, Reason::FieldAssumption, request.rule.pipeline.source.span, "fields")
                .says("the fields are those that the Splunk add-on for this source extracts")
                .assuming(Assumption::AddOn),
        );
        Ok((text, losses))
    }
}

/// Whether the search reads data models.
fn is_modelled(request: &Request<'_>) -> bool {
    request.options.splunk_style == SplunkStyle::Cim
}

/// Whether a column of the result is an array or a bag, which is no field of its own.
fn shows_bags(request: &Request<'_>) -> bool {
    let output = flatten(&request.rule.pipeline).ok().and_then(|flat| flat.output);
    output.iter().flatten().any(|column| column.value.ty == ScalarType::Dynamic)
}

/// A search that only filters.
fn plain(request: &Request<'_>) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let plan = wanted(request, |wishes| plan(request, wishes))?;
    let selector = known_selector(request, plan.recognised.log_source, &plan.recognised.name)?;
    let mut losses = plan.losses.clone();
    let text = text(&plan, &selector, &mut losses);
    Ok((text, losses))
}

/// A search whose later stages are commands.
fn piped(request: &Request<'_>) -> Result<(String, Vec<Loss>), Vec<Refusal>> {
    let outputs = request.rule.envelope.entities.iter().flat_map(|entity| &entity.fields);
    let wanted = outputs.map(|(_, column)| column.clone()).collect();
    let mut search = compile(request, &request.rule.pipeline, wanted, &BTreeSet::new())?;
    // Behind other stages, the stage that chooses the columns has written the table.
    if let Some(output) = flatten(&request.rule.pipeline).ok().and_then(|flat| flat.output) {
        search.show(output.into_iter().map(|column| column.name));
    }
    Ok((search.text() + "\n", search.losses))
}

fn known_selector(request: &Request<'_>, source: &LogSource, name: &str) -> Result<String, Vec<Refusal>> {
    let found = selector(source).map(|(selector, _)| selector);
    // In the content repository, macros hold the indexes and sources of an environment.
    let macro_name = found.and_then(|splunk| splunk.macro_name.as_deref());
    match (found, macro_name.filter(|_| request.options.form == Form::ContentControl)) {
        (Some(splunk), Some(name)) => Ok(selection(splunk, format!("`{name}`"))),
        (Some(splunk), None) => Ok(selection(splunk, places_of(splunk))),
        (None, _) => {
            let message = format!("no Splunk source is known for `{}`", source.id);
            let span = request.rule.pipeline.source.span;
            Err(vec![Refusal::new(span, Reason::LogsourceUnmapped, name, message)])
        }
    }
}

/// What Splunk can write.
fn style(request: &Request<'_>, separator: char) -> Style {
    Style {
        compute: Some(if is_modelled(request) { cim::compute } else { compute::compute }),
        time_field: Some("_time"),
        ..foreign_style(request, separator, regex::Syntax::Pcre, true, search::spell)
    }
}

/// Where Splunk keeps a log source: one place for each style.
fn places(source: &LogSource, is_modelled: bool) -> Vec<KeptAt<'_>> {
    let (dialects, shape) = match &source.data_model {
        Some(_) if is_modelled => (&[Dialect::Cim][..], ColumnSet::Listed),
        None if is_modelled => return Vec::new(),
        Some(_) | None if dialects(source) == TAGGED => (TAGGED, ColumnSet::Listed),
        Some(_) | None => (dialects(source), ColumnSet::OwnNames),
    };
    let name = if is_modelled { model_name(source) } else { short_name(source) };
    let kept = KeptAt { name, dialects, fit: Fit::Same, shape };
    if dialects.is_empty() { Vec::new() } else { vec![kept] }
}

fn wanted<T>(request: &Request<'_>, run: impl FnOnce(&Wishes<'_>) -> T) -> T {
    let is_modelled = is_modelled(request);
    let of_model =
        |source: &LogSource| -> &'static [Dialect] { if source.data_model.is_some() { &[Dialect::Cim] } else { &[] } };
    run(&Wishes {
        dialects: if is_modelled { &of_model } else { &dialects },
        places: &|source| places(source, is_modelled),
        style: &|separator| style(request, separator),
        source_name: if is_modelled { &model_name } else { &short_name },
        changes_sensor: true,
        native_prefix: &|table| request.hub.native_splunk_prefix(table).filter(|_| !is_modelled).map(str::to_owned),
        needs_condition: false,
        shared_home: &|_| None,
        element: "{}",
        lists: |_| true,
        keeps_window: true,
        shape: &|_| ColumnSet::Listed,
        omission: Omission::Never,
    })
}

/// The part in front of the first pipe, and the conditions behind it.
fn first_search(selector: &str, window: Window, condition: &Condition) -> (String, Vec<String>) {
    let mut first = vec![selector.to_owned()];
    first.extend(window_terms(window));
    let mut behind = Vec::new();
    for conjunct in condition.clone().conjuncts() {
        if let Some(exact) = search::exact(&conjunct) {
            first.push(exact);
        } else {
            first.extend(search::prefilter(&conjunct).filter(|text| !first.contains(text)));
            behind.push(format!("where {}", expression::write(&conjunct)));
        }
    }
    (first.join(" "), behind)
}

fn text(plan: &Plan<'_>, selector: &str, losses: &mut Vec<Loss>) -> String {
    let (mut text, behind) = first_search(selector, plan.window, &plan.condition);
    for command in geo::with_lookups(&behind) {
        text.push_str("\n| ");
        text.push_str(&command);
    }
    for step in &plan.steps {
        match command(step, plan) {
            Some(command) => {
                text.push_str("\n| ");
                text.push_str(&command);
            }
            None => losses.extend(dropped_steps(std::slice::from_ref(step))),
        }
    }
    let fields: Vec<String> =
        plan.fields.iter().flatten().flat_map(|(_, names)| names).map(|name| quoted_name(name)).collect();
    if !fields.is_empty() {
        text.push_str("\n| table _time ");
        text.push_str(&fields.join(" "));
    }
    text.push('\n');
    text
}

/// Where Splunk keeps a log source, and the dialects of its fields there.
fn selector(source: &LogSource) -> Option<(&SplunkSource, &'static [Dialect])> {
    let named = source.splunk.iter().find(|splunk| !splunk.sources.is_empty() || !splunk.source_types.is_empty());
    let Some(splunk) = named else {
        return source.splunk.iter().find(|splunk| !splunk.tags.is_empty()).map(|splunk| (splunk, TAGGED));
    };
    // The add-ons for Sysmon and for the Security channel name the same things differently.
    let dialects = match splunk.macro_name.as_deref() {
        Some("wineventlog_security") => SECURITY,
        Some(_) | None if splunk.sources.iter().any(|name| name.contains("Sysmon")) => SYSMON,
        Some(_) | None => OTHER,
    };
    Some((splunk, dialects))
}

/// `source`, `sourcetype` or tags.
fn places_of(splunk: &SplunkSource) -> String {
    if splunk.sources.is_empty() && splunk.source_types.is_empty() {
        let tags: Vec<String> = splunk.tags.iter().map(|tag| format!("tag={tag}")).collect();
        return tags.join(" ");
    }
    // Data of the Linux sensor carry both a source and a source type; the source is enough.
    if splunk.sources.is_empty() {
        any_of("sourcetype", splunk.source_types.iter().map(|name| quote(name)))
    } else {
        any_of("source", splunk.sources.iter().map(|name| quote(name)))
    }
}

/// The places, and which of their events.
fn selection(splunk: &SplunkSource, places: String) -> String {
    let mut parts = vec![places];
    if !splunk.event_codes.is_empty() {
        parts.push(any_of("EventCode", splunk.event_codes.iter().map(ToString::to_string)));
    }
    parts.extend(splunk.filter.clone());
    parts.join(" ")
}

/// The first source and its event codes, for the report.
fn short_name(source: &LogSource) -> String {
    let Some(splunk) = source.splunk.first() else { return String::new() };
    let name = splunk.sources.first().or(splunk.source_types.first()).or(splunk.tags.first());
    let name = name.cloned().unwrap_or_default();
    let codes: Vec<String> = splunk.event_codes.iter().map(ToString::to_string).collect();
    if codes.is_empty() { name } else { format!("{name} EventCode {}", codes.join(", ")) }
}

/// The data model and its dataset, for the report.
fn model_name(source: &LogSource) -> String {
    source.data_model.as_ref().map(|model| format!("{}.{}", model.model, model.dataset)).unwrap_or_default()
}

fn any_of(field: &str, values: impl Iterator<Item = String>) -> String {
    let tests: Vec<String> = values.map(|value| format!("{field}={value}")).collect();
    match tests.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(" OR ")),
    }
}

fn dialects(source: &LogSource) -> &'static [Dialect] {
    selector(source).map_or(&[], |(_, dialects)| dialects)
}

fn window_terms(window: Window) -> Vec<String> {
    let ago = |seconds: i64| if seconds == 0 { "now".to_owned() } else { format!("-{}", Seconds(seconds).short()) };
    let earliest = window.earliest.filter(|age| *age >= 0).map(|age| format!("earliest={}", ago(age)));
    let latest = window.latest.filter(|age| *age >= 0).map(|age| format!("latest={}", ago(age)));
    earliest.into_iter().chain(latest).collect()
}

/// The command of a step; `None` if it is left out.
fn command(step: &Step, plan: &Plan<'_>) -> Option<String> {
    match &step.kind {
        StepKind::Filter(_) | StepKind::Sort(_) | StepKind::Top(..) => None,
        // `head` in front of later filters would count other rows than KQL's `take` does, but any rows will do.
        StepKind::Take(count) => match &count.kind {
            ExprKind::Value(Value::Integer(number)) => Some(format!("head {number}")),
            _ => None,
        },
        StepKind::Distinct(columns) => {
            let fields = plan.fields.as_ref()?;
            let field = |name: &String| {
                let (_, names) = fields.iter().find(|(column, _)| column.name == *name)?;
                if let [one] = names.as_slice() { Some(quoted_name(one)) } else { None }
            };
            let fields: Option<Vec<String>> = columns.iter().map(|column| field(&column.name)).collect();
            Some(format!("dedup keepempty=true {}", fields?.join(" ")))
        }
    }
}

/// A text in double quotes.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A field name in `search` and in commands.
fn quoted_name(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '{' | '}'));
    if is_plain { name.to_owned() } else { quote(name) }
}

use compile::compile;
pub(super) use compile::value;
pub(super) use content_control::content_control;
pub(super) use function::{advice, assumed};
pub(super) use part::inside;
pub(super) use saved_search::saved_search;
pub(super) use search::wider;
pub(super) use time::epoch;

fn tree(condition: &Condition) -> Tree<Match> {
    Tree::from(condition)
}
