//! From a pipeline to the lines of a query on another platform.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::boolean::{Tree, Words};
use super::super::condition::Condition;
use super::super::flatten::{OutputColumn, Split, Step, StepKind, innermost, split};
use super::super::left_out::asks_for_something;
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::needed::{names, needed};
use super::super::plan::dropped_steps;
use super::super::reason::Reason;
use super::super::rows::Rows;
use super::super::subject::subject;
use super::super::time::is_time;
use super::super::{Form, Request};
use super::head::{first_lines, rows_of};
use super::platform::Platform;
use super::spread::spread;
use super::value::of_resolution;
use super::{innermost_span, print, test};
use crate::ir::{Expr, ExprKind, Field, Pipeline, SourceKind, Stage, StageKind};
use crate::mapping::{Assumption, Resolution};
use crate::schema::{Origin, ScalarType};
use crate::span::Span;

const WORDS: Words = Words { and: " and ", or: " or ", not: ("not(", ")"), constants: ("true", "false") };

/// A query that is being written.
#[derive(Default)]
pub(super) struct Written {
    /// Its lines.
    pub(super) lines: Vec<String>,
    /// Columns that are there under their old names.
    pub(super) names: BTreeSet<String>,
    /// Columns of the source, or made from such, that have no counterpart.
    pub(super) absent: BTreeSet<String>,
    /// Columns that are gone because they are made from one that has no counterpart: which that is.
    pub(super) lost: BTreeMap<String, String>,
    /// Columns that are empty where the parser of the source's table does not pass its own column on.
    pub(super) passed: BTreeSet<String>,
    /// Columns that only some branches of a union have.
    pub(super) partial: BTreeSet<String>,
    /// Whether the rows are those of something that the rule looks for.
    pub(super) asks_for_something: bool,
    /// What differs.
    pub(super) losses: Vec<Loss>,
    /// What stands in the way.
    pub(super) refusals: Vec<Refusal>,
}

/// The query of a pipeline whose result should have these columns, where the platform has them.
pub(super) fn compile(
    platform: Platform,
    request: &Request<'_>,
    pipeline: &Pipeline,
    mut wanted: BTreeSet<String>,
) -> Result<Written, Vec<Refusal>> {
    let (source, stages) = innermost(pipeline);
    let chooses = |stage: &Stage| {
        matches!(
            stage.kind,
            StageKind::Project(_) | StageKind::ProjectKeep(_) | StageKind::Summarize { .. } | StageKind::Distinct(_)
        )
    };
    if stages.iter().any(|stage| chooses(stage)) {
        wanted.extend(pipeline.output.columns.iter().map(|column| column.name.clone()));
    }
    let (written, stages) = if let SourceKind::Union(branches) = &source.kind {
        (union(platform, request, branches, &needed(&stages, wanted.clone()))?, stages)
    } else {
        let split = split(pipeline);
        let keeps_names = request.options.form == Form::Rule && !request.rule.envelope.entities.is_empty();
        let required = needed(&split.tail, BTreeSet::new());
        let shown = needed(&split.tail, wanted.clone());
        if let Some(spread) = spread(platform, request, &split, &required, &shown) {
            return tail(platform, request, spread, &split.tail, &wanted);
        }
        if split.tail.is_empty() && !wanted_is_open(&split, &wanted) && !keeps_names {
            return plain(platform, request, &split);
        }
        (head(platform, request, &split, &required, shown)?, split.tail)
    };
    self::tail(platform, request, written, &stages, &wanted)
}

/// The stages behind the head.
fn tail(
    platform: Platform,
    request: &Request<'_>,
    mut written: Written,
    stages: &[&Stage],
    wanted: &BTreeSet<String>,
) -> Result<Written, Vec<Refusal>> {
    for (index, stage) in stages.iter().enumerate() {
        let later = needed(&stages[index + 1..], wanted.clone());
        written.stage(platform, request, stage, &later);
    }
    if written.refusals.is_empty() { Ok(written) } else { Err(written.refusals) }
}

/// A part of a larger query needs its columns under their old names even where nothing follows.
fn wanted_is_open(split: &Split<'_>, wanted: &BTreeSet<String>) -> bool {
    split.head.output.is_none() && !wanted.is_empty()
}

