//! Relative time bounds: `ago(14d)`, `now(-14d)`, `now() - 14d`, `datetime_add('day', -14, now())`.

use super::constant::seconds;
use super::{Analyzer, Lookback};
use crate::schema::Value;
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, NamedExpr};

impl<'a, 'q> Analyzer<'a, 'q> {
    pub(super) fn find_lookback_of_call(&mut self, expr: &'a Expr<'q>, name: &str, arguments: &'a [NamedExpr<'q>]) {
        let ticks = match (name, arguments) {
            ("ago", [back]) => self.timespan_of(&back.value),
            ("now", [offset]) => self.timespan_of(&offset.value).map(|ticks| -ticks),
            ("datetime_add", [unit, amount, start]) if is_now(&start.value) => {
                self.added_ticks(&unit.value, &amount.value).map(|ticks| -ticks)
            }
            _ => None,
        };
        self.record_lookback(expr.span, ticks);
    }

    pub(super) fn find_lookback_of_difference(
        &mut self,
        expr: &'a Expr<'q>,
        op: BinaryOp,
        left: &'a Expr<'q>,
        right: &'a Expr<'q>,
    ) {
        if op == BinaryOp::Subtract && is_now(left) {
            let ticks = self.timespan_of(right);
            self.record_lookback(expr.span, ticks);
        }
    }

    fn record_lookback(&mut self, span: Span, ticks: Option<i64>) {
        if let Some(ticks) = ticks.filter(|ticks| *ticks > 0 && self.is_recording()) {
            self.facts.lookbacks.push(Lookback { span, seconds: seconds(ticks) });
        }
    }

    fn timespan_of(&self, expr: &'a Expr<'q>) -> Option<i64> {
        match self.constant_of(expr)?.value {
            Value::Timespan(ticks) => Some(ticks),
            _ => None,
        }
    }

    /// Months and years have no fixed length: their longest is taken.
    fn added_ticks(&self, unit: &'a Expr<'q>, amount: &'a Expr<'q>) -> Option<i64> {
        let unit = self.constant_of(unit)?;
        let amount = self.constant_of(amount)?;
        let (Value::String(unit), Value::Integer(amount)) = (&unit.value, &amount.value) else { return None };
        let seconds: i64 = match unit.to_lowercase().as_str() {
            "second" => 1,
            "minute" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            "week" => 604_800,
            "month" => 31 * 86_400,
            "quarter" => 92 * 86_400,
            "year" => 366 * 86_400,
            _ => return None,
        };
        amount.checked_mul(seconds)?.checked_mul(10_000_000)
    }
}

fn is_now(expr: &Expr<'_>) -> bool {
    match &expr.kind {
        ExprKind::Call { name, arguments } => name.text == "now" && arguments.is_empty(),
        ExprKind::Parenthesized(inner) => is_now(inner),
        _ => false,
    }
}
