//! JON005: events joined whatever lies between them.

use crate::diagnostic::Severity;
use crate::lint::join::{Key, keyed_joins};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Column, ScalarType};
use crate::span::Span;
use crate::syntax::{ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "JON005",
    name: "join-without-time-relation",
    category: Category::Join,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("join_without_time_relation.md"),
    check,
};

/// Tables that describe things rather than events.
const DESCRIPTIONS: &[&str] =
    &["DeviceInfo", "DeviceNetworkInfo", "IdentityInfo", "UserPeerAnalytics", "_GetWatchlist"];

fn check(cx: &mut Context<'_>) {
    for join in keyed_joins(cx) {
        let OperatorKind::Join(parts) = &join.operator.kind else { continue };
        let Some((pipeline, index)) = cx.operator_around(join.operator.keyword_span()) else { continue };
        let (left, right) = (cx.columns_before(pipeline, index), tables_within(cx, parts.right.span));
        let is_of_events = !right.is_empty() && right.iter().all(|table| !DESCRIPTIONS.contains(table));
        let has_time = left.columns.iter().any(|column| column.ty == ScalarType::Datetime);
        if join.is_anti() || !is_of_events || !has_time || relates_times(cx, &join.keys, join.operator.span) {
            continue;
        }
        cx.report(join.operator.keyword_span(), "nothing relates the times of the two events")
            .label("pairs events however far apart")
            .help("test the difference of the two times behind the join");
    }
}

fn tables_within<'a>(cx: &Context<'a>, place: Span) -> Vec<&'a str> {
    cx.facts().tables.iter().filter(|table| place.contains(table.span)).map(|table| table.name.as_str()).collect()
}

/// Whether a key is a time, or a test behind the join compares two times of the row.
fn relates_times(cx: &Context<'_>, keys: &[Key], join: Span) -> bool {
    let is_time = |column: &Option<Column>| column.as_ref().is_some_and(|column| column.ty == ScalarType::Datetime);
    let has_time_key = keys.iter().any(|key| is_time(&key.left) || is_time(&key.right));
    let is_behind = |span: Span| span.start >= join.end;
    let compares = cx.expressions().any(|expr| match &expr.kind {
        ExprKind::Binary { left, right, .. } if is_behind(expr.span) => {
            [left, right].iter().all(|side| cx.facts().type_of(side) == ScalarType::Datetime)
        }
        ExprKind::Between { left, .. } if is_behind(expr.span) => {
            matches!(cx.facts().type_of(left), ScalarType::Datetime | ScalarType::Timespan)
        }
        ExprKind::Call { name, .. } if is_behind(expr.span) => name.text == "datetime_diff",
        _ => false,
    });
    has_time_key || compares
}
