//! JON013: a state asked for before the latest row is taken.

use crate::analyze::Predicate;
use crate::diagnostic::Severity;
use crate::lint::shape::table_column;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ScalarType;
use crate::syntax::{Expr, ExprKind, Operator, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "JON013",
    name: "latest-state-filtered-too-early",
    category: Category::Join,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("latest_state_filtered_too_early.md"),
    check,
};

/// Columns that say in what state a thing is, and change over time.
const STATES: &[(&str, &str)] = &[
    ("ThreatIntelligenceIndicator", "Active"),
    ("SecurityIncident", "Status"),
    ("SecurityAlert", "Status"),
    ("DeviceInfo", "OnboardingStatus"),
    ("IdentityInfo", "IsAccountEnabled"),
];

fn check(cx: &mut Context<'_>) {
    for pipeline in cx.pipelines() {
        for (index, operator) in pipeline.operators.iter().enumerate() {
            let OperatorKind::Summarize { aggregates, .. } = &operator.kind else { continue };
            let Some(latest) = aggregates.iter().find(|aggregate| takes_latest(&aggregate.value)) else { continue };
            let before = pipeline.operators.get(..index).unwrap_or_default();
            // Behind another `summarize`, join or expansion, rows are no longer those of the table.
            let changes_rows = |operator: &Operator<'_>| {
                matches!(
                    operator.kind,
                    OperatorKind::Summarize { .. }
                        | OperatorKind::Join(_)
                        | OperatorKind::Lookup(_)
                        | OperatorKind::Union(_)
                        | OperatorKind::MvExpand { .. }
                )
            };
            if before.iter().any(changes_rows) || !is_by_time(cx, &latest.value) {
                continue;
            }
            let is_before = |test: &&Predicate| {
                before.iter().any(|operator| {
                    matches!(operator.kind, OperatorKind::Where(_)) && operator.span.contains(test.span)
                })
            };
            let test = cx.predicates().iter().filter(is_before).find(|test| {
                let column = test.subject.column.as_ref().and_then(table_column);
                test.is_filter && column.is_some_and(|column| STATES.contains(&column))
            });
            let Some(test) = test else { continue };
            let column = cx.slice(test.subject.span);
            cx.report(test.span, format!("this finds the latest row that had this `{column}`, whatever it is now"))
                .label("asked before the latest row is taken")
                .related(latest.span, "takes the latest of what is left")
                .help("move the test behind `summarize`");
        }
    }
}

/// Whether the first argument is a time: only then is the row that is kept the latest.
fn is_by_time(cx: &Context<'_>, expr: &Expr<'_>) -> bool {
    let ExprKind::Call { arguments, .. } = &expr.kind else { return false };
    arguments.first().is_some_and(|by| cx.facts().type_of(&by.value) == ScalarType::Datetime)
}

fn takes_latest(expr: &Expr<'_>) -> bool {
    matches!(&expr.kind, ExprKind::Call { name, .. } if matches!(&*name.text, "arg_max" | "argmax"))
}
