//! Tests of the time of the event: they become the window of the rule and leave its condition.

use super::loss::{Loss, LossClass};
use super::reason::Reason;
use crate::ir::{ArithmeticOp, Expr, ExprKind, Test, TestOp};
use crate::mapping::{Assumption, Hub};
use crate::schema::Value;
use crate::span::Span;

/// Ticks of KQL's timespans in a second.
pub(super) const TICKS_PER_SECOND: i64 = 10_000_000;

/// How far back the rule looks, in seconds before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Window {
    /// Events are not older than this.
    pub(super) earliest: Option<i64>,
    /// Events are at least this old.
    pub(super) latest: Option<i64>,
}

/// What a conjunct says about the time of the event.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TimeTest {
    /// Nothing.
    None,
    /// It is always true, or a window relative to the run.
    Window(Window),
    /// It compares with a fixed time.
    Fixed,
}

/// Reads a conjunct.
pub(super) fn time_test(hub: &Hub, conjunct: &Expr) -> TimeTest {
    match &conjunct.kind {
        ExprKind::Not(inner) => match &inner.kind {
            ExprKind::Test(test) if is_time(hub, &test.subject) && is_null_test(test.op) => {
                TimeTest::Window(Window::default())
            }
            _ => TimeTest::None,
        },
        ExprKind::Test(test) if is_time(hub, &test.subject) => bounds(test),
        _ => TimeTest::None,
    }
}

fn is_null_test(op: TestOp) -> bool {
    matches!(op, TestOp::IsEmpty | TestOp::IsNull)
}

/// Whether the expression looks at the time of the event and at nothing else of it.
pub(super) fn is_about_time(hub: &Hub, expr: &Expr) -> bool {
    let (mut has_time, mut has_other) = (false, false);
    visit(expr, &mut |part| {
        if is_time(hub, part) {
            has_time = true;
        } else {
            has_other |=
                matches!(part.kind, ExprKind::Field(_) | ExprKind::Star | ExprKind::Subquery(_) | ExprKind::Opaque(_))
                    || matches!(&part.kind, ExprKind::Call { name, .. } if matches!(name.as_str(), "prev" | "next"));
        }
    });
    has_time && !has_other
}

fn visit(expr: &Expr, look: &mut dyn FnMut(&Expr)) {
    look(expr);
    super::flatten::map_children(expr, &mut |child| {
        visit(child, look);
        child.clone()
    });
}

/// Whether it is the time of the event or of its arrival.
pub(super) fn is_time(hub: &Hub, subject: &Expr) -> bool {
    match &subject.kind {
        ExprKind::Call { name, arguments } => name == "ingestion_time" && arguments.is_empty(),
        ExprKind::Field(field) => {
            let name = field.table_column().map_or(field.name.as_str(), |(_, column)| column);
            hub.is_time_column(name)
        }
        _ => false,
    }
}

fn bounds(test: &Test) -> TimeTest {
    let ages: Option<Vec<i64>> = test.operands.iter().map(age).collect();
    let Some(ages) = ages else {
        return if test.operands.iter().all(is_constant) { TimeTest::Fixed } else { TimeTest::None };
    };
    TimeTest::Window(match (test.op, ages.as_slice()) {
        (TestOp::Greater | TestOp::GreaterOrEqual, [age]) => Window { earliest: Some(*age), latest: None },
        (TestOp::Less | TestOp::LessOrEqual, [age]) => Window { earliest: None, latest: Some(*age) },
        (TestOp::Between, [from, to]) => Window { earliest: Some(*from), latest: Some(*to) },
        _ => return TimeTest::None,
    })
}

/// Whether no event changes the value: a fixed time, one relative to the run, or one that is computed from such.
fn is_constant(operand: &Expr) -> bool {
    match &operand.kind {
        ExprKind::Value(_) => true,
        ExprKind::Negate(inner) => is_constant(inner),
        ExprKind::Arithmetic { left, right, .. } => is_constant(left) && is_constant(right),
        ExprKind::Call { name, arguments } => {
            age(operand).is_some()
                || (matches!(name.as_str(), "startofday" | "endofday" | "startofweek" | "todatetime" | "datetime_add")
                    && arguments.iter().all(is_constant))
        }
        _ => false,
    }
}

