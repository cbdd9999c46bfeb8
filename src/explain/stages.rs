//! The steps of the query, one line each.

use serde::Serialize;

use crate::ir::{Assignment, Join, Pipeline, Source, SourceKind, Stage, StageKind};
use crate::schema::Columns;
use crate::span::Span;

use super::joins::kind_words;
use super::outline::{Step, StepKind};
use super::words::{self, counted, listed, one_line, shortened};

/// One step of the query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageExplanation {
    /// Its number; `5.1` is the first step inside step `5`.
    pub number: String,
    /// How many steps it is inside of.
    pub depth: usize,
    /// `source`, or the operator's word.
    pub operator: String,
    /// What it does, on one line.
    pub summary: String,
    /// Its text in the query.
    pub text: String,
    /// Where that stands: UTF-8 bytes of the query.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// The columns after it, if it changes which there are and they are known.
    pub columns: Option<Vec<String>>,
}

/// Longest summary that repeats a piece of the query.
const SUMMARY_LENGTH: usize = 160;

pub(super) fn stages(steps: &[Step<'_>], query_text: &str) -> Vec<StageExplanation> {
    steps.iter().map(|step| stage(step, query_text)).collect()
}

fn stage(step: &Step<'_>, query_text: &str) -> StageExplanation {
    let (operator, summary, span, after) = match step.kind {
        StepKind::Source(source) => ("source".to_owned(), source_summary(source), source.span, &source.columns),
        StepKind::Stage(stage) => {
            (operator_word(stage, query_text), summary(stage, query_text), stage.span, &stage.output)
        }
    };
    StageExplanation {
        number: step.number.clone(),
        depth: step.depth,
        operator,
        summary,
        text: span.slice(query_text).to_owned(),
        start: span.start,
        end: span.end,
        columns: changed_columns(step, after),
    }
}

fn changed_columns(step: &Step<'_>, after: &Columns) -> Option<Vec<String>> {
    let names = |columns: &Columns| columns.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    let before = step.before.map(names)?;
    let after_names = names(after);
    (!after.is_open && before != after_names).then_some(after_names)
}

fn source_summary(source: &Source) -> String {
    match &source.kind {
        SourceKind::Pipeline { name: Some(_), pipeline } if pipeline.stages.is_empty() => {
            format!("{}: {}", words::source(source), words::source(&pipeline.source))
        }
        SourceKind::Pipeline { name: Some(_), pipeline } => {
            let stages = counted(pipeline.stages.len(), "stage");
            format!("{}: {} through {stages}", words::source(source), words::source(&pipeline.source))
        }
        SourceKind::Table { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Function { .. }
        | SourceKind::Union(_)
        | SourceKind::Pipeline { name: None, .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => words::source(source),
    }
}

/// The word as the query has it (`order by` is `order`).
fn operator_word(stage: &Stage, query_text: &str) -> String {
    let text = stage.span.slice(query_text);
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(text.len());
    if end == 0 { "unknown".to_owned() } else { text[..end].to_owned() }
}

fn summary(stage: &Stage, query_text: &str) -> String {
    match &stage.kind {
        StageKind::Filter(predicate) => shortened(&one_line(predicate.span, query_text), SUMMARY_LENGTH),
        StageKind::Extend(items) => listed(&names(items), 8),
        StageKind::Project(items) => format!("{}: {}", counted(items.len(), "column"), listed(&names(items), 8)),
        StageKind::ProjectAway(columns) => {
            format!("removes {}: {}", counted(columns.len(), "column"), listed(columns, 8))
        }
        StageKind::ProjectKeep(columns) => format!("{}: {}", counted(columns.len(), "column"), listed(columns, 8)),
        StageKind::ProjectRename(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|(new, old)| format!("{old} becomes {new}")).collect();
            listed(&pairs, 6)
        }
        StageKind::ProjectReorder => "changes only the order of columns".to_owned(),
        StageKind::Summarize { aggregates, by } => {
            let results: Vec<String> = aggregates.iter().flat_map(|aggregate| aggregate.names.clone()).collect();
            let results = if results.is_empty() { "no aggregate".to_owned() } else { listed(&results, 8) };
            if by.is_empty() {
                format!("{results} over all rows")
            } else {
                format!("{results} by {}", listed(&names(by), 8))
            }
        }
        StageKind::Distinct(items) => format!("one row for each {}", listed(&names(items), 8)),
        StageKind::Join(join) => join_summary(join),
        StageKind::Union(pipelines) => format!("adds the rows of {}", listed(&sources(pipelines), 6)),
        StageKind::Sort(keys) => {
            let keys: Vec<String> = keys
                .iter()
                .map(|(key, is_descending)| {
                    let direction = if *is_descending { "descending" } else { "ascending" };
                    format!("{} {direction}", one_line(key.span, query_text))
                })
                .collect();
            listed(&keys, 6)
        }
        StageKind::Take(count) => format!("any {} rows", one_line(count.span, query_text)),
        StageKind::Top { count, by, is_descending } => {
            let end = if *is_descending { "largest" } else { "smallest" };
            format!("the {} rows with the {end} {}", one_line(count.span, query_text), one_line(by.span, query_text))
        }
        StageKind::Count(name) => format!("the number of rows as {name}"),
        StageKind::MvExpand(items) => format!("one row for each element of {}", listed(&names(items), 6)),
        StageKind::Parse { source, drops_rows, columns } => {
            let source = one_line(source.span, query_text);
            let misses =
                if *drops_rows { "rows without a match go" } else { "rows without a match stay, with empty columns" };
            format!("{} out of {source}; {misses}", listed(columns, 8))
        }
        StageKind::Annotation(_) => "changes no row".to_owned(),
        StageKind::Other { .. } => shortened(&arguments(stage.span, query_text), SUMMARY_LENGTH),
        StageKind::Opaque(reason) => format!("not understood: {reason}"),
    }
}

/// The text behind the operator's word.
fn arguments(span: Span, query_text: &str) -> String {
    let text = one_line(span, query_text);
    text.split_once(' ').map_or(String::new(), |(_, rest)| rest.to_owned())
}

fn names(items: &[Assignment]) -> Vec<&str> {
    items.iter().map(|item| item.name.as_str()).collect()
}

fn sources(pipelines: &[Pipeline]) -> Vec<String> {
    pipelines.iter().map(|pipeline| words::source(&pipeline.source)).collect()
}

fn join_summary(join: &Join) -> String {
    let keys = match &join.keys {
        Some(keys) => format!("on {}", counted(keys.len(), "key")),
        None => "on a condition".to_owned(),
    };
    format!("{} with {} {keys}", kind_words(join), words::source(&join.right.source))
}
