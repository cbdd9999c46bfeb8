//! Thresholds over groups of events: what a `summarize` measures and what the result is compared with.

use std::collections::BTreeMap;

use super::super::fold::fold;
use super::super::loss::{Loss, LossClass};
use super::super::reason::Reason;
use super::super::time;
use crate::ir::{Expr, ExprKind, TestOp};
use crate::mapping::Hub;
use crate::schema::Value;
use crate::span::Span;

/// Aggregates by the opaque value that stands for their column.
pub(super) type Aggregates = BTreeMap<String, Expr>;

/// So many events, or so many values, in a group.
#[derive(Clone)]
pub(super) struct Threshold {
    /// What is counted.
    pub(super) measure: Measure,
    /// What only the measured events satisfy.
    pub(super) condition: Option<Expr>,
    /// How it is compared.
    pub(super) op: TestOp,
    /// With what.
    pub(super) number: String,
    /// The keys of the group.
    pub(super) keys: Vec<Expr>,
    /// Length of fixed windows in seconds, from `bin`.
    pub(super) window: Option<i64>,
    /// Place in the query.
    pub(super) span: Span,
}

impl Threshold {
    /// Whether a larger group reaches it at least as well.
    pub(super) fn is_lower_bound(&self) -> bool {
        matches!(self.op, TestOp::Greater | TestOp::GreaterOrEqual)
    }

    /// Whether one event is enough.
    pub(super) fn is_any_event(&self) -> bool {
        let is_one = match self.op {
            TestOp::Greater => self.number == "0",
            TestOp::GreaterOrEqual => self.number == "1",
            _ => false,
        };
        is_one && matches!(self.measure, Measure::Events)
    }

    /// The loss of leaving it out.
    pub(super) fn dropped(&self) -> Loss {
        Loss::new(LossClass::Over, Reason::AggregateDropped, self.span, "a second threshold")
            .says("a correlation cannot ask for this as well; it is left out")
    }
}

/// What a correlation can measure of a group.
#[derive(Clone)]
pub(super) enum Measure {
    /// Events.
    Events,
    /// Distinct values of a field.
    Values(Expr),
    /// Sum, average or percentile of a field: its name in Sigma, and the rank of a percentile.
    Number(&'static str, Expr, Option<i64>),
}

/// `bin(TimeGenerated, 1h)` and its like: the length of the window; the inner `None` for the time itself.
#[expect(clippy::option_option, reason = "no time, a time without a length, a time with one")]
pub(super) fn time_window(hub: &Hub, key: &Expr) -> Option<Option<i64>> {
    match &key.kind {
        ExprKind::Field(_) if time::is_time(hub, key) => Some(None),
        ExprKind::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
            ("bin" | "floor" | "bin_at", [time, Expr { kind: ExprKind::Value(Value::Timespan(ticks)), .. }, ..])
                if time::is_time(hub, time) =>
            {
                Some(Some(ticks / time::TICKS_PER_SECOND))
            }
            ("startofday", [time]) if time::is_time(hub, time) => Some(Some(86_400)),
            ("startofweek", [time]) if time::is_time(hub, time) => Some(Some(604_800)),
            _ => None,
        },
        _ => None,
    }
}

/// What is measured, the condition that only the counted events have, the comparison, the number.
pub(super) type Found = (Measure, Option<Expr>, TestOp, String);

/// Reads `count_ > 5`.
pub(super) fn threshold(aggregates: &Aggregates, conjunct: &Expr) -> Option<Found> {
    let ExprKind::Test(test) = &conjunct.kind else { return None };
    let is_order = matches!(
        test.op,
        TestOp::Greater | TestOp::GreaterOrEqual | TestOp::Less | TestOp::LessOrEqual | TestOp::Equal
    );
    let [Expr { kind: ExprKind::Value(value), .. }] = test.operands.as_slice() else { return None };
    let number = match value {
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        _ => return None,
    };
    let (measure, filter) = measure(&aggregate_of(aggregates, &test.subject)?)?;
    is_order.then_some((measure, filter, test.op, number))
}

/// The aggregate that an expression over a column of the `summarize` stands for.
fn aggregate_of(aggregates: &Aggregates, subject: &Expr) -> Option<Expr> {
    match &subject.kind {
        ExprKind::Opaque(name) => aggregates.get(name).cloned(),
        ExprKind::Call { name, arguments } if matches!(name.as_str(), "array_length" | "toint" | "tolong") => {
            let inner = aggregate_of(aggregates, arguments.first()?)?;
            let kind = match name.as_str() {
                "array_length" => ExprKind::Call { name: name.clone(), arguments: vec![inner] },
                _ => return Some(inner),
            };
            Some(Expr { kind, ty: subject.ty, span: subject.span })
        }
        _ => None,
    }
}

fn measure(aggregate: &Expr) -> Option<(Measure, Option<Expr>)> {
    let ExprKind::Call { name, arguments } = &aggregate.kind else { return None };
    let first = || arguments.first().cloned();
    Some(match (name.as_str(), arguments.as_slice()) {
        ("count", []) => (Measure::Events, None),
        ("countif", [predicate]) => (Measure::Events, Some(fold(predicate))),
        ("dcount" | "count_distinct", [_, ..]) => (Measure::Values(first()?), None),
        ("dcountif" | "count_distinctif", [value, predicate, ..]) => {
            (Measure::Values(value.clone()), Some(fold(predicate)))
        }
        ("array_length", [Expr { kind: ExprKind::Call { name, arguments }, .. }]) => match name.as_str() {
            "make_set" | "makeset" => (Measure::Values(arguments.first()?.clone()), None),
            "make_list" | "makelist" => (Measure::Events, None),
            _ => return None,
        },
        ("sum", [value]) => (Measure::Number("value_sum", value.clone(), None), None),
        ("avg", [value]) => (Measure::Number("value_avg", value.clone(), None), None),
        ("percentile", [value, Expr { kind: ExprKind::Value(Value::Integer(rank)), .. }]) => {
            (Measure::Number("value_percentile", value.clone(), Some(*rank)), None)
        }
        _ => return None,
    })
}
