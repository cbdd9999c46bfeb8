//! Searches of accelerated data models: `tstats` with what it can say, then other commands for the rest.
//!
//! `tstats` gives groups of events, never events. A `summarize` of plain fields is such a group; everything else reads
//! groups of equal events within a second, whose number is a field of its own that later stages count by.

use std::collections::BTreeSet;

use super::super::Request;
use super::super::condition::{Condition, FieldTest, Match, Shape, TextTest};
use super::super::flatten::{Flat, Split, Step, StepKind, map_children};
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::plan::{Plan, dropped_steps, plan};
use super::super::reason::Reason;
use super::super::rows::Rows;
use super::super::source::Recognised;
use super::super::subject::{Columns, subject};
use super::super::term::Part;
use super::super::time::{Window, is_time};
use super::compute::{self, Column};
use super::{expression, search, wanted, window_terms};
use crate::ir::Expr;
use crate::mapping::{Assumption, DataModel};

/// Field with the number of equal events that a row stands for.
pub(super) const WEIGHT: &str = "kql_count";

/// What stands for an empty field, in the data models themselves too.
const EMPTY: &str = "unknown";

/// A rule of filters as a search of a data model; `None` if it has to compute values first.
pub(super) fn modelled(request: &Request<'_>) -> Result<Option<(String, Vec<Loss>)>, Vec<Refusal>> {
    let plan = wanted(request, |wishes| plan(request, wishes))?;
    let model = Model::of(request, &plan.recognised)?;
    model.check(request, &plan.condition)?;
    let conditions = Conditions::of(&plan.condition, plan.window, &model);
    if conditions.computes {
        return Ok(None);
    }
    let mut losses = plan.losses.clone();
    losses.extend(dropped_steps(&plan.steps));
    losses.extend(model.assumed(request));
    Ok(Some((text(&plan, &model, conditions), losses)))
}

fn text(plan: &Plan<'_>, model: &Model<'_>, conditions: Conditions) -> String {
    let mut fields = conditions.fields.clone();
    fields.extend(plan.fields.iter().flatten().flat_map(|(_, names)| names.clone()));
    fields.insert("dest".to_owned());
    let statistics = ["count".to_owned(), "min(_time) as firstTime".to_owned(), "max(_time) as lastTime".to_owned()];
    let by: Vec<String> = fields.iter().map(|field| model.field(field)).collect();
    let mut lines = vec![model.statistic(&statistics, &conditions, &by), model.unprefixed()];
    lines.extend(conditions.behind);
    lines.join("\n| ") + "\n"
}

/// The events of a table, as groups of equal ones within a second: the first search and the commands behind it.
pub(super) fn events(
    request: &Request<'_>,
    flat: &Flat<'_>,
    rows: &Rows<'_>,
    mut fields: BTreeSet<String>,
) -> Result<(String, Vec<String>, [Loss; 3]), Vec<Refusal>> {
    let model = Model::of(request, &rows.recognised)?;
    model.check(request, &rows.condition)?;
    let conditions = Conditions::of(&rows.condition, rows.window, &model);
    fields.extend(conditions.fields.iter().cloned());
    if conditions.computes {
        for step in &flat.steps {
            if let StepKind::Filter(predicate) = &step.kind {
                fields_of(request, &rows.columns, predicate, &mut fields);
            }
        }
    }
    let mut by: Vec<String> = fields.iter().map(|field| model.field(field)).collect();
    by.push("_time span=1s".to_owned());
    let first = model.statistic(&[format!("count as {WEIGHT}")], &conditions, &by);
    let mut commands = Vec::new();
    if !fields.is_empty() {
        commands.push(model.unprefixed());
    }
    commands.extend(conditions.behind);
    let grouped = Loss::new(LossClass::Informational, Reason::OutputRenamed, flat.source.span, "tstats").says(format!(
        "events of one second that are equal in every field looked at are one row, with their number in `{WEIGHT}`"
    ));
    let [accelerated, wider] = model.assumed(request);
    Ok((first, commands, [accelerated, wider, grouped]))
}

/// What `tstats` tests before it groups; `None` if other commands have to test the events.
pub(super) struct Tested<'a> {
    model: Model<'a>,
    conditions: Conditions,
}

impl<'a> Tested<'a> {
    /// The tests of rows, if `tstats` can make all of them.
    pub(super) fn of(request: &Request<'_>, split: &Split<'_>, rows: &Rows<'a>) -> Option<Self> {
        let model = Model::of(request, &rows.recognised).ok()?;
        model.check(request, &rows.condition).ok()?;
        let conditions = Conditions::of(&rows.condition, rows.window, &model);
        let is_whole = conditions.behind.is_empty() && split.head.steps.iter().all(Step::is_filter);
        is_whole.then_some(Self { model, conditions })
    }

