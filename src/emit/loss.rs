//! What a conversion changes, and what it cannot do.

use std::cmp::Ordering;

use super::reason::Reason;
use crate::mapping::Assumption;
use crate::span::Span;

/// What a difference does to the set of matching events, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LossClass {
    /// The same events for every input.
    Exact,
    /// The same events; only columns, metadata or scheduling differ.
    Informational,
    /// The same events if the named assumption holds.
    Assumption,
    /// At least the events of the source: may add alerts.
    Over,
    /// At most the events of the source: may lose alerts.
    Under,
    /// Neither contains the other.
    Changed,
    /// The construct cannot be written.
    NotExpressible,
}

impl LossClass {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Informational => "informational",
            Self::Assumption => "assumption",
            Self::Over => "over",
            Self::Under => "under",
            Self::Changed => "changed",
            Self::NotExpressible => "not-expressible",
        }
    }

    /// The class of the same difference under one more negation.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Over => Self::Under,
            Self::Under => Self::Over,
            Self::Exact => Self::Exact,
            Self::Informational => Self::Informational,
            Self::Assumption => Self::Assumption,
            Self::Changed => Self::Changed,
            Self::NotExpressible => Self::NotExpressible,
        }
    }

    /// The class of two differences in one rule: the worse, and `Changed` for one that adds and one that loses.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Over, Self::Under) | (Self::Under, Self::Over) => Self::Changed,
            (left, right) if left.rank() >= right.rank() => left,
            (_, right) => right,
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Exact => 0,
            Self::Informational => 1,
            Self::Assumption => 2,
            Self::Over | Self::Under => 3,
            Self::Changed => 4,
            Self::NotExpressible => 5,
        }
    }
}

impl PartialOrd for LossClass {
    /// `Over` and `Under` cannot be compared.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other {
            return Some(Ordering::Equal);
        }
        Some(self.rank().cmp(&other.rank())).filter(|order| order.is_ne())
    }
}

/// One difference between the source and what was written for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    /// The class at its place.
    pub class: LossClass,
    /// The class for the whole rule: an odd number of negations swaps over and under.
    pub rule_class: LossClass,
    /// Whether the number of negations around it is odd.
    pub is_negated: bool,
    /// What must hold for the rule to lose or gain nothing.
    pub assumption: Option<Assumption>,
    /// Place in the query.
    pub span: Span,
    /// The construct of the source, in its own words.
    pub construct: String,
    /// What was written for it; empty if nothing was.
    pub emitted: String,
    /// Why.
    pub reason: Reason,
    /// One sentence without full stop.
    pub message: String,
    /// What to do about it, in the imperative.
    pub suggestion: Option<String>,
    /// A value on which source and target differ.
    pub counter_example: Option<CounterExample>,
}

/// The differences of the right side of an anti join: more rows there are fewer results.
pub(super) fn under_negation(losses: &mut [Loss]) {
    for loss in losses {
        loss.rule_class = loss.rule_class.negated();
        loss.is_negated = !loss.is_negated;
    }
}

/// An event on which source and target differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterExample {
    /// Column of the source.
    pub field: String,
    /// Its value.
    pub value: String,
    /// Whether the test of the source holds for it.
    pub matches_source: bool,
    /// Whether the test of the target holds for it.
    pub matches_target: bool,
}

/// Why a rule is not converted.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Place in the query.
    pub span: Span,
    /// Why.
    pub reason: Reason,
    /// The construct, in the source's words.
    pub construct: String,
    /// One sentence without full stop.
    pub message: String,
    /// What to do about it, in the imperative.
    pub suggestion: Option<String>,
}

impl Refusal {
    /// A refusal without a suggestion.
    pub(super) fn new(span: Span, reason: Reason, construct: impl Into<String>, message: impl Into<String>) -> Self {
        Self { span, reason, construct: construct.into(), message: message.into(), suggestion: None }
    }

    /// The same with advice.
    #[must_use]
    pub(super) fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

impl Loss {
    /// A difference outside any negation.
    pub(super) fn new(class: LossClass, reason: Reason, span: Span, construct: impl Into<String>) -> Self {
        Self {
            class,
            rule_class: class,
            is_negated: false,
            assumption: None,
            span,
            construct: construct.into(),
            emitted: String::new(),
            reason,
            message: String::new(),
            suggestion: None,
            counter_example: None,
        }
    }

    /// Whether it says that the rule is written for a table as it is, because the target's common form cannot take it.
    pub fn is_of_own_table(&self) -> bool {
        self.reason == Reason::LogsourceNative
    }

    /// The same with its sentence.
    #[must_use]
    pub(super) fn says(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The same under an assumption.
    #[must_use]
    pub(super) fn assuming(mut self, assumption: Assumption) -> Self {
        self.assumption = Some(assumption);
        self
    }

    /// The same with the text that was written.
    #[must_use]
    pub(super) fn emits(mut self, emitted: impl Into<String>) -> Self {
        self.emitted = emitted.into();
        self
    }

    /// The same with advice.
    #[must_use]
    pub(super) fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// The same at a place with an odd or even number of negations around it.
    #[must_use]
    pub(super) fn under(mut self, is_negated: bool) -> Self {
        self.is_negated = is_negated;
        self.rule_class = if is_negated { self.class.negated() } else { self.class };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::LossClass::{Assumption, Changed, Exact, Informational, NotExpressible, Over, Under};

    #[test]
    fn the_worse_class_wins_and_opposite_ones_make_a_change() {
        assert_eq!(Exact.and(Informational), Informational);
        assert_eq!(Over.and(Assumption), Over);
        assert_eq!(Over.and(Under), Changed);
        assert_eq!(Under.and(Over), Changed);
        assert_eq!(Changed.and(NotExpressible), NotExpressible);
        assert!(Over.partial_cmp(&Under).is_none());
        assert!(Assumption < Over && Under < Changed);
    }

    #[test]
    fn a_negation_swaps_over_and_under_only() {
        for class in [Exact, Informational, Assumption, Changed, NotExpressible] {
            assert_eq!(class.negated(), class);
        }
        assert_eq!(Over.negated(), Under);
        assert_eq!(Under.negated(), Over);
    }
}