pub(super) fn union(
    platform: Platform,
    request: &Request<'_>,
    branches: &[Pipeline],
    wanted: &BTreeSet<String>,
) -> Result<Written, Vec<Refusal>> {
    let mut texts = Vec::new();
    let mut written = Written { asks_for_something: true, ..Written::default() };
    for branch in branches {
        let mut part = part(platform, request, branch, wanted.clone())?;
        written.asks_for_something &= part.asks_for_something;
        written.absent.append(&mut part.absent);
        written.passed.append(&mut part.passed);
        written.lost.append(&mut part.lost);
        texts.push(format!("({})", on_one_line(&part.lines)));
        written.losses.append(&mut part.losses);
        written.names.append(&mut part.names);
        written.partial.append(&mut part.partial);
    }
    written.partial.extend(written.names.intersection(&written.absent).cloned());
    written.lines.push(format!("union {}", texts.join(", ")));
    Ok(written)
}

/// A pipeline inside another one: its columns have their old names.
pub(super) fn part(
    platform: Platform,
    request: &Request<'_>,
    pipeline: &Pipeline,
    wanted: BTreeSet<String>,
) -> Result<Written, Vec<Refusal>> {
    let (source, _) = innermost(pipeline);
    let split = split(pipeline);
    if split.tail.is_empty() && !matches!(source.kind, SourceKind::Union(_)) {
        let none = BTreeSet::new();
        let spread = spread(platform, request, &split, &none, &wanted);
        return spread.map_or_else(|| head(platform, request, &split, &none, wanted), Ok);
    }
    compile(platform, request, pipeline, wanted)
}