    /// The name of a field of the data model.
    pub(super) fn field(&self, name: &str) -> String {
        self.model.field(name)
    }

    /// The search, with its keys.
    pub(super) fn statistic(&self, statistics: &[String], by: &[String]) -> String {
        self.model.statistic(statistics, &self.conditions, by)
    }

    /// What the search assumes.
    pub(super) fn assumed(&self, request: &Request<'_>) -> [Loss; 2] {
        self.model.assumed(request)
    }
}

/// The fields that an expression over columns is computed from.
pub(super) fn fields_of(request: &Request<'_>, columns: &Columns<'_>, value: &Expr, found: &mut BTreeSet<String>) {
    if is_time(request.hub, value) {
        return;
    }
    match subject(value).and_then(|subject| columns.resolve(&subject)) {
        Some((resolution, _)) => found.extend(resolution.target.names),
        None => {
            map_children(value, &mut |child| {
                fields_of(request, columns, child, found);
                child.clone()
            });
        }
    }
}

/// A value as an expression, unless it is read from the text of the event, which no data model has.
pub(super) fn compute(expr: &Expr, column: Column<'_>) -> Option<String> {
    compute::compute(expr, column).filter(|text| !reads_event(text))
}

/// Whether an expression reads the text of the event.
pub(super) fn reads_event(text: &str) -> bool {
    text.contains("json_extract(_raw")
}

/// The condition with the text that stands for an empty field.
pub(super) fn with_empty(condition: Condition) -> Condition {
    let each = |parts: Vec<Condition>| parts.into_iter().map(with_empty).collect();
    match condition {
        Condition::Match(found) if is_of_empty(&found) => filled(found, false),
        // Two missing fields have the same text there, and are not the same.
        Condition::Match(found) if matches!(found.test, FieldTest::SameAs { .. }) => {
            let there = filled(Match { test: FieldTest::Empty, ..found.clone() }, true);
            Condition::all(vec![Condition::Match(found), there])
        }
        Condition::Not(inner) => match *inner {
            Condition::Match(found) if is_of_empty(&found) => filled(found, true),
            inner => Condition::not(with_empty(inner)),
        },
        Condition::All(parts) => Condition::all(each(parts)),
        Condition::Any(parts) => Condition::any(each(parts)),
        Condition::Match(_) | Condition::Constant(_) => condition,
    }
}

fn is_of_empty(found: &Match) -> bool {
    !found.origin.is_computed && matches!(found.test, FieldTest::Empty | FieldTest::Missing)
}

/// The test for a missing or an empty field, or its opposite.
fn filled(found: Match, is_negated: bool) -> Condition {
    let text = TextTest {
        shape: Shape::Whole,
        part: Part::Everything,
        needles: vec![String::new(), EMPTY.to_owned()],
        is_case_sensitive: false,
    };
    let empty = Condition::Match(Match { test: FieldTest::Text(text), ..found.clone() });
    let missing = Condition::Match(Match { test: FieldTest::Missing, ..found });
    if is_negated {
        Condition::all(vec![Condition::not(missing), Condition::not(empty)])
    } else {
        Condition::any(vec![missing, empty])
    }
}

/// Whether the condition asks for values of a field.
fn asks_for(condition: &Condition, field: &str) -> bool {
    match condition {
        Condition::Match(found) => {
            found.field == field && matches!(&found.test, FieldTest::Text(text) if text.shape == Shape::Whole)
        }
        Condition::Any(parts) => parts.iter().all(|part| asks_for(part, field)),
        Condition::All(parts) => parts.iter().any(|part| asks_for(part, field)),
        Condition::Not(_) | Condition::Constant(_) => false,
    }
}

/// What holds at least where the condition does and needs no `CASE()`, which `tstats` lacks.
fn caseless(condition: Condition) -> Option<Condition> {
    match condition {
        Condition::Constant(_) => Some(condition),
        Condition::All(parts) => {
            let parts: Vec<Condition> = parts.into_iter().filter_map(caseless).collect();
            if parts.is_empty() { None } else { Some(Condition::all(parts)) }
        }
        Condition::Any(parts) => parts.into_iter().map(caseless).collect::<Option<_>>().map(Condition::any),
        // Inside of a negation, a wider test would be a narrower one.
        Condition::Not(_) => Some(condition).filter(has_no_case),
        Condition::Match(mut found) => {
            if let FieldTest::Text(text) = &mut found.test {
                text.is_case_sensitive = false;
            }
            Some(Condition::Match(found))
        }
    }
}

