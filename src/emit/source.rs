//! Which log source a rule is about: its table, and those of its own conditions that only select rows of the table.

use super::constant::{Scalar, all_scalars};
use super::kql::print;
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use crate::ir::{Expr, ExprKind, Source, SourceKind, TestOp};
use crate::mapping::{Assumption, Candidate, Dialect, Fit, Hub, LogSource, RowFilter, RowTest};
use crate::schema::Value;

/// A recognised log source.
#[derive(Debug, Clone)]
pub(super) struct Recognised<'hub> {
    /// Table or function, as written.
    pub(super) name: String,
    /// The log source.
    pub(super) log_source: &'hub LogSource,
    /// How well the table records it.
    pub(super) fit: Fit,
    /// Which of the places where the target keeps it.
    pub(super) place: usize,
    /// Whether the rule or its function asks for these rows only.
    pub(super) is_stated: bool,
    /// Whether the target keeps every log source of the table in one place, so that none had to be chosen.
    pub(super) is_whole_home: bool,
    /// The dialect of its columns.
    pub(super) dialect: Dialect,
    /// The conjuncts that are left.
    pub(super) rest: Vec<Expr>,
    /// What the choice of the log source changes.
    pub(super) losses: Vec<Loss>,
}

/// Name of the table or ASIM function, or why there is none.
pub(super) fn source_name<'ir>(hub: &Hub, source: &'ir Source) -> Result<&'ir str, Refusal> {
    let refuse = |construct: &str, message: String| {
        Err(Refusal::new(source.span, Reason::OperatorUnsupported, construct, message))
    };
    match &source.kind {
        SourceKind::Table { name, .. } => Ok(name),
        SourceKind::Function { name, .. } if hub.asim_function(name).is_some() => Ok(name),
        SourceKind::Function { name, .. } => {
            refuse(name, format!("the function `{name}` has no counterpart outside its workspace"))
        }
        SourceKind::LogSource(found) => refuse("logsource", format!("the log source {found} is no table")),
        SourceKind::Union(_) => refuse("union", "a union of sources cannot be converted".to_owned()),
        SourceKind::Pipeline { .. } => refuse("sub-query", "a sub-query cannot be converted".to_owned()),
        SourceKind::Inline(_) => refuse("datatable", "rows written in the query cannot be converted".to_owned()),
        SourceKind::External(_) => refuse("externaldata", "rows read from URLs cannot be converted".to_owned()),
        SourceKind::Opaque(text) => refuse(text, format!("{} cannot be converted", print::quoted(text))),
    }
}

/// Finds the log source; `has_column` says whether the target has a counterpart of a column in a log source.
pub(super) fn recognise<'hub>(
    hub: &'hub Hub,
    source: &Source,
    candidates: &[Candidate<'hub>],
    conjuncts: Vec<Expr>,
    allows_under: bool,
    has_column: impl Fn(&LogSource, Dialect, &str) -> bool,
    shared_home: &dyn Fn(&LogSource) -> Option<String>,
) -> Result<Recognised<'hub>, Refusal> {
    let name = source_name(hub, source)?;
    let mut losses = Vec::new();
    if candidates.is_empty() {
        let message = format!("`{name}` is not in the mapping");
        return Err(Refusal::new(source.span, Reason::LogsourceUnmapped, name, message));
    }
    let whole = whole_home(hub, name, candidates, &conjuncts, shared_home);
    let chosen = match whole {
        Some(candidate) => candidate,
        None => choose(hub, name, source, candidates, &conjuncts, allows_under, &mut losses)?,
    };
    let dialect = hub.dialect(&chosen.log_source.id, name).ok_or_else(|| {
        let message = format!("the columns of `{name}` are not mapped for `{}`", chosen.log_source.id);
        Refusal::new(source.span, Reason::LogsourceUnmapped, name, message)
    })?;
    let is_stated = losses.is_empty();
    let mut rest = Vec::new();
    for conjunct in conjuncts {
        match row_test_of(&conjunct, chosen.filter.filter(|_| whole.is_none())) {
            Selection::Whole => {}
            Selection::Part(column) if !has_column(chosen.log_source, dialect, &column) => {
                let message =
                    format!("`{}` has all of its kinds of event, of which the rule wants some", chosen.log_source.id);
                losses.push(
                    Loss::new(
                        LossClass::Over,
                        Reason::LogsourceWidened,
                        conjunct.span,
                        format!("a test of `{column}`"),
                    )
                    .says(message),
                );
            }
            Selection::Part(_) | Selection::None => rest.push(conjunct),
        }
    }
    Ok(Recognised {
        name: name.to_owned(),
        log_source: chosen.log_source,
        fit: chosen.fit,
        place: 0,
        is_whole_home: whole.is_some(),
        is_stated,
        dialect,
        rest,
        losses,
    })
}

