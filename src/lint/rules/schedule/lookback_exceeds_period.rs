//! SCD002: the query asks for more of the past than a run is given.

use crate::analyze::{Binding, Lookback};
use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::{RuleKind, Seconds};
use crate::schema::{Origin, Schema};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, LetValue, Node, StatementKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCD002",
    name: "lookback-exceeds-period",
    category: Category::Schedule,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::Scheduled],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("lookback_exceeds_period.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let Some(written) = &cx.metadata().query_period else { return };
    let (period_text, Some(period)) = &written.value else { return };
    let mut beyond: Vec<&Lookback> = cx
        .facts()
        .lookbacks
        .iter()
        .filter(|lookback| lookback.seconds > period.0 && !is_about_other_times(cx, lookback))
        .collect();
    // One period is the cause of all: the finding stands at the farthest, the first one of equals.
    beyond.sort_by_key(|lookback| (std::cmp::Reverse(lookback.seconds), lookback.span));
    let Some((farthest, others)) = beyond.split_first() else { return };
    let (reach, seen) = (Seconds(farthest.seconds).short(), period.short());
    let frequency = cx.metadata().query_frequency.as_ref().and_then(|written| written.value.1);
    let mut report = cx.report(farthest.span, format!("the query looks back {reach}, but each run sees only {seen}"));
    report
        .label(format!("reaches back {reach}"))
        .related(written.place, format!("`queryPeriod` is {period_text}"))
        .help(advice(frequency, Seconds(farthest.seconds), *period));
    for other in others {
        report.related(other.span, format!("reaches back {}", Seconds(other.seconds).short()));
    }
}

/// What Sentinel accepts: a period of 14 days at most, and of two days or more only with a frequency of an hour or more.
fn advice(frequency: Option<Seconds>, reach: Seconds, period: Seconds) -> String {
    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;
    let (wanted, seen) = (reach.short(), period.short());
    if reach.0 > 14 * DAY {
        format!(
            "look back {seen} at most: no rule sees more than 14d; a longer baseline belongs in a watchlist or a summary table"
        )
    } else if reach.0 >= 2 * DAY && frequency.is_some_and(|frequency| frequency.0 < HOUR) {
        format!(
            "set `queryPeriod: {wanted}` and `queryFrequency: 1h`, which so long a period needs, or look back {seen} at most"
        )
    } else {
        format!("set `queryPeriod: {wanted}`, or look back {seen} at most")
    }
}

/// Whether the bound is compared only with times that say nothing about when a row was logged, such as the creation
/// time of an account: the period does not limit those.
pub(in crate::lint) fn is_about_other_times(cx: &Context<'_>, lookback: &Lookback) -> bool {
    let uses = uses_of(cx, lookback.span);
    !uses.is_empty() && uses.iter().all(|place| compared_with(cx, *place).is_some_and(|other| !is_log_time(cx, other)))
}

/// Where the bound takes effect: itself, or the uses of the `let` constant that it is the value of.
fn uses_of(cx: &Context<'_>, bound: Span) -> Vec<Span> {
    let constant = cx.query().walk().find_map(|node| match node {
        Node::Statement(statement) => match &statement.kind {
            StatementKind::Let { name, value: LetValue::Pipeline(pipeline) }
                if pipeline.as_expression().is_some_and(|value| value.span.contains(bound)) =>
            {
                Some(name.span)
            }
            _ => None,
        },
        Node::Pipeline(_) | Node::Operator(_) | Node::Expr(_) => None,
    });
    let Some(name) = constant else { return vec![bound] };
    cx.expressions()
        .filter(|expr| cx.facts().binding(expr) == Some(&Binding::LetScalar(name)))
        .map(|expr| expr.span)
        .collect()
}

/// The other side of the innermost comparison around a place.
fn compared_with<'a>(cx: &Context<'a>, place: Span) -> Option<&'a Expr<'a>> {
    cx.expressions()
        .filter_map(|expr| match &expr.kind {
            ExprKind::Binary {
                op: BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual,
                left,
                right,
                op_span: _,
            } => {
                if right.span.contains(place) {
                    Some(left)
                } else {
                    left.span.contains(place).then_some(right)
                }
            }
            ExprKind::Between { left, low, high, .. } => low.span.to(high.span).contains(place).then_some(left),
            _ => None,
        })
        .last()
        .map(|other| &**other)
}

/// Whether an expression reads a time that tells when a row was logged, or no column at all (`ingestion_time()`).
fn is_log_time(cx: &Context<'_>, expr: &Expr<'_>) -> bool {
    let mut names = Node::Expr(expr).walk().filter_map(|node| match node {
        Node::Expr(expr) => is_log_time_name(cx, expr),
        Node::Statement(_) | Node::Pipeline(_) | Node::Operator(_) => None,
    });
    let Some(first) = names.next() else { return true };
    first || names.any(|is_log_time| is_log_time)
}

/// The same for one name; `None` if it is no column.
fn is_log_time_name(cx: &Context<'_>, expr: &Expr<'_>) -> Option<bool> {
    let ExprKind::Name(name) = &expr.kind else { return None };
    match cx.facts().binding(expr) {
        Some(Binding::Column(column)) => Some(is_log_time_origin(cx.schema(), &column.origin, &column.name)),
        Some(
            Binding::Table(_)
            | Binding::LetScalar(_)
            | Binding::LetTable(_)
            | Binding::LetFunction(_)
            | Binding::Parameter(_)
            | Binding::BuiltIn(_)
            | Binding::TableFunction(_),
        ) => None,
        None => Some(cx.schema().is_time_column(&name.text)),
    }
}

fn is_log_time_origin(schema: &Schema, origin: &Origin, name: &str) -> bool {
    match origin {
        Origin::Table { column, .. } => schema.is_time_column(column),
        Origin::Computed { inputs, .. } => {
            inputs.is_empty() || inputs.iter().any(|(_, column)| schema.is_time_column(column))
        }
        Origin::Several(origins) => origins.iter().any(|origin| is_log_time_origin(schema, origin, name)),
        Origin::Event { .. } | Origin::Made(_) | Origin::Unknown => schema.is_time_column(name),
    }
}
