//! PRF015: another workspace or cluster in a rule.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF015",
    name: "cross-resource",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::KINDS_THAT_ALERT,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("cross_resource.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    // A near-real-time rule cannot do it at all, and another rule says so.
    if cx.kind() == RuleKind::Nrt {
        return;
    }
    for expr in cx.expressions() {
        let ExprKind::Call { name, .. } = &expr.kind else { continue };
        if matches!(&*name.text, "workspace" | "app" | "cluster" | "adx" | "arg") {
            cx.report(expr.span, format!("`{}()` reads what lies elsewhere each time the rule runs", name.text))
                .label("not this workspace")
                .help("run the rule in the workspace that has the data");
        }
    }
}