/// The lines of a part inside another line.
pub(super) fn on_one_line(lines: &[String]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// A filter on one conjunct.
pub(super) fn where_line(conjunct: &Condition) -> String {
    format!("| where {}", Tree::from(conjunct).write(&WORDS, &test::spell))
}

/// A rule of filters keeps the platform's own column names.
fn plain(platform: Platform, request: &Request<'_>, split: &Split<'_>) -> Result<Written, Vec<Refusal>> {
    let mut rows = rows_of(platform, request, &split.head, 0)?;
    let span = innermost_span(&request.rule.pipeline);
    let (mut lines, mut losses) = first_lines(platform, request, &mut rows, span)?;
    let column = |expr: &Expr| own_column(platform, request, &rows, expr);
    for step in split.head.steps.iter().filter(|step| !step.is_filter()) {
        match step_text(step, &column) {
            Some(line) => lines.push(line),
            None => losses.extend(dropped_steps(std::slice::from_ref(step))),
        }
    }
    // `distinct` has chosen the columns already.
    let is_distinct = split.head.steps.iter().any(|step| matches!(step.kind, StepKind::Distinct(_)));
    let (fields, mut of_fields) =
        super::super::plan::output_fields(request, &rows.columns, split.head.output.as_deref());
    losses.append(&mut of_fields);
    if !fields.is_empty() && !is_distinct {
        // A value that the platform has to compute keeps its name.
        let spelled = |(column, spellings): &(OutputColumn, Vec<String>)| match spellings.as_slice() {
            [one] if one.ends_with(')') => vec![format!("{} = {one}", print::name(&column.name))],
            several => several.iter().map(|name| test::column_text(name)).collect(),
        };
        let names: Vec<String> = fields.iter().flat_map(spelled).collect();
        lines.push(format!("| project {}, {}", platform.time_column(), names.join(", ")));
    }
    if split.head.output.is_some() {
        losses.push(
            Loss::new(LossClass::Informational, Reason::OutputRenamed, request.rule.pipeline.span, "output columns")
                .says("the output columns have the names of the target"),
        );
    }
    Ok(Written { lines, losses, ..Written::default() })
}

fn own_column(platform: Platform, request: &Request<'_>, rows: &Rows<'_>, expr: &Expr) -> Option<String> {
    if is_time(request.hub, expr) {
        return Some(platform.time_column().to_owned());
    }
    let (resolution, _) = rows.columns.resolve(&subject(expr)?)?;
    match resolution.target.spellings().as_slice() {
        [one] => Some(test::column_text(one)),
        _ => None,
    }
}

/// The step in columns of the platform; `None` if one of them is missing.
fn step_text(step: &Step, column: &impl Fn(&Expr) -> Option<String>) -> Option<String> {
    let order = |is_descending: bool| if is_descending { "desc" } else { "asc" };
    match &step.kind {
        StepKind::Filter(_) => None,
        StepKind::Take(count) => Some(format!("| take {}", print::expression(count))),
        StepKind::Sort(keys) => {
            let keys: Option<Vec<String>> = keys
                .iter()
                .map(|(key, is_descending)| Some(format!("{} {}", column(key)?, order(*is_descending))))
                .collect();
            Some(format!("| sort by {}", keys?.join(", ")))
        }
        StepKind::Top(count, key, is_descending) => {
            Some(format!("| top {} by {} {}", print::expression(count), column(key)?, order(*is_descending)))
        }
        StepKind::Distinct(columns) => {
            let names: Option<Vec<String>> = columns.iter().map(|output| column(&output.value)).collect();
            Some(format!("| distinct {}", names?.join(", ")))
        }
    }
}

/// The rows of the head, then the columns that are looked at later under their old names.
fn head(
    platform: Platform,
    request: &Request<'_>,
    split: &Split<'_>,
    required: &BTreeSet<String>,
    wanted: BTreeSet<String>,
) -> Result<Written, Vec<Refusal>> {
    head_at(platform, request, split, required, wanted, 0)
}

/// The same, with the rows from one of the places where the platform keeps the log source.
pub(super) fn head_at(
    platform: Platform,
    request: &Request<'_>,
    split: &Split<'_>,
    required: &BTreeSet<String>,
    mut wanted: BTreeSet<String>,
    place: usize,
) -> Result<Written, Vec<Refusal>> {
    wanted.extend(required.iter().cloned());
    wanted.retain(|name| split.has(name));
    for step in &split.head.steps {
        if let StepKind::Distinct(columns) = &step.kind {
            wanted.extend(columns.iter().map(|column| column.name.clone()));
        }
    }
    let mut rows = rows_of(platform, request, &split.head, place)?;
    let (mut lines, mut losses) = first_lines(platform, request, &mut rows, split.head.source.span)?;
    let mut names = BTreeSet::new();
    let (mut absent, mut passed) = (BTreeSet::new(), BTreeSet::new());
    let mut made = Vec::new();
    for name in &wanted {
        let Some((text, assumptions)) = old_value(platform, request, &rows, &split.value(&column(name))) else {
            absent.insert(name.clone());
            losses.push(
                Loss::new(LossClass::Informational, Reason::OutputDropped, split.head.source.span, &**name)
                    .says(format!("the column `{name}` has no counterpart and is left out")),
            );
            continue;
        };
        if assumptions.contains(&Assumption::Passed) {
            passed.insert(name.clone());
        }
        losses.extend(assumptions.into_iter().filter_map(|one| reading_loss(split.head.source.span, name, one)));
        let is_same = text == *name;
        made.push(if is_same { print::name(name) } else { format!("{} = {text}", print::name(name)) });
        names.insert(name.clone());
    }
    if !made.is_empty() {
        lines.push(format!("| project {}", made.join(", ")));
    }
    let asks_for_something = asks_for_something(&rows.condition);
    let mut written = Written { lines, names, absent, passed, asks_for_something, losses, ..Written::default() };
    let present = written.names.clone();
    let there = |expr: &Expr| match &expr.kind {
        ExprKind::Field(field) if present.contains(&field.name) => Some(print::name(&field.name)),
        _ => None,
    };
    for step in split.head.steps.iter().filter(|step| !step.is_filter()) {
        let as_columns = match &step.kind {
            StepKind::Distinct(columns) => {
                let columns = columns.iter().map(|output| super::super::flatten::OutputColumn {
                    name: output.name.clone(),
                    value: column(&output.name),
                });
                Step { kind: StepKind::Distinct(columns.collect()), span: step.span }
            }
            _ => step.clone(),
        };
        match step_text(&as_columns, &there) {
            Some(line) => written.lines.push(line),
            None => written.losses.extend(dropped_steps(std::slice::from_ref(step))),
        }
    }
    Ok(written)
}

/// What the value of a column assumes, beyond what every column does.
fn reading_loss(span: Span, name: &str, assumption: Assumption) -> Option<Loss> {
    let message = match assumption {
        Assumption::Passed => format!("`{name}` is read from a column that not every parser behind the function has"),
        Assumption::Listed => {
            format!("`{name}` is put together from the values that are listed for it; others are lost")
        }
        _ => return None,
    };
    let loss = Loss::new(LossClass::Assumption, Reason::FieldAssumption, span, name);
    Some(loss.says(message).assuming(assumption))
}

fn column(name: &str) -> Expr {
    let field = Field { name: name.to_owned(), origin: Origin::Unknown, span: Span::default() };
    Expr { kind: ExprKind::Field(field), ty: ScalarType::Unknown, span: Span::default() }
}

/// The old value of a column in columns of the platform, and what it assumes.
fn old_value(
    platform: Platform,
    request: &Request<'_>,
    rows: &Rows<'_>,
    value: &Expr,
) -> Option<(String, BTreeSet<Assumption>)> {
    if is_time(request.hub, value) {
        return Some((platform.time_column().to_owned(), BTreeSet::new()));
    }
    let assumed: RefCell<BTreeSet<Assumption>> = RefCell::default();
    let of = |resolution: &Resolution| {
        let text = of_resolution(resolution)?;
        assumed.borrow_mut().extend(resolution.assumptions.iter().copied());
        if resolution.source.values != resolution.target.values {
            assumed.borrow_mut().insert(Assumption::Listed);
        }
        Some(text)
    };
    let own = |expr: &Expr| {
        let subject = subject(expr)?;
        let (resolution, is_any_element) = rows.columns.resolve(&subject)?;
        let text = if is_any_element { None } else { of(&resolution) };
        text.or_else(|| of(&rows.columns.passed(&subject)?))
    };
    let column = |expr: &Expr| {
        if is_time(request.hub, expr) { Some(platform.time_column().to_owned()) } else { own(expr) }
    };
    let text = match (own(value), &value.kind) {
        (Some(text), _) => text,
        (None, ExprKind::Value(_)) => print::expression(value),
        (None, _) => print::computed(value, &column)?,
    };
    Some((text, assumed.take()))
}

/// Whether nothing is left of a stage whose columns are missing.
fn is_empty(kind: &StageKind) -> bool {
    match kind {
        StageKind::Filter(Expr { kind: ExprKind::And(parts), .. }) => parts.is_empty(),
        StageKind::Extend(list) => list.is_empty(),
        StageKind::ProjectAway(names) => names.is_empty(),
        StageKind::ProjectRename(renames) => renames.is_empty(),
        StageKind::Sort(keys) => keys.is_empty(),
        _ => false,
    }
}

impl Written {
    fn stage(&mut self, platform: Platform, request: &Request<'_>, stage: &Stage, later: &BTreeSet<String>) {
        if let StageKind::Join(join) = &stage.kind {
            return self.join(platform, request, join, stage, later);
        }
        if let StageKind::Union(branches) = &stage.kind {
            return self.also(platform, request, branches, later);
        }
        let kind = self.without_missing(request, stage);
        let mut used = BTreeSet::new();
        for expr in kind.expressions() {
            names(expr, &mut used);
        }
        if let Some(missing) = used.iter().find(|name| !self.names.contains(*name)) {
            let message = match self.lost.get(missing) {
                Some(origin) => {
                    format!("the column `{missing}` is made from `{origin}`, which has no counterpart on the target")
                }
                None => format!("the column `{missing}` has no counterpart on the target"),
            };
            self.refusals.push(Refusal::new(stage.span, Reason::FieldUnmapped, missing.clone(), message));
            return;
        }
        if let StageKind::Project(list) = &kind
            && list.is_empty()
        {
            let message = "none of the columns has a counterpart on the target";
            self.refusals.push(Refusal::new(stage.span, Reason::FieldUnmapped, "project", message));
            return;
        }
        self.note_partial(&kind);
        let printed = Stage { kind, output: stage.output.clone(), span: stage.span };
        let spell = |name: &str| name.to_owned();
        if is_empty(&printed.kind) {
            return;
        }
        match print::stage(&printed, &spell) {
            Ok(line) => self.lines.extend(line),
            Err(refusal) => self.refusals.push(refusal),
        }
        self.follow(&printed.kind);
    }

    /// The names behind a stage.
    fn follow(&mut self, kind: &StageKind) {
        let of = |list: &[crate::ir::Assignment]| list.iter().map(|found| found.name.clone()).collect::<BTreeSet<_>>();
        self.follow_partial(kind);
        match kind {
            StageKind::Extend(list) | StageKind::MvExpand(list) => self.names.extend(of(list)),
            StageKind::Project(list) | StageKind::Distinct(list) => self.names = of(list),
            StageKind::ProjectAway(gone) => self.names.retain(|name| !gone.contains(name)),
            StageKind::ProjectKeep(kept) => self.names.retain(|name| kept.contains(name)),
            StageKind::ProjectRename(renames) => {
                for (new, old) in renames {
                    if self.names.remove(old) {
                        self.names.insert(new.clone());
                    }
                }
            }
            StageKind::Summarize { aggregates, by } => {
                let mut names = BTreeSet::new();
                for aggregate in aggregates {
                    // `arg_max(x, *)` keeps what there is.
                    let keeps_all = print::expression(&aggregate.value).contains('*');
                    let made = aggregate.names.iter().filter(|name| !keeps_all || self.names.contains(*name));
                    names.extend(made.cloned());
                }
                names.extend(of(by));
                self.names = names;
            }
            StageKind::Count(name) => self.names = BTreeSet::from([name.clone()]),
            _ => {}
        }
    }
}
