//! SCH009: a look back further than Defender XDR keeps events.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH009",
    name: "beyond-retention",
    category: Category::Schema,
    severity: Severity::Warning,
    default_on: true,
    kinds: &[RuleKind::CustomDetection, RuleKind::Hunting, RuleKind::Snippet],
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("beyond_retention.md"),
    check,
};

/// What advanced hunting keeps, in days.
const DAYS: i64 = 30;

fn check(cx: &mut Context<'_>) {
    let facts = cx.facts();
    let is_of_defender = |name: &str| {
        cx.schema().table(name).is_some_and(|table| table.is_in_defender() && table.column("Timestamp").is_some())
    };
    let reads_defender_alone =
        !facts.tables.is_empty() && facts.tables.iter().all(|used| !used.is_function && is_of_defender(&used.name));
    // With this column the query is for Sentinel, which may keep more.
    if !reads_defender_alone || mentions_time_generated(cx) {
        return;
    }
    for lookback in &facts.lookbacks {
        if lookback.seconds > DAYS * 86_400 {
            cx.report(lookback.span, format!("Defender XDR keeps {DAYS} days, and this asks for more"))
                .label(format!("{} days", lookback.seconds / 86_400))
                .help("look back 30 days at most, or run the query where the events are kept longer");
        }
    }
}

fn mentions_time_generated(cx: &Context<'_>) -> bool {
    cx.expressions()
        .any(|expr| matches!(&expr.kind, crate::syntax::ExprKind::Name(name) if name.text == "TimeGenerated"))
}
