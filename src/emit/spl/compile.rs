//! From a pipeline to a search: the events, their columns under KQL's names, then stage after stage.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Request;
use super::super::flatten::{OutputColumn, Split, Step, StepKind, innermost, map_children, split};
use super::super::fold::fold;
use super::super::kql::print;
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::needed::{names, needed};
use super::super::reason::Reason;
use super::super::rows::{Rows, rows};
use super::super::subject::{Subject, subject};
use super::super::time::is_time;
use super::super::window::is_windowed;
use super::expression::field_name;
use super::tail::{Lost, Search, eval_name, list_of, number};
use super::time::epoch;
use super::{
    cim, compute, first_search, is_modelled, known_selector, part, quote, quoted_name, stats, tstats,
    wanted as with_wishes,
};
use crate::ir::{Expr, ExprKind, Field, Pipeline, SourceKind, Stage};
use crate::mapping::{Assumption, Resolution, ValueForm};
use crate::schema::{Origin, ScalarType};
use crate::span::Span;

/// The search of a pipeline whose result must have the keys, and should have the wanted columns where the target has
/// them.
pub(super) fn compile<'r, 'a>(
    request: &'r Request<'a>,
    pipeline: &Pipeline,
    wanted: BTreeSet<String>,
    keys: &BTreeSet<String>,
) -> Result<Search<'r, 'a>, Vec<Refusal>> {
    let (source, stages) = innermost(pipeline);
    let mut wanted = wanted;
    // Columns that the query chooses are wanted; where it chooses none, nobody asked for any.
    if stages.iter().any(|stage| chooses_columns(stage)) {
        wanted.extend(pipeline.output.columns.iter().map(|column| column.name.clone()));
    }
    let outputs = wanted.clone();
    let (mut search, tail) = if let SourceKind::Union(branches) = &source.kind {
        let of_branches = needed(&stages, wanted);
        (union(request, branches, &of_branches)?, stages)
    } else {
        let split = split(pipeline);
        let grouped = if is_modelled(request) { tstats::summarized(request, &split) } else { None };
        let whole = if grouped.is_some() { grouped } else { stats::joined(request, &split, &wanted)? };
        if let Some((search, rest)) = whole {
            (search, rest)
        } else {
            let required = needed(&split.tail, keys.clone());
            (head(request, &split, &required, needed(&split.tail, wanted))?, split.tail)
        }
    };
    for (index, stage) in tail.iter().enumerate() {
        search.later = needed(&tail[index + 1..], outputs.clone());
        search.decisive = needed(&tail[index + 1..], BTreeSet::new());
        search.stage(stage);
    }
    if search.refusals.is_empty() { Ok(search) } else { Err(search.refusals) }
}

fn chooses_columns(stage: &Stage) -> bool {
    use crate::ir::StageKind;
    matches!(
        stage.kind,
        StageKind::Project(_) | StageKind::ProjectKeep(_) | StageKind::Summarize { .. } | StageKind::Distinct(_)
    )
}

fn union<'r, 'a>(
    request: &'r Request<'a>,
    branches: &[Pipeline],
    wanted: &BTreeSet<String>,
) -> Result<Search<'r, 'a>, Vec<Refusal>> {
    let mut searches = Vec::new();
    for branch in branches {
        searches.push(compile(request, branch, wanted.clone(), &BTreeSet::new())?);
    }
    let names: BTreeSet<String> = searches.iter().flat_map(|search| search.names.clone()).collect();
    let lacks = |search: &Search<'_, '_>, name: &str| {
        let is_dropped = |loss: &Loss| loss.reason == Reason::OutputDropped && loss.construct == name;
        !search.names.contains(name) && search.losses.iter().any(is_dropped)
    };
    let partial = names.iter().filter(|name| searches.iter().any(|search| lacks(search, name))).cloned().collect();
    let mut losses: Vec<Loss> = searches.iter_mut().flat_map(|search| std::mem::take(&mut search.losses)).collect();
    let is_weighted = searches.iter().any(|search| search.is_weighted);
    let is_streaming = |search: &Search<'_, '_>| {
        !search.first.starts_with('|')
            && search.commands.iter().all(|command| command.starts_with("where ") || command.starts_with("eval "))
    };
    let bracketed: Vec<String> = searches.iter().map(Search::bracketed).collect();
    let (first, commands) = if searches.iter().all(is_streaming) {
        (format!("| multisearch {}", bracketed.join(" ")), Vec::new())
    } else {
        let span = branches.first().map_or(Span::default(), |branch| branch.span);
        losses.push(append_limits(span));
        let appended = bracketed.iter().skip(1).map(|text| format!("append {text}"));
        let first = searches.first();
        let commands = first.map(|first| first.commands.clone()).unwrap_or_default();
        let weights = is_weighted.then(|| format!("fillnull value=1 {}", cim::WEIGHT));
        let commands = commands.into_iter().chain(appended).chain(weights).collect();
        (first.map(|first| first.first.clone()).unwrap_or_default(), commands)
    };
    Ok(Search { names, partial, is_weighted, losses, ..Search::new(request, first, commands) })
}