/// Any candidate, if the rule states the condition of none and the target keeps all of them in one place.
fn whole_home<'hub>(
    hub: &Hub,
    name: &str,
    candidates: &[Candidate<'hub>],
    conjuncts: &[Expr],
    shared_home: &dyn Fn(&LogSource) -> Option<String>,
) -> Option<Candidate<'hub>> {
    let is_stated = |candidate: &Candidate<'hub>| {
        candidate.is_implied || candidate.filter.is_some_and(|filter| states(conjuncts, filter))
    };
    let first = candidates.first()?;
    let home = shared_home(first.log_source)?;
    let is_shared = |candidate: &Candidate<'hub>| shared_home(candidate.log_source).as_ref() == Some(&home);
    let is_open = candidates.len() > 1 && !candidates.iter().any(is_stated) && candidates.iter().all(is_shared);
    let has_columns = |candidate: &&Candidate<'hub>| hub.dialect(&candidate.log_source.id, name).is_some();
    candidates.iter().filter(|_| is_open).find(has_columns).copied()
}

/// The candidate whose condition the rule states; else the one that the table is mostly used for.
fn choose<'hub>(
    hub: &Hub,
    name: &str,
    source: &Source,
    candidates: &[Candidate<'hub>],
    conjuncts: &[Expr],
    allows_under: bool,
    losses: &mut Vec<Loss>,
) -> Result<Candidate<'hub>, Refusal> {
    let is_stated = |candidate: &&Candidate<'hub>| {
        candidate.is_implied || candidate.filter.is_some_and(|filter| states(conjuncts, filter))
    };
    let tests = |candidate: &Candidate<'hub>| candidate.filter.map_or(0, |filter| filter.tests.len());
    // The first of the most specific: `max_by_key` would take the last.
    let stated = candidates.iter().filter(is_stated).rev().max_by_key(|candidate| tests(candidate));
    let hinted = hinted(candidates, conjuncts);
    // A table as a whole states nothing, and what the rule asks for says more.
    if let Some(candidate) = stated.filter(|candidate| tests(candidate) > 0 || hinted.is_none()) {
        return Ok(*candidate);
    }
    let mut principal: Vec<_> =
        candidates.iter().filter(|candidate| hub.is_principal(&candidate.log_source.id, name)).collect();
    if let Some(hinted) = hinted {
        principal = vec![hinted];
    }
    if let Some(endpoint) = endpoint(hub, name, candidates) {
        principal = vec![endpoint];
    }
    let mut missing = Loss::new(LossClass::Assumption, Reason::LogsourceImplied, source.span, name);
    match principal.as_slice() {
        [candidate] => {
            let id = &candidate.log_source.id;
            missing = missing
                .says(format!("the rule reads every row of `{name}`; only those of `{id}` are covered"))
                .assuming(Assumption::Sensor);
            losses.push(missing);
            Ok(**candidate)
        }
        _ if allows_under && candidates[0].filter.is_some() => {
            missing.class = LossClass::Under;
            missing.rule_class = LossClass::Under;
            missing.reason = Reason::LogsourceNarrowed;
            let id = &candidates[0].log_source.id;
            losses.push(missing.says(format!("`{name}` holds several kinds of event; only `{id}` is covered")));
            Ok(candidates[0])
        }
        _ => Err(ambiguous(name, source, candidates)),
    }
}

