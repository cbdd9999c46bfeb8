//! What the page cannot say, said.

use serde::Serialize;

use crate::ir::{Expr, ExprKind, JoinKind, SourceKind, Stage, StageKind};

use super::language::{Language, Written};
use super::outline::{Step, StepKind};
use super::outputs::{ColumnUse, Output};
use super::stages::{arguments, is_explained};
use super::words::{one_line, shortened};

/// A remark below the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// Number of the stage, if it is about one.
    pub stage: Option<String>,
    /// One sentence.
    pub message: String,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// A part of the query that could not be understood.
    NotUnderstood,
    /// An operator whose effect is not explained.
    NotExplained,
    /// A table that the schema does not know.
    UnknownTable,
    /// The result may have more columns than the page shows.
    OpenOutput,
    /// An entity or detail names a column that the query does not return.
    MissingColumn,
    /// A join that keeps fewer rows than one may think.
    ImplicitJoin,
}

pub(super) fn notes(steps: &[Step<'_>], output: &Output, uses: &[ColumnUse], written: Written<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    for each in uses.iter().filter(|each| each.is_returned == Some(false)) {
        let message = format!("{} names `{}`, which the query does not return", each.title(), each.column);
        notes.push(Note { kind: NoteKind::MissingColumn, stage: None, message });
    }
    for step in steps {
        match step.kind {
            StepKind::Source(source) => notes.extend(source_note(&step.number, &source.kind)),
            StepKind::Stage(stage) => stage_notes(&step.number, stage, written.text, &mut notes),
        }
    }
    // What a Sigma rule gives is the event, whose fields nobody lists.
    if output.is_open && written.language == Language::Kql {
        let message =
            "the result may have more columns than are listed: the columns of a source or an operator are not known";
        notes.push(Note { kind: NoteKind::OpenOutput, stage: None, message: message.to_owned() });
    }
    notes
}

fn source_note(number: &str, source: &SourceKind) -> Option<Note> {
    let (kind, message) = match source {
        SourceKind::Table { name, is_known: false } => {
            (NoteKind::UnknownTable, format!("`{name}` is not in the schema: its columns are not known"))
        }
        SourceKind::Opaque(reason) => (NoteKind::NotUnderstood, format!("the source is not modelled: {reason}")),
        SourceKind::Table { is_known: true, .. }
        | SourceKind::LogSource(_)
        | SourceKind::Function { .. }
        | SourceKind::Union(_)
        | SourceKind::Pipeline { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_) => return None,
    };
    Some(Note { kind, stage: Some(number.to_owned()), message })
}

fn stage_notes(number: &str, stage: &Stage, query_text: &str, notes: &mut Vec<Note>) {
    let mut note = |kind, message: String| notes.push(Note { kind, stage: Some(number.to_owned()), message });
    match &stage.kind {
        StageKind::Opaque(reason) => note(NoteKind::NotUnderstood, reason.clone()),
        StageKind::Other { operator, .. } if !is_explained(operator, &arguments(stage.span, query_text)) => {
            note(NoteKind::NotExplained, format!("what `{operator}` does to the rows is not explained"));
        }
        StageKind::Join(join) if join.kind == JoinKind::InnerUnique && !join.is_kind_written => {
            let message = "the join has no `kind=`, so it is innerunique: one arbitrary left row for each combination of keys \
                           survives";
            note(NoteKind::ImplicitJoin, message.to_owned());
        }
        _ => {}
    }
    if let StageKind::Join(join) = &stage.kind
        && let Some(source) = source_note(number, &join.right.source.kind)
    {
        notes.push(source);
    }
    for expr in stage.kind.expressions() {
        opaque_notes(number, expr, query_text, notes);
    }
}

fn opaque_notes(number: &str, expr: &Expr, query_text: &str, notes: &mut Vec<Note>) {
    if let ExprKind::Opaque(reason) = &expr.kind {
        let place = shortened(&one_line(expr.span, query_text), 80);
        let message = if place.is_empty() { reason.clone() } else { format!("`{place}` is not modelled: {reason}") };
        let note = Note { kind: NoteKind::NotUnderstood, stage: Some(number.to_owned()), message };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    for operand in expr.children() {
        opaque_notes(number, operand, query_text, notes);
    }
}