/// What a search that is appended assumes.
pub(super) fn append_limits(span: Span) -> Loss {
    Loss::new(LossClass::Assumption, Reason::JoinLimits, span, "union")
        .says("`append` reads at most 50,000 rows of each further source")
        .assuming(Assumption::Subsearch)
}

/// The events of the head, with the columns that are looked at later under KQL's names.
fn head<'r, 'a>(
    request: &'r Request<'a>,
    split: &Split<'_>,
    required: &BTreeSet<String>,
    mut wanted: BTreeSet<String>,
) -> Result<Search<'r, 'a>, Vec<Refusal>> {
    wanted.extend(required.iter().cloned());
    wanted.retain(|name| split.has(name));
    let needs_order = split.tail.iter().any(|stage| is_windowed(stage));
    for step in &split.head.steps {
        match &step.kind {
            StepKind::Distinct(columns) => wanted.extend(columns.iter().map(|column| column.name.clone())),
            StepKind::Sort(keys) if needs_order => {
                for (key, _) in keys {
                    names(key, &mut wanted);
                }
            }
            StepKind::Filter(_) | StepKind::Sort(_) | StepKind::Take(_) | StepKind::Top(..) => {}
        }
    }
    let required = required.iter().filter(|name| split.has(name)).cloned().collect();
    let rows = rows_with(request, split, &required)?;
    let Shown { made, columns, fields, lost, mut losses } = shown(request, &rows, split, &wanted);
    losses.splice(..0, rows.losses.iter().cloned());
    let (first, commands) = if is_modelled(request) {
        let (first, commands, assumed) = cim::events(request, &split.head, &rows, fields)?;
        losses.extend(assumed);
        (first, commands)
    } else {
        let selector = known_selector(request, rows.recognised.log_source, &rows.recognised.name)?;
        first_search(&selector, rows.window, &rows.condition)
    };
    let is_weighted = is_modelled(request);
    let mut search = Search { names: columns, lost, is_weighted, losses, ..Search::new(request, first, commands) };
    if !made.is_empty() {
        search.commands.push(format!("eval {}", made.join(", ")));
    }
    search.names.insert("_time".to_owned());
    for step in &split.head.steps {
        self::step(&mut search, step);
    }
    Ok(search)
}

/// What the head shows to later stages.
#[derive(Default)]
struct Shown {
    /// Assignments of those columns that are no fields of their names.
    made: Vec<String>,
    columns: BTreeSet<String>,
    /// The fields that these are read from.
    fields: BTreeSet<String>,
    lost: BTreeMap<String, Lost>,
    losses: Vec<Loss>,
}

fn shown(request: &Request<'_>, rows: &Rows<'_>, split: &Split<'_>, wanted: &BTreeSet<String>) -> Shown {
    let span = split.head.source.span;
    let mut shown = Shown::default();
    for name in wanted {
        let value = split.value(&typed_column(split, name));
        let Some(text) = field_value(request, rows, &value) else {
            shown.lost.insert(name.clone(), cause(request, rows, &value));
            shown.losses.push(
                Loss::new(LossClass::Informational, Reason::OutputDropped, span, &**name)
                    .says(format!("the column `{name}` has no counterpart and is left out")),
            );
            continue;
        };
        shown.losses.extend(super::assumed(&value, span));
        if !is_time(request.hub, &value) {
            shown.losses.extend(assumptions(rows, &value, span));
        }
        if text != field_name(name) {
            shown.made.push(format!("{}={text}", eval_name(name)));
        }
        shown.columns.insert(name.clone());
        cim::fields_of(request, &rows.columns, &value, &mut shown.fields);
    }
    shown
}

