//! STY004: the less common of two names.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "STY004",
    name: "alias-keyword",
    category: Category::Style,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("alias_keyword.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let found: Vec<(Span, &str, &str)> = cx
        .operators()
        .filter_map(|operator| {
            let written = cx.slice(operator.keyword_span());
            let other = match &operator.kind {
                OperatorKind::Sort(_) if written == "order" => "sort",
                OperatorKind::Take(_) if written == "limit" => "take",
                OperatorKind::Where(_) if written == "filter" => "where",
                _ => return None,
            };
            Some((operator.keyword_span(), written, other))
        })
        .chain(cx.expressions().filter_map(|expr| match &expr.kind {
            ExprKind::Call { name, .. } if name.text == "iif" => Some((name.span, "iif", "iff")),
            _ => None,
        }))
        .collect();
    for (place, written, other) in found {
        cx.report(place, format!("`{written}` is another name of `{other}`"))
            .label("less common")
            .help(format!("write `{other}`"))
            .replace(place, other, format!("write `{other}`"), Effect::Same);
    }
}
