//! PRF009: a set without a limit in an alert.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::{ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF009",
    name: "unbounded-make-set",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::KINDS_THAT_ALERT,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("unbounded_make_set.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for operator in cx.operators() {
        let OperatorKind::Summarize { aggregates, .. } = &operator.kind else { continue };
        for aggregate in aggregates {
            let ExprKind::Call { name, arguments } = &aggregate.value.kind else { continue };
            let values = match &*name.text {
                "make_set" | "make_list" => 1,
                "make_set_if" | "make_list_if" => 2,
                _ => continue,
            };
            if arguments.len() != values {
                continue;
            }
            cx.report(
                name.span,
                format!("`{}` keeps up to a million values, and an alert cannot hold them", name.text),
            )
            .label("no limit")
            .help("give a limit as the last argument, such as 100");
        }
    }
}
