//! Conditions over the times of both sides of a join: which event comes first, and how soon the other follows.

use super::super::{Request, time};
use super::sides::{Side, Sides};
use crate::ir::{ArithmeticOp, Expr, ExprKind, Test, TestOp};
use crate::schema::Value;
use crate::span::Span;

/// How the times of both sides lie to each other.
#[derive(Debug, Default)]
pub(super) struct Between {
    /// The second event follows within this.
    pub(super) seconds: Option<i64>,
    /// Whether one follows the other.
    pub(super) is_ordered: bool,
    /// Whether the event of the right side comes first.
    pub(super) is_right_first: bool,
    /// Whether the distance is limited in one direction only, so that in the other it could be any.
    is_one_sided: bool,
    /// The conditions that put one in front of the other, and whether that is the right side's.
    orders: Vec<(Span, bool)>,
}

impl Between {
    /// Reads a condition over both times; `false` if it is something else.
    pub(super) fn read(&mut self, request: &Request<'_>, sides: &Sides<'_>, conjunct: &Expr) -> bool {
        let is_read = self.read_one(request, sides, conjunct);
        if is_read && self.is_ordered {
            self.orders.push((conjunct.span, self.is_right_first));
        }
        self.is_ordered &= !self.is_contradictory();
        is_read
    }

    /// The conditions over which event comes first that cannot be kept.
    pub(super) fn dropped(&self) -> impl Iterator<Item = Span> {
        let is_contradictory = self.is_contradictory();
        self.orders.iter().map(|(span, _)| *span).filter(move |_| is_contradictory)
    }

    /// Whether some conditions put the one first and some the other: they are about the ends of a group, not about two
    /// events.
    fn is_contradictory(&self) -> bool {
        self.orders
            .iter()
            .any(|(_, is_right_first)| Some(is_right_first) != self.orders.first().map(|(_, first)| first))
    }

    fn read_one(&mut self, request: &Request<'_>, sides: &Sides<'_>, conjunct: &Expr) -> bool {
        let ExprKind::Test(test) = &conjunct.kind else { return false };
        let is_time = |expr: &Expr| time::is_time(request.hub, expr);
        match (test.op, test.operands.as_slice()) {
            (TestOp::Less | TestOp::LessOrEqual, [bound]) if is_time(&test.subject) && is_time(bound) => {
                self.order(sides.of(&test.subject) == Side::Right);
                true
            }
            (TestOp::Greater | TestOp::GreaterOrEqual, [bound]) if is_time(&test.subject) && is_time(bound) => {
                self.order(sides.of(&test.subject) == Side::Left);
                true
            }
            (TestOp::Between, [low, high]) if is_time(&test.subject) && is_time(low) => {
                let Some(seconds) = shifted(high, &is_time) else { return false };
                self.seconds = Some(seconds);
                self.order(sides.of(&test.subject) == Side::Left);
                true
            }
            (TestOp::Between, [low, high]) if is_time(&test.subject) => {
                let (Some(low), Some(high)) = (shifted(low, &is_time), shifted(high, &is_time)) else { return false };
                self.within(low.abs().max(high.abs()))
            }
            (TestOp::Between, [low, high]) => self.later(sides, test, low, high),
            (TestOp::Less | TestOp::LessOrEqual | TestOp::Greater | TestOp::GreaterOrEqual, [bound])
                if is_time(&test.subject) =>
            {
                let Some(seconds) = shifted(bound, &is_time) else { return false };
                self.is_one_sided = true;
                self.within(seconds.abs())
            }
            (TestOp::Less | TestOp::LessOrEqual, [bound]) => self.distance(test, bound),
            _ => false,
        }
    }

    /// Whether events in the one direction that no condition limits are left out because of the other.
    pub(super) fn narrows(&self) -> bool {
        self.is_one_sided && !self.is_ordered && self.seconds.is_some()
    }

    /// Notes a distance; the shorter of several holds.
    fn within(&mut self, seconds: i64) -> bool {
        if seconds > 0 {
            self.seconds = Some(self.seconds.map_or(seconds, |other| other.min(seconds)));
        }
        seconds > 0
    }

    /// `later - earlier between (0m .. 5m)`
    fn later(&mut self, sides: &Sides<'_>, test: &Test, low: &Expr, high: &Expr) -> bool {
        let ticks = |bound: &Expr| match bound.kind {
            ExprKind::Value(Value::Timespan(ticks)) => Some(ticks),
            _ => None,
        };
        let ExprKind::Arithmetic { op: ArithmeticOp::Subtract, left, .. } = &test.subject.kind else { return false };
        let (Some(low), Some(high)) = (ticks(low), ticks(high)) else { return false };
        if low >= 0 {
            self.order(sides.of(left) == Side::Left);
        }
        self.within(low.abs().max(high.abs()) / time::TICKS_PER_SECOND)
    }

    fn order(&mut self, is_right_first: bool) {
        (self.is_ordered, self.is_right_first) = (true, is_right_first);
    }

    /// `datetime_diff("minute", a, b) < 5` and `a - b < 5m`, in absolute value or not.
    fn distance(&mut self, test: &Test, bound: &Expr) -> bool {
        let (subject, is_one_sided) = match &test.subject.kind {
            ExprKind::Call { name, arguments } if name == "abs" && arguments.len() == 1 => (&arguments[0], false),
            _ => (&test.subject, true),
        };
        self.is_one_sided |= is_one_sided;
        let seconds = match (&subject.kind, &bound.kind) {
            (ExprKind::Arithmetic { op: ArithmeticOp::Subtract, .. }, ExprKind::Value(Value::Timespan(ticks))) => {
                ticks / time::TICKS_PER_SECOND
            }
            (ExprKind::Call { name, arguments }, ExprKind::Value(Value::Integer(number)))
                if name == "datetime_diff" =>
            {
                let [Expr { kind: ExprKind::Value(Value::String(unit)), .. }, _, _] = arguments.as_slice() else {
                    return false;
                };
                let Some(length) = unit_seconds(unit) else { return false };
                number * length
            }
            _ => return false,
        };
        self.within(seconds)
    }
}

fn unit_seconds(unit: &str) -> Option<i64> {
    match unit.to_ascii_lowercase().as_str() {
        "second" => Some(1),
        "minute" => Some(60),
        "hour" => Some(3600),
        "day" => Some(86_400),
        _ => None,
    }
}

/// `time + 5m` in seconds, and `time - 5m` as a negative number.
fn shifted(expr: &Expr, is_time: &impl Fn(&Expr) -> bool) -> Option<i64> {
    match &expr.kind {
        ExprKind::Arithmetic { op, left, right } if is_time(left) => {
            let ExprKind::Value(Value::Timespan(ticks)) = right.kind else { return None };
            match op {
                ArithmeticOp::Add => Some(ticks / time::TICKS_PER_SECOND),
                ArithmeticOp::Subtract => Some(-(ticks / time::TICKS_PER_SECOND)),
                ArithmeticOp::Multiply | ArithmeticOp::Divide | ArithmeticOp::Modulo => None,
            }
        }
        ExprKind::Call { name, arguments } if name == "datetime_add" => match arguments.as_slice() {
            [
                Expr { kind: ExprKind::Value(Value::String(unit)), .. },
                Expr { kind: ExprKind::Value(Value::Integer(count)), .. },
                time,
            ] if is_time(time) => unit_seconds(unit)?.checked_mul(*count),
            _ => None,
        },
        _ => None,
    }
}
