//! Two rules by meaning: whether the second returns the same rows, more, fewer, or others.
//!
//! Both become conditions between the steps that change which rows there are ([`flow`]). Conditions are compared by what
//! implies what ([`implication`]); steps must be the same, or do with more rows what they do with fewer. Everything that is
//! not shown either way is [`Relation::Different`]: `same`, `wider` and `narrower` are proofs, for the whole rule.

mod canonical;
mod flow;
mod formula;
mod implication;
mod names;
mod relation;
mod settings;
mod text_test;
mod walk;
pub(crate) mod witness;

use serde::Serialize;

pub use relation::Relation;
pub use settings::SettingChange;
pub use witness::{Version, Witness, WitnessEvent, Witnesses, witnesses};

use crate::explain::one_line;
use crate::ir::Detection;
use crate::span::Span;
use canonical::Text;
use flow::{Flow, Place};
use implication::Prover;

/// A rule and the text of its query.
#[derive(Debug, Clone, Copy)]
pub struct Side<'r> {
    /// What it means.
    pub rule: &'r Detection,
    /// The text that its spans count in; empty for a Sigma rule, whose tests have no places in one.
    pub query: &'r str,
}

/// What the second of two rules does, compared with the first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// For the whole rule: its rows, and when they become an alert.
    pub relation: Relation,
    /// For the rows of the query alone.
    pub rows: Relation,
    /// The parts of the query that differ, in order.
    pub differences: Vec<Difference>,
    /// Columns of the result that came, went, or hold something else.
    pub columns: ColumnChanges,
    /// What differs around the query.
    pub settings: Vec<SettingChange>,
}

/// A part in which two queries differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// What the second has, compared with the first.
    pub relation: Relation,
    /// What stands in the first.
    pub first: Vec<Piece>,
    /// What stands in the second.
    pub second: Vec<Piece>,
    /// What differs, where the pieces do not say it; may be empty.
    pub why: String,
}

/// A piece of a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// Number of its stage, as `explain` has it.
    pub stage: String,
    /// Its text on one line.
    pub text: String,
    /// Where it stands: UTF-8 bytes of the query.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// How the columns of the result changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ColumnChanges {
    /// Only the second returns them.
    pub added: Vec<String>,
    /// Only the first returns them.
    pub removed: Vec<String>,
    /// Both return them, from different expressions.
    pub changed: Vec<String>,
}

impl ColumnChanges {
    /// Whether both rules return the same columns.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

impl Comparison {
    /// Whether nothing that an analyst sees differs: rows, columns, settings.
    pub fn is_same(&self) -> bool {
        self.relation == Relation::Same && self.columns.is_empty() && self.settings.is_empty()
    }
}

/// A rule, prepared for comparisons with many others.
#[derive(Debug, Clone)]
pub struct Shape {
    flow: Flow,
}

impl Shape {
    /// The shape of a rule's query.
    pub fn of(side: Side<'_>) -> Self {
        Self {
            flow: Flow::of(&side.rule.pipeline, Text { query: side.query, start: side.rule.pipeline.span.start }, ""),
        }
    }

    /// How the rows of another rule relate to those of this one.
    pub fn rows(&self, other: &Self) -> Relation {
        walk::flows(&self.flow, &other.flow, &mut Prover::new(), &mut Vec::new())
    }
}

/// What the second rule does, compared with the first.
pub fn compare(first: Side<'_>, second: Side<'_>) -> Comparison {
    let (one, other) = (Shape::of(first).flow, Shape::of(second).flow);
    let mut found = Vec::new();
    let rows = walk::flows(&one, &other, &mut Prover::new(), &mut found);
    let settings = settings::changes(&first.rule.envelope, &second.rule.envelope);
    let relation = settings.iter().filter_map(|change| change.relation).fold(rows, Relation::and);
    let pieces = |places: &[Place], query| places.iter().map(|place| piece(place, query)).collect();
    let differences = found
        .into_iter()
        .map(|found| Difference {
            relation: found.relation,
            first: pieces(&found.first, first.query),
            second: pieces(&found.second, second.query),
            why: found.why.to_owned(),
        })
        .collect();
    Comparison { relation, rows, differences, columns: columns(first, second, &one, &other), settings }
}

fn piece(place: &Place, query: &str) -> Piece {
    let Place { stage, span: Span { start, end }, words } = place.clone();
    let text = words.unwrap_or_else(|| one_line(place.span, query));
    Piece { stage, text, start, end }
}

fn columns(first: Side<'_>, second: Side<'_>, one: &Flow, other: &Flow) -> ColumnChanges {
    let (before, after) = (&first.rule.pipeline.output, &second.rule.pipeline.output);
    let mut changes = ColumnChanges::default();
    for column in &after.columns {
        if before.find(&column.name).is_none() {
            changes.added.push(column.name.clone());
        } else if one.names.value(&column.name) != other.names.value(&column.name) {
            changes.changed.push(column.name.clone());
        }
    }
    let is_gone = |name: &&String| after.find(name).is_none();
    changes.removed = before.columns.iter().map(|column| &column.name).filter(is_gone).cloned().collect();
    changes
}
