//! Thresholds over groups of events: what a `summarize` measures and what the result is compared with.

use std::collections::BTreeMap;

use super::super::fold::fold;
use super::super::loss::{Loss, LossClass};
use super::super::reason::Reason;
use super::super::time;
use crate::ir::{ArithmeticOp, Expr, ExprKind, Test, TestOp};
use crate::mapping::Hub;
use crate::schema::{ScalarType, Value};
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
        is_one_enough(self.op, &self.number) && matches!(self.measure, Measure::Events)
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

/// Whether a count that compares so with the number is that of at least one.
pub(super) fn is_one_enough(op: TestOp, number: &str) -> bool {
    match op {
        TestOp::Greater => number == "0",
        TestOp::GreaterOrEqual => number == "1",
        _ => false,
    }
}

/// A threshold without its group.
pub(super) struct Found {
    /// What is measured.
    pub(super) measure: Measure,
    /// What only the measured events satisfy.
    pub(super) condition: Option<Expr>,
    /// How it is compared.
    pub(super) op: TestOp,
    /// With what.
    pub(super) number: String,
}

impl Found {
    /// That there is an event like this.
    fn event(condition: Expr) -> Self {
        let (op, number) = (TestOp::GreaterOrEqual, "1".to_owned());
        Self { measure: Measure::Events, condition: Some(condition), op, number }
    }
}

/// What a test of the columns that a `summarize` makes asks of a group: `count_ > 5`, `max_Size >= 10`, `set_Names has "x"`.
pub(super) fn thresholds(aggregates: &Aggregates, conjunct: &Expr) -> Option<Vec<Found>> {
    let ExprKind::Test(test) = &conjunct.kind else { return None };
    of_set(aggregates, conjunct.span, test)
        .or_else(|| of_extreme(aggregates, conjunct.span, test).map(|found| vec![found]))
        .or_else(|| of_measure(aggregates, test).map(|found| vec![found]))
}

/// A text test of a collected set holds where it holds for one of its events; a test for all of several texts may hold
/// for each by another event.
fn of_set(aggregates: &Aggregates, span: Span, test: &Test) -> Option<Vec<Found>> {
    let is_text_test = test.op.is_term_match() || matches!(test.op, TestOp::Contains | TestOp::ContainsCs);
    let ExprKind::Opaque(name) = &test.subject.kind else { return None };
    let (subject, filter) = collected(aggregates.get(name)?)?;
    if !is_text_test {
        return None;
    }
    let event = |op: TestOp, operands: Vec<Expr>| {
        let test = Test { subject: subject.clone(), op, operands, ..test.clone() };
        let of_event = Expr { kind: ExprKind::Test(Box::new(test)), ty: ScalarType::Bool, span };
        Found::event(fold(&filter.iter().cloned().fold(of_event, both)))
    };
    Some(match test.op {
        TestOp::HasAll => test.operands.iter().map(|text| event(TestOp::Has, vec![text.clone()])).collect(),
        op => vec![event(op, test.operands.clone())],
    })
}

/// The values that an aggregate collects, and the condition under which.
fn collected(aggregate: &Expr) -> Option<(Expr, Option<Expr>)> {
    let ExprKind::Call { name, arguments } = &aggregate.kind else { return None };
    match (name.as_str(), arguments.as_slice()) {
        ("make_set" | "make_list" | "makeset" | "makelist", [value, ..]) => Some((value.clone(), None)),
        ("make_set_if" | "make_list_if", [value, filter, ..]) => Some((value.clone(), Some(filter.clone()))),
        _ => None,
    }
}

fn both(left: Expr, right: Expr) -> Expr {
    let (ty, span) = (ScalarType::Bool, left.span);
    Expr { kind: ExprKind::And(vec![left, right]), ty, span }
}

/// The largest is above a number where one of them is; the smallest below it likewise.
fn of_extreme(aggregates: &Aggregates, span: Span, test: &Test) -> Option<Found> {
    let aggregate = aggregate_of(aggregates, &test.subject)?;
    let ExprKind::Call { name, arguments } = &aggregate.kind else { return None };
    let is_of_one = match test.op {
        TestOp::Greater | TestOp::GreaterOrEqual => matches!(name.as_str(), "max" | "maxif"),
        TestOp::Less | TestOp::LessOrEqual => matches!(name.as_str(), "min" | "minif"),
        _ => false,
    };
    let is_number =
        matches!(test.operands.as_slice(), [Expr { kind: ExprKind::Value(Value::Integer(_) | Value::Real(_)), .. }]);
    let (value, filter) = match arguments.as_slice() {
        [value] => (value, None),
        [value, filter] => (value, Some(filter.clone())),
        _ => return None,
    };
    (is_of_one && is_number).then(|| {
        let of_event = Test { subject: value.clone(), ..test.clone() };
        let of_event = Expr { kind: ExprKind::Test(Box::new(of_event)), ty: ScalarType::Bool, span };
        Found::event(fold(&filter.into_iter().fold(of_event, both)))
    })
}

