//! PRF011: the latest row with all its columns.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::{ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF011",
    name: "arg-max-star",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("arg_max_star.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for operator in cx.operators() {
        let OperatorKind::Summarize { aggregates, .. } = &operator.kind else { continue };
        for aggregate in aggregates {
            let ExprKind::Call { name, arguments } = &aggregate.value.kind else { continue };
            let star = arguments.iter().skip(1).find(|argument| matches!(argument.value.kind, ExprKind::Star));
            let Some(star) = star.filter(|_| matches!(&*name.text, "arg_max" | "arg_min")) else { continue };
            cx.report(star.span, format!("`{}` keeps every column of the row", name.text))
                .label("all columns")
                .help("name the columns that are of use");
        }
    }
}
