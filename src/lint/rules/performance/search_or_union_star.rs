//! PRF003: a query that looks into every table.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::span::Span;
use crate::syntax::{Expr, ExprKind, Head, Operator, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF003",
    name: "search-or-union-star",
    category: Category::Performance,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("search_or_union_star.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let severity = match cx.kind() {
        RuleKind::Scheduled | RuleKind::Nrt | RuleKind::CustomDetection => Severity::Error,
        RuleKind::Hunting | RuleKind::Function | RuleKind::Snippet | RuleKind::Sigma => Severity::Warning,
    };
    let is_source = |operator: &Operator<'_>| {
        cx.pipelines().any(|pipeline| matches!(&pipeline.head, Head::Operator(head) if head.span == operator.span))
    };
    let found: Vec<(Span, &str)> = cx
        .operators()
        .filter_map(|operator| match &operator.kind {
            OperatorKind::Search { tables, .. } if tables.is_empty() && is_source(operator) => {
                Some((operator.keyword_span(), "search"))
            }
            OperatorKind::Find { tables, .. } if tables.is_empty() => Some((operator.keyword_span(), "find")),
            OperatorKind::Union(tables) => {
                tables.iter().find(|table| is_everything(table)).map(|table| (table.span, "union *"))
            }
            _ => None,
        })
        .collect();
    if severity == Severity::Warning && is_inventory(cx) {
        return;
    }
    for (place, what) in found {
        cx.report(place, format!("`{what}` reads every table of the workspace"))
            .severity(severity)
            .label("every table")
            .help("name the tables");
    }
}

/// Whether a hunt is about the tables themselves: their names, sizes, or how late rows arrive.
fn is_inventory(cx: &Context<'_>) -> bool {
    const ABOUT_TABLES: &[&str] = &["$table", "Type", "_BilledSize", "_IsBillable", "_ResourceId"];
    let named_source =
        cx.operators().find_map(|operator| operator.parameter("withsource")).map(|name| cx.slice(name.value.span));
    cx.expressions().any(|expr| match &expr.kind {
        ExprKind::Name(name) => ABOUT_TABLES.contains(&&*name.text) || named_source == Some(&*name.text),
        ExprKind::Call { name, .. } => name.text == "ingestion_time",
        _ => false,
    })
}

fn is_everything(table: &Expr<'_>) -> bool {
    matches!(table.kind, ExprKind::Star) || matches!(table.kind, ExprKind::Wildcard("*"))
}