/// What a function of ASIM has of Windows endpoints, if that is one kind of event.
fn endpoint<'a, 'hub>(hub: &Hub, name: &str, candidates: &'a [Candidate<'hub>]) -> Option<&'a Candidate<'hub>> {
    hub.asim_function(name)?;
    let is_endpoint = |candidate: &&Candidate<'_>| {
        let sigma = &candidate.log_source.sigma;
        sigma.product.as_deref() == Some("windows") && sigma.category.is_some()
    };
    let mut found = candidates.iter().filter(is_endpoint);
    found.next().filter(|_| found.next().is_none())
}

/// The candidate whose certain rows the rule asks for most.
fn hinted<'a, 'hub>(candidates: &'a [Candidate<'hub>], conjuncts: &[Expr]) -> Option<&'a Candidate<'hub>> {
    let shared = |candidate: &Candidate<'_>| {
        let tests = candidate.hint.map_or(&[][..], |hint| &hint.tests);
        tests.iter().flat_map(|test| conjuncts.iter().map(move |conjunct| shared_values(conjunct, test))).sum::<usize>()
    };
    let asked = candidates.iter().filter(|candidate| shared(candidate) > 0);
    asked.rev().max_by_key(|candidate| shared(candidate))
}

/// How many of the values of a row test a conjunct asks for.
fn shared_values(conjunct: &Expr, wanted: &RowTest) -> usize {
    let Some(given) = asked_values(conjunct, &wanted.column) else { return 0 };
    wanted.values.iter().filter(|value| given.iter().any(|(given, _)| is_text_of(value, given, true))).count()
}

