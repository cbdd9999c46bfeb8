//! COR024: a value that stands twice in one list.

use std::collections::BTreeMap;

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{DynamicKind, Expr, ExprKind, InOp, Literal};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR024",
    name: "duplicate-list-value",
    category: Category::Correctness,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("duplicate_list_value.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::In { op, list, .. } = &expr.kind else { continue };
        let ignores_case = !matches!(op, InOp::In | InOp::NotIn);
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let mut before: Option<Span> = None;
        for (text, place) in texts(list) {
            let key = if ignores_case { text.to_ascii_lowercase() } else { text.to_owned() };
            if let (Some(first), Some(before)) = (seen.get(&key), before) {
                let comma_and_value = Span { start: before.end, end: place.end };
                cx.report(place, format!("`{text}` stands in the list already"))
                    .label("once more")
                    .related(*first, if ignores_case { "the same, letter case aside" } else { "the same" })
                    .help("drop it")
                    .replace(comma_and_value, "", "drop it", Effect::Same);
            } else {
                seen.insert(key, place);
            }
            before = Some(place);
        }
    }
}

/// The texts of a list, if all that it holds are texts, be it a list in parentheses or one `dynamic([…])`.
fn texts<'t>(list: &'t [Expr<'t>]) -> Vec<(&'t str, Span)> {
    let texts: Option<Vec<_>> = match list {
        [Expr { kind: ExprKind::Dynamic(value), .. }] => match &value.kind {
            DynamicKind::Array(items) => items
                .iter()
                .map(|item| match &item.kind {
                    DynamicKind::Literal(Literal::String(literal)) => Some((&*literal.value, item.span)),
                    _ => None,
                })
                .collect(),
            _ => None,
        },
        items => items
            .iter()
            .map(|item| match &item.kind {
                ExprKind::Literal(Literal::String(literal)) => Some((&*literal.value, item.span)),
                _ => None,
            })
            .collect(),
    };
    texts.unwrap_or_default()
}
