//! FPX001: a rule of high severity that has no place for known benign activity.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::Severity;
use crate::lint::predicate::texts;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::{AlertSeverity, RuleKind};
use crate::schema::Value;
use crate::syntax::{BinaryOp, ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FPX001",
    name: "no-exclusion",
    category: Category::Exclusion,
    severity: Severity::Info,
    default_on: true,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt],
    needs: Needs::Metadata,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("no_exclusion.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    let Some(severity) = metadata.severity.as_ref().filter(|_| metadata.alert_severity() == Some(AlertSeverity::High))
    else {
        return;
    };
    let place = severity.place;
    let is_tuned = cx.predicates().iter().any(|predicate| excludes_something(predicate) || is_threshold(predicate));
    if is_tuned || leaves_rows_out(cx) || cx.facts().tables.is_empty() {
        return;
    }
    cx.report(place, "the rule has no exclusion, threshold or allow-list")
        .label("every match is an alert of high severity")
        .help("bind known activity by parent, signer, path or account in a `let`, or in a watchlist");
}

/// Whether it takes away rows for what they hold. `isnotempty` and `!= \"\"` only ask for a value.
fn excludes_something(predicate: &Predicate) -> bool {
    let is_about_value = match predicate.op {
        PredicateOp::Binary(_) | PredicateOp::In(_) => {
            !predicate.is_complete || texts(predicate).any(|text| !text.is_empty()) || texts(predicate).next().is_none()
        }
        PredicateOp::NotBetween | PredicateOp::Between => true,
        PredicateOp::Function => predicate.subject.column.is_some() && !predicate.values.is_empty(),
    };
    is_about_value && predicate.is_filter && (predicate.is_negated || predicate.is_in_exclusion)
}

/// Whether it asks for an amount.
fn is_threshold(predicate: &Predicate) -> bool {
    let is_comparison = matches!(
        predicate.op,
        PredicateOp::Binary(BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual)
    );
    let is_number = |value: &Value| matches!(value, Value::Integer(_) | Value::Real(_));
    is_comparison && predicate.is_filter && predicate.values.iter().any(|item| is_number(&item.value))
}

/// Whether rows are left out by a join or by a watchlist.
fn leaves_rows_out(cx: &Context<'_>) -> bool {
    let reads_watchlist = cx.facts().tables.iter().any(|table| table.name == "_GetWatchlist");
    let has_anti_join = cx.operators().any(|operator| {
        let kind = operator.parameter("kind").map(|parameter| &parameter.value.kind);
        matches!(operator.kind, OperatorKind::Join(_))
            && matches!(kind, Some(ExprKind::Name(name)) if name.text.contains("anti"))
    });
    reads_watchlist || has_anti_join
}
