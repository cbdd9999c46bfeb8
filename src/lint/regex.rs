//! Where a query holds regular expressions.

use std::collections::{BTreeSet, HashMap};

use super::Context;
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, Literal, NamedExpr, StringLiteral};

/// Every string literal of the query by its place.
pub(super) fn string_literals<'a>(cx: &Context<'a>) -> HashMap<Span, &'a StringLiteral<'a>> {
    cx.expressions()
        .filter_map(|expr| match &expr.kind {
            ExprKind::Literal(Literal::String(literal)) => Some((expr.span, literal)),
            _ => None,
        })
        .collect()
}

/// The places of the literals that serve as regular expressions, each with the operator or function that takes it.
/// The parts of a `parse kind=regex` pattern are no whole expressions and are left out.
pub(super) fn patterns(cx: &Context<'_>) -> BTreeSet<(Span, Span)> {
    let mut patterns = BTreeSet::new();
    for expr in cx.expressions() {
        let Some((pattern, user)) = pattern_of(expr) else { continue };
        let constant = cx.facts().constant(pattern).and_then(|constant| constant.items.first());
        let place = constant.map_or(pattern.span, |item| item.span);
        // A literal with a broken escape has another value than the one that is meant.
        if !is_broken(cx, place) {
            patterns.insert((place, user));
        }
    }
    patterns
}

/// Whether a literal has a syntax error.
pub(super) fn is_broken(cx: &Context<'_>, literal: Span) -> bool {
    cx.errors().iter().any(|error| literal.contains(error.span))
}

/// The operand of an expression that is a regular expression.
fn pattern_of<'a>(expr: &'a Expr<'a>) -> Option<(&'a Expr<'a>, Span)> {
    match &expr.kind {
        ExprKind::Binary { op: BinaryOp::MatchesRegex, right, op_span, left: _ } => Some((right, *op_span)),
        ExprKind::Call { name, arguments } => {
            let index = match name.text.as_ref() {
                "extract" | "extract_all" | "extractall" | "replace" | "trim" | "trim_start" | "trim_end" => 0,
                "replace_regex" | "indexof_regex" => 1,
                "countof" if arguments.get(2).is_some_and(is_regex_kind) => 1,
                _ => return None,
            };
            Some((&arguments.get(index)?.value, name.span))
        }
        _ => None,
    }
}

fn is_regex_kind(argument: &NamedExpr<'_>) -> bool {
    matches!(&argument.value.kind, ExprKind::Literal(Literal::String(literal)) if literal.value == "regex")
}

/// The number of capture groups of a pattern; `None` if it does not compile.
pub(super) fn groups(pattern: &str) -> Option<u32> {
    let syntax = regex_syntax::ParserBuilder::new().octal(true).build().parse(pattern).ok()?;
    u32::try_from(syntax.properties().explicit_captures_len()).ok()
}
