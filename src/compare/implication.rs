//! Whether one condition implies another, as far as their form shows it.
//!
//! Sound, not complete: `true` is a proof, `false` says only that none was found. The number of steps is bounded, since
//! a condition with thousands of values against another one has millions of pairs.

use std::cmp::Ordering;

use super::flow::rows_within;
use super::formula::{Atom, AtomKind, Formula, Operand};
use super::text_test;
use crate::ir::TestOp;

/// Looks for proofs, until the steps are used up.
pub(super) struct Prover {
    steps: u32,
}

/// Enough for lists of some hundred values on both sides.
const STEPS: u32 = 400_000;

impl Prover {
    pub(super) fn new() -> Self {
        Self { steps: STEPS }
    }

    /// Whether the second holds wherever the first does.
    pub(super) fn implies(&mut self, first: &Formula, second: &Formula) -> bool {
        if self.steps == 0 {
            return false;
        }
        self.steps -= 1;
        match (first, second) {
            (_, Formula::All(parts)) => parts.iter().all(|part| self.implies(first, part)),
            (Formula::Any(parts), _) => parts.iter().all(|part| self.implies(part, second)),
            (Formula::All(parts), _) if parts.iter().any(|part| self.implies(part, second)) => true,
            (_, Formula::Any(parts)) => parts.iter().any(|part| self.implies(first, part)),
            (Formula::All(_), Formula::Atom(_)) => false,
            (Formula::Atom(first), Formula::Atom(second)) => atom_implies(first, second),
        }
    }
}

fn atom_implies(first: &Atom, second: &Atom) -> bool {
    match (&first.kind, &second.kind) {
        (
            AtomKind::Test { subject, op, operand },
            AtomKind::Test { subject: other_subject, op: other_op, operand: other_operand },
        ) => {
            let (one, other) = (Comparison { op: *op, operand }, Comparison { op: *other_op, operand: other_operand });
            subject == other_subject
                && match (first.is_negated, second.is_negated) {
                    (false, false) => one.implies(&other),
                    // Not being true is being false only where the second is not null.
                    (true, true) => other.implies(&one) && (one.is_null_for_null() || !other.is_null_for_null()),
                    (false, true) => one.excludes(&other),
                    (true, false) => false,
                }
        }
        (AtomKind::Exists { keys, rows }, AtomKind::Exists { keys: other_keys, rows: other_rows }) => {
            keys == other_keys
                && match (first.is_negated, second.is_negated) {
                    (false, false) => rows_within(rows, other_rows),
                    (true, true) => rows_within(other_rows, rows),
                    (false, true) | (true, false) => false,
                }
        }
        (AtomKind::Truth(text), AtomKind::Truth(other)) => text == other && first.is_negated == second.is_negated,
        _ => false,
    }
}

/// What a subject is compared with, and how.
struct Comparison<'a> {
    op: TestOp,
    operand: &'a Operand,
}

impl Comparison<'_> {
    fn implies(&self, other: &Self) -> bool {
        if self.op == other.op && self.operand == other.operand {
            return true;
        }
        match (self.operand, other.operand) {
            (Operand::Text(value), Operand::Text(other_value)) => {
                text_test::implies(self.op, value, other.op, other_value)
            }
            (Operand::Point(line, _), Operand::Point(other_line, _)) if line == other_line => {
                match (self.interval(), other.interval()) {
                    (Some(own), Some(other)) => own.is_within(&other),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Whether no value passes both.
    fn excludes(&self, other: &Self) -> bool {
        match (self.operand, other.operand) {
            (Operand::Text(value), Operand::Text(other_value)) => {
                text_test::excludes(self.op, value, other.op, other_value)
            }
            // A text with a piece in it is not empty.
            (Operand::Text(value), Operand::Nothing) => {
                !value.is_empty() && other.op == TestOp::IsEmpty && text_test::needs_its_value(self.op)
            }
            (Operand::Point(line, _), Operand::Point(other_line, _)) if line == other_line => {
                match (self.interval(), other.interval()) {
                    (Some(own), Some(other)) => own.is_apart(&other),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    fn is_null_for_null(&self) -> bool {
        self.op.is_null_for_null()
    }

    fn interval(&self) -> Option<Interval> {
        let Operand::Point(_, at) = self.operand else { return None };
        let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        Some(match self.op {
            TestOp::Equal => Interval { low: *at, has_low: true, high: *at, has_high: true },
            TestOp::Less => Interval { low, has_low: false, high: *at, has_high: false },
            TestOp::LessOrEqual => Interval { low, has_low: false, high: *at, has_high: true },
            TestOp::Greater => Interval { low: *at, has_low: false, high, has_high: false },
            TestOp::GreaterOrEqual => Interval { low: *at, has_low: true, high, has_high: false },
            _ => return None,
        })
    }
}

/// The points that pass.
struct Interval {
    low: f64,
    has_low: bool,
    high: f64,
    has_high: bool,
}

impl Interval {
    fn is_within(&self, other: &Self) -> bool {
        let low = match self.low.total_cmp(&other.low) {
            Ordering::Greater => true,
            Ordering::Equal => other.has_low || !self.has_low,
            Ordering::Less => false,
        };
        let high = match self.high.total_cmp(&other.high) {
            Ordering::Less => true,
            Ordering::Equal => other.has_high || !self.has_high,
            Ordering::Greater => false,
        };
        low && high
    }

    fn is_apart(&self, other: &Self) -> bool {
        let below = |left: &Self, right: &Self| match left.high.total_cmp(&right.low) {
            Ordering::Less => true,
            Ordering::Equal => !(left.has_high && right.has_low),
            Ordering::Greater => false,
        };
        below(self, other) || below(other, self)
    }
}
