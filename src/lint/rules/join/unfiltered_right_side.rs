//! JON007: a join with a whole table of events.

use crate::analyze::Binding;
use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{Expr, ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "JON007",
    name: "unfiltered-right-side",
    category: Category::Join,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("unfiltered_right_side.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for operator in cx.operators() {
        let OperatorKind::Join(join) = &operator.kind else { continue };
        let Some((place, table)) = whole_table(cx, &join.right) else { continue };
        if !is_of_events(table) {
            continue;
        }
        cx.report(place, format!("all rows and columns of `{table}` go into the join"))
            .label("a whole table")
            .help(format!("filter and project it first: `({table} | where … | project …)`"));
    }
}

/// The table, if nothing but a table stands there.
pub(in crate::lint) fn whole_table<'a>(cx: &Context<'a>, expr: &'a Expr<'a>) -> Option<(Span, &'a str)> {
    let mut current = expr;
    loop {
        match &current.kind {
            ExprKind::Parenthesized(inner) => current = inner,
            ExprKind::Pipeline(pipeline) => current = pipeline.as_expression()?,
            ExprKind::Name(name) => {
                let is_table = matches!(cx.facts().binding(current), Some(Binding::Table(_)));
                return is_table.then_some((name.span, &*name.text));
            }
            _ => return None,
        }
    }
}

/// Whether a table holds events, of which there are many, and does not describe things.
pub(in crate::lint) fn is_of_events(table: &str) -> bool {
    let is_description = table.ends_with("Info") || table.ends_with("Inventory") || table.starts_with("DeviceTvm");
    let is_small = matches!(
        table,
        "SecurityIncident" | "SecurityAlert" | "AlertInfo" | "AlertEvidence" | "Heartbeat" | "BehaviorAnalytics"
    );
    !is_description && !is_small && !table.ends_with("_CL")
}
