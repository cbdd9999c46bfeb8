//! JON001: a `join` that does not say its kind.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "JON001",
    name: "default-join-kind",
    category: Category::Join,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("default_join_kind.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let excluded = right_sides_of_anti_joins(cx);
    for operator in cx.operators() {
        if !matches!(operator.kind, OperatorKind::Join(_)) || operator.parameter("kind").is_some() {
            continue;
        }
        let keyword = operator.keyword_span();
        let is_excluded = excluded.iter().any(|right| right.contains(keyword));
        let effect = match (cx.facts().is_unclear(keyword), is_excluded) {
            (true, _) => Effect::Unknown,
            (false, true) => Effect::Wider.negated(),
            (false, false) => Effect::Wider,
        };
        cx.report(keyword, "`join` without a kind keeps one arbitrary left row per key")
            .label("`innerunique` by default")
            .help("use `kind=inner` to keep every pair of rows, or `kind=innerunique` if one left row per key is meant")
            .replace(Span::at(keyword.end as usize), " kind=inner", "write `kind=inner`", effect);
    }
}

/// Rows that reach these places take rows away from the result.
fn right_sides_of_anti_joins(cx: &Context<'_>) -> Vec<Span> {
    let is_anti = |name: &str| matches!(name, "anti" | "leftanti" | "leftantisemi");
    cx.operators()
        .filter_map(|operator| match (&operator.kind, &operator.parameter("kind")?.value.kind) {
            (OperatorKind::Join(join), ExprKind::Name(name)) if is_anti(&name.text) => Some(join.right.span),
            _ => None,
        })
        .collect()
}
