//! The steps of the query, one line each.

use serde::Serialize;

use crate::ir::{Assignment, Expr, Join, Pipeline, Source, SourceKind, Stage, StageKind};
use crate::schema::Columns;
use crate::span::Span;

use super::joins::kind_words;
use super::language::{Language, Written};
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
    /// The step that is made of the same definition, whose parts are shown there only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
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

pub(super) fn stages(steps: &[Step<'_>], written: Written<'_>) -> Vec<StageExplanation> {
    steps.iter().map(|step| stage(step, written)).collect()
}

fn stage(step: &Step<'_>, written: Written<'_>) -> StageExplanation {
    let (operator, summary, span, after) = match step.kind {
        StepKind::Source(source) => {
            let summary = match &step.same_as {
                Some(number) => format!("{}: as in stage {number}", words::source(source)),
                None => source_summary(source),
            };
            ("source".to_owned(), summary, source.span, &source.columns)
        }
        StepKind::Stage(stage) => (operator_word(stage, written), summary(stage, written), stage.span, &stage.output),
    };
    StageExplanation {
        number: step.number.clone(),
        depth: step.depth,
        operator,
        summary,
        same_as: step.same_as.clone(),
        text: span.slice(written.text).to_owned(),
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
fn operator_word(stage: &Stage, written: Written<'_>) -> String {
    if written.language == Language::Sigma {
        return word(&stage.kind).to_owned();
    }
    let text = stage.span.slice(written.text);
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(text.len());
    if end == 0 { "unknown".to_owned() } else { text[..end].to_owned() }
}

/// KQL's word for a stage that is not written in KQL.
fn word(kind: &StageKind) -> &str {
    if matches!(kind, StageKind::Opaque(_)) { "unknown" } else { kind.word() }
}

/// A condition. Sigma's own says more than its tests would where it combines several searches.
fn condition(predicate: &Expr, written: Written<'_>) -> String {
    let text = match written.language {
        Language::Sigma if written.text.trim().contains(' ') => written.text.trim().to_owned(),
        Language::Sigma | Language::Kql => written.expression(predicate),
    };
    shortened(&text, SUMMARY_LENGTH)
}

fn summary(stage: &Stage, written: Written<'_>) -> String {
    match &stage.kind {
        StageKind::Filter(predicate) => condition(predicate, written),
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
                    format!("{} {direction}", written.expression(key))
                })
                .collect();
            listed(&keys, 6)
        }
        StageKind::Take(count) => format!("any {} rows", written.expression(count)),
        StageKind::Top { count, by, is_descending } => {
            let end = if *is_descending { "largest" } else { "smallest" };
            format!("the {} rows with the {end} {}", written.expression(count), written.expression(by))
        }
        StageKind::Count(name) => format!("the number of rows as {name}"),
        StageKind::MvExpand(items) => format!("one row for each element of {}", listed(&names(items), 6)),
        StageKind::Parse { source, drops_rows, columns } => {
            let source = written.expression(source);
            let misses =
                if *drops_rows { "rows without a match go" } else { "rows without a match stay, with empty columns" };
            format!("{} out of {source}; {misses}", listed(columns, 8))
        }
        StageKind::Annotation(_) => "changes no row".to_owned(),
        StageKind::Other { operator, .. } => {
            shortened(&other_words(operator, &arguments(stage.span, written.text)), SUMMARY_LENGTH)
        }
        StageKind::Opaque(reason) => format!("not understood: {reason}"),
    }
}

/// Operators whose steps inside say what they do.
pub(super) fn is_explained(operator: &str, arguments: &str) -> bool {
    other_words(operator, arguments) != arguments
}

/// What an operator does that no backend models, as far as that can be said of all its uses.
fn other_words(operator: &str, arguments: &str) -> String {
    // The steps inside have lines of their own.
    let (head, _) = arguments.split_once(" on (").unwrap_or((arguments, ""));
    let inside = |plugin: &str| arguments.strip_prefix(plugin).and_then(|rest| rest.strip_suffix(')'));
    match operator {
        "mv-apply" => format!("the steps inside for each row, on one row for each element of {head}"),
        "make-series" => format!("one row for each group, with arrays over time: {arguments}"),
        "sample" => format!("any {arguments} rows"),
        "sample-distinct" => format!("any different values: {arguments}"),
        "evaluate" => match inside("bag_unpack(") {
            Some(bag) => format!("one column for each key of {bag}"),
            None => arguments.to_owned(),
        },
        _ => arguments.to_owned(),
    }
}

/// The text behind the operator's word.
pub(super) fn arguments(span: Span, query_text: &str) -> String {
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
