//! Numbers that say how long a text is, where something stands in it, how many parts it has.

use super::{Built, split, times};
use crate::ir::{Expr, ExprKind, TestOp};
use crate::schema::Value;

/// Regular expressions do not count further.
const MAX_COUNT: i64 = 1000;

/// A range of whole numbers, without an upper end if there is none.
type Range = (i64, Option<i64>);

/// The range that the test asks for.
fn range(built: &Built<'_>) -> Option<Range> {
    if let (TestOp::Between, [low, high]) = (built.test.op, built.test.operands.as_slice()) {
        let (ExprKind::Value(Value::Integer(low)), ExprKind::Value(Value::Integer(high))) = (&low.kind, &high.kind)
        else {
            return None;
        };
        return Some((*low, Some(*high)));
    }
    let number = built.number()?;
    Some(match built.test.op {
        TestOp::Equal => (number, Some(number)),
        TestOp::Less => (0, Some(number.checked_sub(1)?)),
        TestOp::LessOrEqual => (0, Some(number)),
        TestOp::Greater => (number.checked_add(1)?, None),
        TestOp::GreaterOrEqual => (number, None),
        _ => return None,
    })
}

/// `strlen(text) > 10`
pub(super) fn of_text(built: &Built<'_>, text: &Expr) -> Option<Expr> {
    let (low, high) = range(built)?;
    let low = low.max(0);
    if low > MAX_COUNT || high.is_some_and(|high| high > MAX_COUNT) {
        return None;
    }
    let found = match high {
        None if low == 0 => return Some(built.constant(true)),
        None => built.matches(text, &format!("^.{{{low},}}")),
        Some(high) if high < low => return Some(built.constant(false)),
        Some(high) if high == low => built.matches(text, &format!("^.{{{high}}}$")),
        Some(high) => built.matches(text, &format!("^.{{{low},{high}}}$")),
    };
    // A missing text has the length 0 in KQL, and no expression finds it.
    Some(if low == 0 { built.any(vec![built.is_empty(text), found]) } else { found })
}

/// `array_length(split(text, ","))`: one more than there are delimiters.
pub(super) fn of_list(built: &Built<'_>, list: &Expr) -> Option<Expr> {
    let ExprKind::Call { name, arguments } = &list.kind else { return None };
    let ("split", [text, delimiter]) = (name.as_str(), arguments.as_slice()) else { return None };
    let delimiter = split::delimiter(delimiter)?;
    let (low, high) = range(built)?;
    if low > MAX_COUNT || high.is_some_and(|high| high > MAX_COUNT) {
        return None;
    }
    let at_least = |count: i64| {
        let delimiters = count.max(1) - 1;
        if delimiters == 0 {
            return built.constant(true);
        }
        built.matches(text, &format!("^{}", times(&delimiter.passed(), delimiters)))
    };
    let lower = at_least(low);
    Some(match high {
        Some(high) if high < 1 => built.constant(false),
        Some(high) => built.all(vec![lower, built.not(at_least(high + 1))]),
        None => lower,
    })
}

/// `indexof(text, "a") == -1` and its like.
pub(super) fn position(built: &Built<'_>, text: &Expr, needle: &Expr) -> Option<Expr> {
    let ExprKind::Value(Value::String(wanted)) = &needle.kind else { return None };
    if wanted.is_empty() {
        return None;
    }
    let contains = || built.with(text, TestOp::ContainsCs, vec![needle.clone()]);
    let starts = || built.with(text, TestOp::StartsWithCs, vec![needle.clone()]);
    Some(match (built.test.op, built.number()?) {
        (TestOp::Equal | TestOp::LessOrEqual, -1) | (TestOp::Less, 0) => built.not(contains()),
        (TestOp::Equal, 0) => starts(),
        (TestOp::GreaterOrEqual, 0) | (TestOp::Greater, -1) => contains(),
        (TestOp::Greater, 0) | (TestOp::GreaterOrEqual, 1) => built.all(vec![contains(), built.not(starts())]),
        _ => return None,
    })
}

/// `indexof_regex(text, pattern) == -1` and its like.
pub(super) fn position_of_match(built: &Built<'_>, text: &Expr, pattern: &Expr) -> Option<Expr> {
    let found = built.with(text, TestOp::Regex, vec![pattern.clone()]);
    Some(match (built.test.op, built.number()?) {
        (TestOp::Equal, -1) | (TestOp::Less, 0) => built.not(found),
        (TestOp::GreaterOrEqual, 0) | (TestOp::Greater, -1) => found,
        _ => return None,
    })
}

/// `countof(text, "a") == 0` and its like.
pub(super) fn occurrences(built: &Built<'_>, text: &Expr, needle: &Expr) -> Option<Expr> {
    let contains = || built.with(text, TestOp::ContainsCs, vec![needle.clone()]);
    match range(built)? {
        (0, Some(0)) => Some(built.not(contains())),
        (1, None) => Some(contains()),
        _ => None,
    }
}