fn ambiguous(name: &str, source: &Source, candidates: &[Candidate<'_>]) -> Refusal {
    let ids: Vec<_> = candidates.iter().map(|candidate| format!("`{}`", candidate.log_source.id)).collect();
    let message = format!("`{name}` holds several kinds of event, and the rule does not say which: {}", ids.join(", "));
    let refusal = Refusal::new(source.span, Reason::LogsourceAmbiguous, name, message);
    match candidates.iter().find_map(|candidate| candidate.filter.filter(|filter| !filter.tests.is_empty())) {
        Some(filter) => refusal.suggest(format!("add a filter such as `{}`", row_filter_text(filter))),
        None => refusal,
    }
}

/// What it means that ASIM has only some rows of the table, unless the rule asks for no others.
pub(super) fn rows_loss(source: &Source, recognised: &Recognised<'_>, conjuncts: &[Expr]) -> Option<Loss> {
    let table = recognised.log_source.tables.iter().find(|table| table.table == recognised.name)?;
    let rows = table.normalised_rows.as_ref()?;
    if rows.filter.as_ref().is_some_and(|filter| states(conjuncts, filter)) {
        return None;
    }
    let message = format!("of `{}`, the parsers have only these rows: {}", recognised.name, rows.text);
    let loss = Loss::new(LossClass::Under, Reason::LogsourceNarrowed, source.span, &*recognised.name);
    Some(loss.says(message).assuming(Assumption::Sensor))
}

/// The filter in KQL.
pub(super) fn row_filter_text(filter: &RowFilter) -> String {
    let value = |value: &Value| match value {
        Value::String(text) => format!("\"{text}\""),
        Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let test = |test: &RowTest| match test.values.as_slice() {
        [one] => format!("{} == {}", test.column, value(one)),
        several => format!("{} in ({})", test.column, several.iter().map(value).collect::<Vec<_>>().join(", ")),
    };
    filter.tests.iter().map(test).collect::<Vec<_>>().join(" and ")
}

fn states(conjuncts: &[Expr], filter: &RowFilter) -> bool {
    filter.tests.iter().all(|test| conjuncts.iter().any(|conjunct| relation(conjunct, test) != Relation::Other))
}

enum Selection {
    /// It is the condition of the log source.
    Whole,
    /// It selects a part of the log source, by this column.
    Part(String),
    /// It is something else.
    None,
}

fn row_test_of(conjunct: &Expr, filter: Option<&RowFilter>) -> Selection {
    for test in filter.iter().flat_map(|filter| &filter.tests) {
        match relation(conjunct, test) {
            Relation::Same => return Selection::Whole,
            Relation::Part => return Selection::Part(test.column.clone()),
            Relation::Other => {}
        }
    }
    Selection::None
}

#[derive(PartialEq, Eq)]
enum Relation {
    Same,
    Part,
    Other,
}

/// Whether a conjunct asks for all of the values of a row test, for some, or for something else.
fn relation(conjunct: &Expr, wanted: &RowTest) -> Relation {
    let Some(given) = asked_values(conjunct, &wanted.column).filter(|given| !given.is_empty()) else {
        return Relation::Other;
    };
    let is_wanted = |(given, ignores_case): &(Scalar, bool)| {
        wanted.values.iter().any(|wanted| is_text_of(wanted, given, *ignores_case))
    };
    if !given.iter().all(is_wanted) {
        return Relation::Other;
    }
    let is_given = |wanted: &Value| given.iter().any(|(given, ignores_case)| is_text_of(wanted, given, *ignores_case));
    if wanted.values.iter().all(is_given) { Relation::Same } else { Relation::Part }
}

/// The values that a conjunct asks of a column, and whether each may be in another case; `None` if it asks for more
/// than to be one of some values.
fn asked_values(conjunct: &Expr, column: &str) -> Option<Vec<(Scalar, bool)>> {
    if let ExprKind::Or(parts) = &conjunct.kind {
        let parts: Option<Vec<_>> = parts.iter().map(|part| asked_values(part, column)).collect();
        return parts.map(|parts| parts.concat());
    }
    let ExprKind::Test(test) = &conjunct.kind else { return None };
    let ExprKind::Field(field) = &test.subject.kind else { return None };
    let is_equality = matches!(test.op, TestOp::Equal | TestOp::EqualCi | TestOp::In | TestOp::InCi);
    if field.table_column().map_or(field.name.as_str(), |(_, column)| column) != column || !is_equality {
        return None;
    }
    let ignores_case = !test.op.is_case_sensitive();
    Some(all_scalars(&test.operands)?.into_iter().map(|value| (value, ignores_case)).collect())
}

fn is_text_of(wanted: &Value, given: &Scalar, ignores_case: bool) -> bool {
    match wanted {
        Value::Integer(number) => given.text() == number.to_string(),
        Value::String(name) if ignores_case => given.text().eq_ignore_ascii_case(name),
        Value::String(name) => given.text() == *name,
        _ => false,
    }
}

/// What the step from the table to the target's log source means.
pub(super) fn sensor_loss(candidate_fit: Fit, from: &str, to: &str, source: &Source) -> Option<Loss> {
    let loss = |class, reason, message| {
        Some(Loss::new(class, reason, source.span, from).says(message).emits(to).assuming(Assumption::Sensor))
    };
    match candidate_fit {
        Fit::Same => None,
        Fit::Close => loss(
            LossClass::Assumption,
            Reason::LogsourceSensor,
            format!("`{to}` is the same activity, reported by another sensor than `{from}`"),
        ),
        Fit::Partial => {
            loss(LossClass::Over, Reason::LogsourceWidened, format!("`{from}` records only a part of `{to}`"))
        }
        Fit::Wider => loss(LossClass::Under, Reason::LogsourceNarrowed, format!("`{from}` records more than `{to}`")),
        Fit::None => {
            loss(LossClass::Changed, Reason::LogsourceSensor, format!("`{from}` and `{to}` are different activities"))
        }
    }
}