/// `ago(1d)`, `now(-1d)` and `now() - 1d` are 86,400; `now()` is 0.
fn age(operand: &Expr) -> Option<i64> {
    if let ExprKind::Arithmetic { op: ArithmeticOp::Subtract, left, right } = &operand.kind {
        return age(left)?.checked_add(length_ticks(right)? / TICKS_PER_SECOND);
    }
    let ExprKind::Call { name, arguments } = &operand.kind else { return None };
    let ticks = match arguments.as_slice() {
        [] => 0,
        [length] => length_ticks(length)?,
        _ => return None,
    };
    match name.as_str() {
        "ago" => Some(ticks / TICKS_PER_SECOND),
        "now" => Some(-(ticks / TICKS_PER_SECOND)),
        _ => None,
    }
}

/// A constant length of time in ticks: `2 * 1h` as well as `2h`.
fn length_ticks(expr: &Expr) -> Option<i64> {
    let count = |expr: &Expr| match expr.kind {
        ExprKind::Value(Value::Integer(count)) => Some(count),
        _ => None,
    };
    match &expr.kind {
        ExprKind::Value(Value::Timespan(ticks)) => Some(*ticks),
        ExprKind::Negate(inner) => length_ticks(inner)?.checked_neg(),
        ExprKind::Arithmetic { op, left, right } => match op {
            ArithmeticOp::Multiply => match (count(left), count(right)) {
                (Some(count), _) => length_ticks(right)?.checked_mul(count),
                (_, Some(count)) => length_ticks(left)?.checked_mul(count),
                (None, None) => None,
            },
            ArithmeticOp::Divide => length_ticks(left)?.checked_div(count(right)?),
            ArithmeticOp::Add => length_ticks(left)?.checked_add(length_ticks(right)?),
            ArithmeticOp::Subtract => length_ticks(left)?.checked_sub(length_ticks(right)?),
            ArithmeticOp::Modulo => None,
        },
        _ => None,
    }
}

/// The window that an argument of an ASIM function gives; the default for one that selects no rows.
pub(super) fn argument(parameter: &str, value: &Expr) -> Option<Window> {
    match parameter {
        "starttime" => age(value).map(|age| Window { earliest: Some(age), latest: None }),
        "endtime" => age(value).map(|age| Window { earliest: None, latest: Some(age) }),
        "pack" => Some(Window::default()),
        _ => None,
    }
}

impl Window {
    /// The narrower of both on each side.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        let pick = |left: Option<i64>, right: Option<i64>, choose: fn(i64, i64) -> i64| match (left, right) {
            (Some(left), Some(right)) => Some(choose(left, right)),
            (one, other) => one.or(other),
        };
        Self {
            earliest: pick(self.earliest, other.earliest, i64::min),
            latest: pick(self.latest, other.latest, i64::max),
        }
    }
}

/// The loss of a relative window.
pub(super) fn window_loss(window: Window, span: Span, keeps_window: bool) -> Loss {
    if window == Window::default() {
        return Loss::new(LossClass::Informational, Reason::AlwaysTrue, span, "a test of the event's time")
            .says("every event has a time; the test is left out");
    }
    let loss = Loss::new(LossClass::Informational, Reason::TimeWindow, span, "a relative time filter");
    if keeps_window {
        return loss
            .says("the relative time filter became the time range of the search")
            .assuming(Assumption::Schedule);
    }
    loss.says("the relative time filter is left to the schedule of the target").assuming(Assumption::Schedule)
}

/// The loss of a comparison with a fixed time.
pub(super) fn fixed_loss(span: Span) -> Loss {
    Loss::new(LossClass::Over, Reason::TimeFixed, span, "a fixed time filter")
        .says("the comparison with a fixed time is left out")
        .suggest("remove fixed dates from the detection")
}

/// A length of time as Sigma writes it, in the largest unit that divides it.
pub(super) fn timespan(seconds: i64) -> String {
    let units = [("d", 86_400), ("h", 3600), ("m", 60)];
    match units.into_iter().find(|(_, length)| seconds % length == 0) {
        Some((unit, length)) => format!("{}{unit}", seconds / length),
        None => format!("{seconds}s"),
    }
}
