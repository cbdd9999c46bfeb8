//! SCH003: the time column of Sentinel in a query for Defender XDR.

use crate::analyze::Binding;
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::schema::Origin;
use crate::span::Span;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH003",
    name: "timestamp-column",
    category: Category::Schema,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::CustomDetection],
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("timestamp_column.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    // Where a workspace is connected, its column is there too; whoever names it knows.
    if cx.schema().time_column() == Some("TimeGenerated") {
        return;
    }
    for expr in cx.expressions() {
        let (ExprKind::Name(name), Some(Binding::Column(column))) = (&expr.kind, cx.facts().binding(expr)) else {
            continue;
        };
        let Origin::Table { table, column: original, .. } = &column.origin else { continue };
        let is_in_defender =
            cx.schema().table(table).is_some_and(|table| table.is_in_defender() && table.column("Timestamp").is_some());
        if name.text != "TimeGenerated" || original != "TimeGenerated" || !is_in_defender {
            continue;
        }
        let has_both = names_timestamp_too(cx, expr.span);
        let mut report = cx.report(expr.span, format!("`{table}` has no column `TimeGenerated` in Defender XDR"));
        report.label("a column of Sentinel").help("use `Timestamp`, which is the time of the event in Defender XDR");
        if !has_both {
            report.replace(expr.span, "Timestamp", "write `Timestamp`", Effect::Unknown);
        }
    }
}

/// Whether the operator around names `Timestamp` as well: a list of columns must not hold it twice.
fn names_timestamp_too(cx: &Context<'_>, place: Span) -> bool {
    let operator = cx.operator_around(place).and_then(|(pipeline, index)| pipeline.operators.get(index));
    operator.is_some_and(|operator| {
        cx.expressions()
            .filter(|expr| operator.span.contains(expr.span))
            .any(|expr| matches!(&expr.kind, ExprKind::Name(name) if name.text == "Timestamp"))
    })
}
