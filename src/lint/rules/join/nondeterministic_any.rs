//! JON010: an arbitrary row that stands for its group.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::{ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "JON010",
    name: "nondeterministic-any",
    category: Category::Join,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("nondeterministic_any.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for operator in cx.operators() {
        let OperatorKind::Summarize { aggregates, .. } = &operator.kind else { continue };
        for aggregate in aggregates {
            let ExprKind::Call { name, arguments } = &aggregate.value.kind else { continue };
            let is_whole_row = arguments.iter().any(|argument| matches!(argument.value.kind, ExprKind::Star));
            if !matches!(&*name.text, "take_any" | "any") || !is_whole_row {
                continue;
            }
            cx.report(aggregate.value.span, format!("`{}(*)` keeps an arbitrary row of each group", name.text))
                .label("another one in each run")
                .help("use `arg_max(TimeGenerated, *)` for the latest, or `arg_min` for the first");
        }
    }
}
