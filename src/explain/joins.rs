//! What each join keeps.

use serde::Serialize;

use crate::ir::{Join, JoinKind, StageKind};

use super::outline::{Step, StepKind};
use super::words;

/// One join or lookup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JoinExplanation {
    /// Number of its stage.
    pub stage: String,
    /// KQL's name of the kind.
    pub kind: String,
    /// Whether the query says so.
    pub is_kind_written: bool,
    /// Whether it is `lookup`.
    pub is_lookup: bool,
    /// What the right side reads.
    pub right: String,
    /// Which rows are kept.
    pub meaning: String,
    /// The keys; `null` if they are more than equal fields.
    pub keys: Option<Vec<JoinKeyPair>>,
}

/// A field of each side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JoinKeyPair {
    /// Field of the left side.
    pub left: String,
    /// Field of the right side.
    pub right: String,
}

pub(super) fn joins(steps: &[Step<'_>]) -> Vec<JoinExplanation> {
    let join = |step: &Step<'_>| match step.kind {
        StepKind::Stage(stage) => match &stage.kind {
            StageKind::Join(join) => Some(explanation(&step.number, join)),
            _ => None,
        },
        StepKind::Source(_) => None,
    };
    steps.iter().filter_map(join).collect()
}

fn explanation(stage: &str, join: &Join) -> JoinExplanation {
    let pair = |key: &crate::ir::JoinKey| JoinKeyPair { left: key.left.name.clone(), right: key.right.name.clone() };
    JoinExplanation {
        stage: stage.to_owned(),
        kind: join.kind.as_str().to_owned(),
        is_kind_written: join.is_kind_written,
        is_lookup: join.is_lookup,
        right: words::source(&join.right.source),
        meaning: meaning(join.kind).to_owned(),
        keys: join.keys.as_ref().map(|keys| keys.iter().map(pair).collect()),
    }
}

/// The kind, and whether it is the default.
pub(super) fn kind_words(join: &Join) -> String {
    let kind = join.kind.as_str();
    if join.is_kind_written { kind.to_owned() } else { format!("{kind} (implicit)") }
}

fn meaning(kind: JoinKind) -> &'static str {
    match kind {
        JoinKind::InnerUnique => {
            "matching pairs, but only one left row for each combination of keys takes part, and which one is not defined: \
             other left rows with the same keys are lost"
        }
        JoinKind::Inner => "every matching pair of rows",
        JoinKind::LeftOuter => "every left row, with each matching right row or empty columns",
        JoinKind::RightOuter => "every right row, with each matching left row or empty columns",
        JoinKind::FullOuter => "every row of both sides, paired where they match",
        JoinKind::LeftSemi => "left rows that have a match; the right side adds no column",
        JoinKind::RightSemi => "right rows that have a match; the left side adds no column",
        JoinKind::LeftAnti => "left rows that have no match: the right side excludes",
        JoinKind::RightAnti => "right rows that have no match: the left side excludes",
    }
}
