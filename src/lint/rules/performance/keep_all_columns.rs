//! PRF010: a query that returns every column.

use crate::analyze::Binding;
use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::syntax::{Head, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF010",
    name: "keep-all-columns",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: false,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt, RuleKind::Hunting, RuleKind::Snippet],
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("keep_all_columns.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let Some(pipeline) = cx.query().results().last() else { return };
    let Head::Expr(head) = &pipeline.head else { return };
    let is_table = matches!(cx.facts().binding(head), Some(Binding::Table(_)));
    let keeps_all = pipeline.operators.iter().all(|operator| {
        matches!(
            operator.kind,
            OperatorKind::Where(_)
                | OperatorKind::Extend(_)
                | OperatorKind::Sort(_)
                | OperatorKind::Take(_)
                | OperatorKind::Join(_)
        )
    });
    if is_table && keeps_all && !pipeline.operators.is_empty() {
        cx.report(head.span, format!("every column of `{}` is returned", cx.slice(head.span)))
            .label("no stage chooses columns")
            .help("end with `project` and the columns that are of use");
    }
}