/// Why the value of a column is not there on the target.
fn cause(request: &Request<'_>, rows: &Rows<'_>, value: &Expr) -> Lost {
    let mut columns = Vec::new();
    columns_of(request, value, &mut columns);
    let place = rows.columns.log_source;
    match columns.iter().find(|column| field_value(request, rows, column).is_none()) {
        Some(column) => {
            let cause = format!("`{}` has no counterpart for `{place}`", print::expression(column));
            Lost { cause, advice: None }
        }
        None => Lost::value(value),
    }
}

/// The rows, on a log source that has all of the wanted columns if there is one.
pub(super) fn rows_with<'a>(
    request: &Request<'a>,
    split: &Split<'_>,
    wanted: &BTreeSet<String>,
) -> Result<Rows<'a>, Vec<Refusal>> {
    let values: Vec<Expr> = wanted.iter().map(|name| split.value(&typed_column(split, name))).collect();
    let mut parts = Vec::new();
    for value in &values {
        columns_of(request, value, &mut parts);
    }
    let is_column = |value: &&Expr| matches!(value.kind, ExprKind::Field(_) | ExprKind::Member { .. });
    let columns: Vec<Expr> =
        values.iter().filter(is_column).filter(|value| !is_time(request.hub, value)).cloned().collect();
    with_wishes(request, |wishes| {
        let found = rows(request, wishes, &split.head, &[]);
        // A field that is spelled in several ways is there as well.
        let has = |value: &Expr| found.as_ref().is_ok_and(|found| field_value(request, found, value).is_some());
        if parts.iter().all(has) {
            return found;
        }
        let better = rows(request, wishes, &split.head, &parts).or_else(|refusals| {
            // What a value is computed from may be there nowhere, and no reason to lack another column.
            if columns.iter().all(has) { Err(refusals) } else { rows(request, wishes, &split.head, &columns) }
        });
        better.or(found)
    })
}

/// The columns that a value is computed from, as the mapping knows them.
fn columns_of(request: &Request<'_>, value: &Expr, found: &mut Vec<Expr>) {
    if is_time(request.hub, value) {
        return;
    }
    match subject(value) {
        Some(subject) if subject.column.is_some() => found.push(value.clone()),
        _ => {
            map_children(value, &mut |child| {
                columns_of(request, child, found);
                child.clone()
            });
        }
    }
}

/// A reference to a column of the source, with its type.
pub(super) fn typed_column(split: &Split<'_>, name: &str) -> Expr {
    let ty = split.head.source.columns.find(name).map_or(ScalarType::Unknown, |column| column.ty);
    Expr { ty, ..column(name) }
}

/// A reference to a column of the head.
pub(super) fn column(name: &str) -> Expr {
    let field = Field { name: name.to_owned(), origin: Origin::Unknown, span: Span::default() };
    Expr { kind: ExprKind::Field(field), ty: ScalarType::Unknown, span: Span::default() }
}

/// The value of an expression over columns as one over the target's fields.
pub(super) fn field_value(request: &Request<'_>, rows: &Rows<'_>, value: &Expr) -> Option<String> {
    if is_time(request.hub, value) {
        return Some("_time".to_owned());
    }
    let column = |expr: &Expr| {
        if is_time(request.hub, expr) {
            return Some("_time".to_owned());
        }
        let subject = subject(expr)?;
        let (resolution, is_any_element) = rows.columns.resolve(&subject)?;
        let text = self::value(&resolution, is_any_element, &subject)?;
        Some(if subject.ty == ScalarType::Datetime { epoch(&text) } else { text })
    };
    let text = column(value).or_else(|| compute::value(&fold(value), &column));
    text.filter(|text| !is_modelled(request) || !cim::reads_event(text))
}

/// The value of a column as an expression over the target's fields.
pub(in super::super) fn value(resolution: &Resolution, is_any_element: bool, subject: &Subject) -> Option<String> {
    if is_any_element || subject.ty == ScalarType::Dynamic {
        let [name] = resolution.target.names.as_slice() else { return None };
        return part::inside(name, subject);
    }
    of_resolution(resolution)
}

