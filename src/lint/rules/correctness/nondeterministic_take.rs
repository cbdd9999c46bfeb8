//! COR015: a rule that looks at an arbitrary part of its rows.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::OperatorKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR015",
    name: "nondeterministic-take",
    category: Category::Correctness,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::KINDS_THAT_ALERT,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("nondeterministic_take.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for operator in cx.operators() {
        let OperatorKind::Take(count) = &operator.kind else { continue };
        let (keyword, count) = (operator.keyword, cx.slice(count.span));
        cx.report(operator.span, format!("`{keyword} {count}` keeps arbitrary rows: the others raise no alert"))
            .label("which ones differs from run to run")
            .help(format!("drop it, or say which rows matter with `top {count} by …`"));
    }
}
