//! Texts with letters changed: folded, joined, taken out.

use super::super::loss::LossClass;
use super::super::term::literal;
use super::{Built, Inverted, part};
use crate::ir::{Expr, ExprKind, TestOp};
use crate::schema::Value;

/// A test of a text in one letter case, which no needle in the other case passes.
pub(super) fn folded(built: &Built<'_>, text: &Expr, is_lower: bool) -> Option<Expr> {
    let is_in_case = |needle: &String| *needle == if is_lower { needle.to_lowercase() } else { needle.to_uppercase() };
    if let ([Expr { kind: ExprKind::Call { name, arguments }, .. }], TestOp::Equal | TestOp::EqualCi) =
        (built.test.operands.as_slice(), built.test.op)
        && name == if is_lower { "tolower" } else { "toupper" }
    {
        return Some(built.with(text, TestOp::EqualCi, arguments.clone()));
    }
    let needles = built.needles()?;
    if built.test.op == TestOp::Regex {
        let is_folded =
            needles.iter().all(|pattern| !pattern.starts_with("(?") && is_pattern_in_case(pattern, is_lower));
        return is_folded.then(|| {
            let patterns = needles.into_iter().map(|pattern| format!("(?i){pattern}")).collect();
            built.text(text, TestOp::Regex, patterns)
        });
    }
    let op = match built.test.op {
        TestOp::Equal | TestOp::In => TestOp::EqualCi,
        TestOp::ContainsCs => TestOp::Contains,
        TestOp::StartsWithCs => TestOp::StartsWith,
        TestOp::EndsWithCs => TestOp::EndsWith,
        TestOp::HasCs => TestOp::Has,
        TestOp::HasPrefixCs => TestOp::HasPrefix,
        TestOp::HasSuffixCs => TestOp::HasSuffix,
        // Case does not matter to the others anyway.
        _ => return Some(built.of(text)),
    };
    let possible: Vec<String> = needles.into_iter().filter(is_in_case).collect();
    Some(if possible.is_empty() { built.constant(false) } else { built.text(text, op, possible) })
}

/// Whether a pattern has no letters of the other case; what follows a backslash is no letter of the text.
fn is_pattern_in_case(pattern: &str, is_lower: bool) -> bool {
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if if is_lower { c.is_uppercase() } else { c.is_lowercase() } {
            return false;
        }
    }
    true
}

/// A test of one column with constant texts around it.
pub(super) fn joined(built: &Built<'_>, arguments: &[Expr]) -> Option<Expr> {
    let constant = |expr: &Expr| match &expr.kind {
        ExprKind::Value(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let at = arguments.iter().position(|argument| constant(argument).is_none())?;
    let (before, after) = (&arguments[..at], &arguments[at + 1..]);
    let text = |parts: &[Expr]| parts.iter().map(constant).collect::<Option<String>>();
    let (before, after, column) = (text(before)?, text(after)?, &arguments[at]);
    let ignores_case = built.ignores_case();
    let is_same = |left: &str, right: &str| {
        if ignores_case { left.to_lowercase() == right.to_lowercase() } else { left == right }
    };
    let rest = |needle: String| {
        let end = needle.len().checked_sub(after.len())?;
        let (start, middle, last) = (needle.get(..before.len())?, needle.get(before.len()..end)?, needle.get(end..)?);
        (is_same(start, &before) && is_same(last, &after)).then(|| middle.to_owned())
    };
    let rests: Vec<String> = built.equals()?.into_iter().filter_map(rest).collect();
    if rests.is_empty() {
        return Some(built.constant(false));
    }
    Some(built.text(column, built.cased(TestOp::EqualCi, TestOp::Equal), rests))
}

/// A test of a text from which one character is taken out: it may stand anywhere between the characters of a needle.
pub(super) fn without(built: &Built<'_>, text: &Expr, old: &Expr, new: &Expr) -> Option<Inverted> {
    let (ExprKind::Value(Value::String(old)), ExprKind::Value(Value::String(new))) = (&old.kind, &new.kind) else {
        return part::emptied(built, text);
    };
    let mut chars = old.chars();
    let (Some(gone), None, "") = (chars.next(), chars.next(), new.as_str()) else { return part::emptied(built, text) };
    let (start, end) = match built.test.op {
        TestOp::Equal | TestOp::EqualCi | TestOp::In | TestOp::InCi => ("^", "$"),
        TestOp::Contains | TestOp::ContainsCs => ("", ""),
        TestOp::StartsWith | TestOp::StartsWithCs => ("^", ""),
        TestOp::EndsWith | TestOp::EndsWithCs => ("", "$"),
        _ => return part::emptied(built, text),
    };
    let any = format!("{}*", literal(&gone.to_string()));
    let spread = |needle: &String| {
        let letters: Vec<String> = needle.chars().map(|c| literal(&c.to_string())).collect();
        letters.join(&any)
    };
    let needles = built.needles()?;
    let possible: Vec<String> = needles.iter().filter(|needle| !needle.contains(gone)).map(spread).collect();
    let expr = if possible.is_empty() {
        built.constant(false)
    } else {
        let (lead, trail) = (if start.is_empty() { "" } else { &any }, if end.is_empty() { "" } else { &any });
        let values = if let [one] = possible.as_slice() { one.clone() } else { format!("({})", possible.join("|")) };
        built.matches(text, &format!("{start}{lead}{values}{trail}{end}"))
    };
    Some(Inverted { expr, class: LossClass::Exact })
}