fn has_no_case(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().all(has_no_case),
        Condition::Not(inner) => has_no_case(inner),
        Condition::Match(Match { test: FieldTest::Text(text), .. }) => !text.is_case_sensitive,
        Condition::Match(_) | Condition::Constant(_) => true,
    }
}

/// A dataset of a data model, whose name is in front of each of its fields.
struct Model<'a>(&'a DataModel);

impl<'a> Model<'a> {
    fn of(request: &Request<'_>, recognised: &Recognised<'a>) -> Result<Self, Vec<Refusal>> {
        recognised.log_source.data_model.as_ref().map(Self).ok_or_else(|| {
            let message = format!("no data model is known for `{}`", recognised.log_source.id);
            let span = request.rule.pipeline.source.span;
            vec![Refusal::new(span, Reason::LogsourceUnmapped, &*recognised.name, message)]
        })
    }

    /// Refuses rows of which only some are in the model.
    fn check(&self, request: &Request<'_>, condition: &Condition) -> Result<(), Vec<Refusal>> {
        let Some(field) = &self.0.tested else { return Ok(()) };
        if condition.clone().conjuncts().iter().any(|conjunct| asks_for(conjunct, field)) {
            return Ok(());
        }
        let message = format!("only some of the events are in the data model `{}`", self.0.model);
        let span = request.rule.pipeline.source.span;
        Err(vec![Refusal::new(span, Reason::LogsourceNarrowed, self.0.dataset.clone(), message)])
    }

    fn field(&self, name: &str) -> String {
        format!("{}.{name}", self.0.dataset)
    }

    /// Groups of events.
    fn statistic(&self, statistics: &[String], conditions: &Conditions, by: &[String]) -> String {
        let terms: Vec<&str> =
            conditions.terms.iter().chain(&self.0.filter).chain(&conditions.window).map(String::as_str).collect();
        let condition = if terms.is_empty() { String::new() } else { format!(" where {}", terms.join(" ")) };
        let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(" ")) };
        format!(
            "| tstats summariesonly=false fillnull_value=\"{EMPTY}\" {} from datamodel={}.{}{condition}{by}",
            statistics.join(" "),
            self.0.model,
            self.0.dataset,
        )
    }

    /// The command that leaves the name of the dataset away.
    fn unprefixed(&self) -> String {
        format!("rename {}.* as *", self.0.dataset)
    }

    fn assumed(&self, request: &Request<'_>) -> [Loss; 2] {
        let name = format!("{}.{}", self.0.model, self.0.dataset);
        let loss = |reason, message, assumption| {
            Loss::new(LossClass::Assumption, reason, request.rule.pipeline.source.span, "data model")
                .says(message)
                .assuming(assumption)
        };
        [
            loss(
                Reason::FieldAssumption,
                format!("the data model `{name}` is accelerated and holds these events"),
                Assumption::AddOn,
            ),
            loss(
                Reason::LogsourceWidened,
                format!("the data model `{name}` also has the events of other products"),
                Assumption::Scope,
            ),
        ]
    }
}

/// The tests of the rows.
struct Conditions {
    /// What `tstats` can say of them.
    terms: Vec<String>,
    /// The time range.
    window: Vec<String>,
    /// Commands for the rest.
    behind: Vec<String>,
    /// The fields that these look at.
    fields: BTreeSet<String>,
    /// Whether they compute values, from fields that are not among the above.
    computes: bool,
}

impl Conditions {
    fn of(condition: &Condition, window: Window, model: &Model<'_>) -> Self {
        let (mut terms, mut behind) = (Vec::new(), Vec::new());
        let (mut fields, mut computes) = (BTreeSet::new(), false);
        for conjunct in with_empty(condition.clone()).conjuncts() {
            let prefixed = conjunct
                .clone()
                .map(&mut |found: Match| Condition::Match(Match { field: model.field(&found.field), ..found }));
            // `tstats` has neither expressions nor `CASE()`.
            if let Some(exact) = search::exact(&prefixed).filter(|_| has_no_case(&prefixed)) {
                terms.push(exact);
                continue;
            }
            let wider = search::wider(&prefixed).and_then(caseless).and_then(|wider| search::prefilter(&wider));
            terms.extend(wider.filter(|text| !terms.contains(text)));
            conjunct.clone().map(&mut |found: Match| {
                if found.origin.is_computed || matches!(found.test, FieldTest::Formula(_)) {
                    computes = true;
                } else {
                    fields.insert(found.field.clone());
                    if let FieldTest::SameAs { field, .. } = &found.test {
                        fields.insert(field.clone());
                    }
                }
                Condition::Match(found)
            });
            behind.push(format!("where {}", expression::write(&conjunct)));
        }
        terms.retain(|term| term != "*");
        Self { terms, window: window_terms(window), behind, fields, computes }
    }
}
