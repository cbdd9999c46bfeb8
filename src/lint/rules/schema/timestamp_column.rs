//! SCH003: the time column of Sentinel in a query for Defender XDR.

use crate::analyze::Binding;
use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::schema::Origin;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH003",
    name: "timestamp-column",
    category: Category::Schema,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::CustomDetection],
    needs: Needs::Schema,
    fixable: Fixable::Always,
    document: include_str!("timestamp_column.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
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
        cx.report(expr.span, format!("`{table}` has no column `TimeGenerated` in Defender XDR"))
            .label("a column of Sentinel")
            .help("use `Timestamp`, which is the time of the event in Defender XDR")
            .replace(expr.span, "Timestamp", "write `Timestamp`", Effect::Unknown);
    }
}
