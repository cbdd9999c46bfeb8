//! How two sets of rows relate.

use serde::{Deserialize, Serialize};

/// What the second of two rules returns, compared with the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// The same rows for every input.
    Same,
    /// At least the rows of the first.
    Wider,
    /// At most the rows of the first.
    Narrower,
    /// Rows may come and go, or nothing could be shown.
    Different,
}

impl Relation {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Wider => "wider",
            Self::Narrower => "narrower",
            Self::Different => "different",
        }
    }

    /// The relation of two steps that are both taken.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Same, other) => other,
            (own, Self::Same) => own,
            (own, other) if own == other => own,
            (Self::Wider | Self::Narrower | Self::Different, _) => Self::Different,
        }
    }

    /// The relation under one more negation.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Wider => Self::Narrower,
            Self::Narrower => Self::Wider,
            Self::Same => Self::Same,
            Self::Different => Self::Different,
        }
    }

    /// From what could be shown: whether the first implies the second, and the other way round.
    pub(super) fn of(first_implies_second: bool, second_implies_first: bool) -> Self {
        match (first_implies_second, second_implies_first) {
            (true, true) => Self::Same,
            (true, false) => Self::Wider,
            (false, true) => Self::Narrower,
            (false, false) => Self::Different,
        }
    }
}
