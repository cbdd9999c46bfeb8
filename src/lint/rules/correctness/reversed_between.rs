//! COR005: `between` with the later end first.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::predicate::effect_on_rule;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::Value;
use crate::syntax::{Expr, ExprKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR005",
    name: "reversed-between",
    category: Category::Correctness,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("reversed_between.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::Between { low, high, .. } = &expr.kind else { continue };
        let is_reversed = match (point(cx, low), point(cx, high)) {
            (Some(low), Some(high)) => low.is_after(&high),
            _ => false,
        };
        if !is_reversed {
            continue;
        }
        let (first, second) = (cx.slice(low.span).to_owned(), cx.slice(high.span).to_owned());
        let predicate = cx.predicates().iter().find(|predicate| predicate.expr == expr.id);
        let effect = predicate.map_or(Effect::Unknown, |predicate| effect_on_rule(predicate, Effect::Wider));
        let edits = [(low.span, second.clone()), (high.span, first.clone())]
            .map(|(span, replacement)| Edit { place: span.into(), replacement });
        cx.report(low.span.to(high.span), "the range is empty: its first end is above its second")
            .label("from high to low")
            .help(format!("write `{second} .. {first}`"))
            .fix("swap the ends", effect, edits.to_vec());
    }
}

/// A constant end of a range.
enum Point {
    /// Seconds before now.
    Ago(i64),
    /// A number.
    Number(f64),
}

impl Point {
    fn is_after(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ago(one), Self::Ago(other)) => one < other,
            (Self::Number(one), Self::Number(other)) => one > other,
            (Self::Ago(_), Self::Number(_)) | (Self::Number(_), Self::Ago(_)) => false,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers that differ only beyond 53 bits are not ends of a range")]
fn point(cx: &Context<'_>, expr: &Expr<'_>) -> Option<Point> {
    if let Some(lookback) = cx.facts().lookbacks.iter().find(|lookback| lookback.span == expr.span) {
        return Some(Point::Ago(lookback.seconds));
    }
    if let ExprKind::Call { name, arguments } = &expr.kind {
        return (name.text == "now" && arguments.is_empty()).then_some(Point::Ago(0));
    }
    match cx.facts().constant(expr)?.value {
        Value::Integer(number) => Some(Point::Number(number as f64)),
        Value::Real(number) => Some(Point::Number(number)),
        _ => None,
    }
}