fn of_resolution(resolution: &Resolution) -> Option<String> {
    if !resolution.source.values.is_empty() || !resolution.target.values.is_empty() {
        return None;
    }
    let fields: Vec<String> = resolution.target.names.iter().map(|name| field_name(name)).collect();
    let value = match fields.as_slice() {
        [] => return None,
        [one] => one.clone(),
        several => format!("coalesce({})", several.join(", ")),
    };
    match (resolution.source.form, resolution.target.form) {
        (from, to) if from.holds_same_value(to) => Some(value),
        (ValueForm::Name, ValueForm::Path) => Some(format!("replace({value}, \"^.*[\\\\\\\\/]\", \"\")")),
        // Accounts are `DOMAIN\user`.
        (ValueForm::AcctName, ValueForm::Acct) => Some(format!("replace({value}, {}, \"\")", quote(r"^.*\\"))),
        _ => None,
    }
}

/// What the value of a column assumes of the field that it is read from.
fn assumptions(rows: &Rows<'_>, value: &Expr, span: Span) -> Vec<Loss> {
    let Some((resolution, _)) = subject(value).and_then(|subject| rows.columns.resolve(&subject)) else {
        return Vec::new();
    };
    let of_form = match (resolution.source.form, resolution.target.form) {
        (ValueForm::AcctName, ValueForm::Acct) => Some(Assumption::DomainUser),
        (ValueForm::Name, ValueForm::Path) => Some(Assumption::FullPath),
        _ if value.ty == ScalarType::Datetime => Some(Assumption::Utc),
        _ => None,
    };
    let (name, field) = (&resolution.source.names, resolution.target.spellings().join("`, `"));
    let loss = |assumption| {
        Loss::new(LossClass::Assumption, Reason::FieldAssumption, span, name.join(", "))
            .says(format!("`{}` is read from `{field}`", name.join("`, `")))
            .assuming(assumption)
    };
    let mut all: Vec<Assumption> = resolution.assumptions.iter().copied().chain(of_form).collect();
    all.dedup();
    all.into_iter().map(loss).collect()
}

fn step(search: &mut Search<'_, '_>, step: &Step) {
    match &step.kind {
        StepKind::Filter(_) => {}
        StepKind::Take(count) => search.commands.extend(number(count).map(|count| format!("head {count}"))),
        StepKind::Distinct(columns) => {
            let names: Vec<String> = columns.iter().map(|column: &OutputColumn| column.name.clone()).collect();
            if names.iter().all(|name| search.names.contains(name)) {
                search.commands.extend(deduplicated(&list_of(&names), ""));
                search.is_weighted = false;
            } else {
                let missing = names.iter().find(|name| !search.names.contains(*name)).cloned();
                search.refuse_lost(&missing.unwrap_or_default(), "column", step.span);
            }
        }
        StepKind::Sort(keys) => {
            let texts: Vec<String> =
                keys.iter().filter_map(|(key, is_descending)| key_text(search, key, *is_descending)).collect();
            search.is_sorted = texts.len() == keys.len();
            if !texts.is_empty() {
                search.commands.push(format!("sort 0 {}", texts.join(" ")));
            }
        }
        StepKind::Top(count, key, is_descending) => {
            if let (Some(count), Some(key)) = (number(count), key_text(search, key, *is_descending)) {
                search.commands.push(format!("sort {count} {key}"));
            } else {
                let message = "the rows are ordered by something that is not there on the target";
                search.refusals.push(Refusal::new(step.span, Reason::OperatorUnsupported, "top", message));
            }
        }
    }
}

/// One row for each combination of values. Rows that lack one of them are one in KQL; `dedup` drops all or none of them.
pub(super) fn deduplicated(list: &str, order: &str) -> [String; 2] {
    [format!("fillnull value=\"\" {list}"), format!("dedup {list}{order}")]
}

fn key_text(search: &Search<'_, '_>, key: &Expr, is_descending: bool) -> Option<String> {
    let sign = if is_descending { "-" } else { "+" };
    if is_time(search.request.hub, key) {
        return Some(format!("{sign}_time"));
    }
    match &key.kind {
        ExprKind::Field(field) if search.names.contains(&field.name) => {
            Some(format!("{sign}{}", quoted_name(&field.name)))
        }
        _ => None,
    }
}