/// Reads `count_ > 5`.
fn of_measure(aggregates: &Aggregates, test: &Test) -> Option<Found> {
    let is_order = matches!(
        test.op,
        TestOp::Greater | TestOp::GreaterOrEqual | TestOp::Less | TestOp::LessOrEqual | TestOp::Equal
    );
    let [Expr { kind: ExprKind::Value(value), .. }] = test.operands.as_slice() else { return None };
    let number = match value {
        Value::Integer(number) => Bound::Integer(*number),
        Value::Real(number) => Bound::Real(*number),
        _ => return None,
    };
    let (aggregate, op, number) = unscaled(aggregate_of(aggregates, &test.subject)?, test.op, number)?;
    let (measure, condition) = measure(&aggregate)?;
    is_order.then(|| Found { measure, condition, op, number: number.to_string() })
}

/// What an aggregate is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    Integer(i64),
    Real(f64),
}

impl Bound {
    /// The number, if a float holds it exactly.
    fn real(self) -> Option<f64> {
        match self {
            Self::Real(number) => Some(number),
            #[expect(clippy::cast_precision_loss, reason = "larger ones are left alone")]
            Self::Integer(number) => (number.abs() < 1 << 53).then_some(number as f64),
        }
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(number) => write!(formatter, "{number}"),
            Self::Real(number) if number.fract() == 0.0 => write!(formatter, "{number:.0}"),
            Self::Real(number) => write!(formatter, "{number:?}"),
        }
    }
}

/// `round(sum(Bytes) / 1048576.0, 2) > 100` as a test of the sum. A value halfway between two is rounded away from zero.
fn unscaled(aggregate: Expr, op: TestOp, bound: Bound) -> Option<(Expr, TestOp, Bound)> {
    let is_lower = matches!(op, TestOp::Greater | TestOp::GreaterOrEqual);
    match &aggregate.kind {
        ExprKind::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
            ("todouble" | "toreal", [inner]) => unscaled(inner.clone(), op, bound),
            ("round", [inner, digits @ ..]) if is_lower => {
                let half = match digits {
                    [] => 0.5,
                    [Expr { kind: ExprKind::Value(Value::Integer(digits @ 0..=9)), .. }] => {
                        0.5 / 10_f64.powi(i32::try_from(*digits).ok()?)
                    }
                    _ => return None,
                };
                let number = bound.real().filter(|number| (number / (half * 2.0)).fract() == 0.0)?;
                let number = if op == TestOp::Greater { number + half } else { number - half };
                unscaled(inner.clone(), TestOp::GreaterOrEqual, Bound::Real(number))
            }
            _ => Some((aggregate, op, bound)),
        },
        ExprKind::Arithmetic { op: ArithmeticOp::Divide, left, right } => {
            let divisor = match &right.kind {
                ExprKind::Value(Value::Integer(number @ 1..)) => Bound::Integer(*number),
                ExprKind::Value(Value::Real(number)) if *number > 0.0 => Bound::Real(*number),
                _ => return None,
            };
            let bound = match (left.ty, divisor, bound) {
                // Whole numbers are divided without rest.
                (ScalarType::Int | ScalarType::Long, Bound::Integer(divisor), Bound::Integer(number))
                    if is_lower && number >= 0 =>
                {
                    let least = if op == TestOp::Greater { number.checked_add(1)? } else { number };
                    let inner = (**left).clone();
                    return unscaled(inner, TestOp::GreaterOrEqual, Bound::Integer(least.checked_mul(divisor)?));
                }
                (ScalarType::Real, divisor, bound) => Bound::Real(bound.real()? * divisor.real()?),
                (ScalarType::Int | ScalarType::Long, Bound::Real(divisor), bound) => {
                    Bound::Real(bound.real()? * divisor)
                }
                _ => return None,
            };
            unscaled((**left).clone(), op, bound)
        }
        _ => Some((aggregate, op, bound)),
    }
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
            "make_set_if" => (Measure::Values(arguments.first()?.clone()), Some(fold(arguments.get(1)?))),
            "make_list_if" => (Measure::Events, Some(fold(arguments.get(1)?))),
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
