//! Functions on texts and times in the expressions of `eval`.

use super::super::condition::Shape;
use super::super::flatten::map_children;
use super::super::loss::{Loss, LossClass};
use super::super::reason::Reason;
use super::super::regex::{self, Printed, Syntax};
use super::super::term::{self, Part};
use super::compute::{Column, compute, seconds, texts_of};
use super::quote;
use crate::ir::{Expr, ExprKind, MemberKey, Test, TestOp};
use crate::mapping::Assumption;
use crate::schema::Value;
use crate::span::Span;

const DAY: i64 = 86_400;

/// A call, where the target has a function of the same meaning.
pub(super) fn write(name: &str, arguments: &[Expr], column: Column<'_>) -> Option<String> {
    let value = |expr: &Expr| compute(expr, column);
    Some(match (name, arguments) {
        ("split", [text, delimiter]) => {
            let delimiter = constant(delimiter).filter(|delimiter| !delimiter.is_empty())?;
            format!("split({}, {})", value(text)?, quote(delimiter))
        }
        ("extract", [pattern, group, text]) => extract(constant(pattern)?, integer(group)?, &value(text)?)?,
        ("replace_string", [text, from, to]) => {
            let pattern = term::literal(constant(from).filter(|from| !from.is_empty())?);
            replaced(&value(text)?, &pattern, constant(to)?)?
        }
        ("replace_regex", [text, from, to]) | ("replace", [from, to, text]) => {
            replaced(&value(text)?, &flagged(constant(from)?)?, constant(to)?)?
        }
        ("strcat_array", [array, delimiter]) => {
            format!("mvjoin({}, {})", value(array)?, quote(constant(delimiter)?))
        }
        ("strcat_delim", [delimiter, parts @ ..]) if !parts.is_empty() => {
            let delimiter = format!(" . {} . ", value(delimiter)?);
            format!("({})", texts_of(parts, column)?.join(&delimiter))
        }
        ("round", [number, digits]) => format!("round({}, {})", value(number)?, integer(digits)?),
        ("pow", [base, exponent]) => format!("pow({}, {})", value(base)?, value(exponent)?),
        ("log", [number]) => format!("ln({})", value(number)?),
        ("log10", [number]) => format!("log({}, 10)", value(number)?),
        ("log2", [number]) => format!("log({}, 2)", value(number)?),
        _ => return of_time(name, arguments, column),
    })
}

/// Times are seconds since 1970, so that parts of a day and of a week are arithmetic and in UTC, as in KQL.
fn of_time(name: &str, arguments: &[Expr], column: Column<'_>) -> Option<String> {
    let value = |expr: &Expr| compute(expr, column);
    let part = |time: &str, whole: i64, unit: i64| format!("floor(({time} % {whole})/{unit})");
    Some(match (name, arguments) {
        ("hourofday" | "gethour", [time]) => part(&value(time)?, DAY, 3600),
        // The first day of 1970 was a Thursday; the result is a time span.
        ("dayofweek", [time]) => format!("(((floor({}/{DAY}) + 4) % 7) * {DAY})", value(time)?),
        ("datetime_part", [unit, time]) => {
            let time = value(time)?;
            match constant(unit)?.to_ascii_lowercase().as_str() {
                "hour" => part(&time, DAY, 3600),
                "minute" => part(&time, 3600, 60),
                "second" => part(&time, 60, 1),
                _ => return None,
            }
        }
        ("datetime_add", [unit, amount, time]) => {
            let length = length(constant(unit)?)?;
            format!("({} + ({} * {length}))", value(time)?, value(amount)?)
        }
        ("startofday", [time]) => format!("(floor({}/{DAY})*{DAY})", value(time)?),
        // Weeks begin on Sundays.
        ("startofweek", [time]) => format!("((floor((floor({}/{DAY}) + 4)/7)*7 - 4)*{DAY})", value(time)?),
        ("bin" | "floor", [number, step]) => {
            let step = match &step.kind {
                ExprKind::Value(Value::Timespan(ticks)) => seconds(*ticks),
                ExprKind::Value(Value::Integer(step)) => step.to_string(),
                _ => return None,
            };
            format!("(floor({}/{step})*{step})", value(number)?)
        }
        _ => return None,
    })
}

/// A unit of time in seconds, where it always has the same length.
fn length(unit: &str) -> Option<i64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => DAY,
        "week" => 7 * DAY,
        _ => return None,
    })
}

/// An element of an array that the target makes; both sides count negative positions from the end.
pub(super) fn element(base: &Expr, key: &MemberKey, column: Column<'_>) -> Option<String> {
    let (ExprKind::Call { name, .. }, MemberKey::Index(index)) = (&base.kind, key) else { return None };
    (name == "split").then(|| compute(base, column)).flatten().map(|array| format!("mvindex({array}, {index})"))
}

/// What a group caught in the first match; empty where there is none.
fn extract(pattern: &str, group: i64, text: &str) -> Option<String> {
    let printed = printed(pattern)?;
    let flag = if printed.is_case_sensitive { "" } else { "(?i)" };
    // A group around the whole match moves no other group, because it is the only one that is asked for.
    let (open, group) = if group == 0 { ("(", 1) } else { ("(?:", group) };
    let whole = format!("{flag}^[\\s\\S]*?{open}{})[\\s\\S]*$", printed.pattern);
    let found = format!("match({text}, {})", quote(&format!("{flag}{}", printed.pattern)));
    (1..=9)
        .contains(&group)
        .then(|| format!("if({found}, replace({text}, {}, {}), \"\")", quote(&whole), quote(&format!("\\{group}"))))
}

fn replaced(text: &str, pattern: &str, to: &str) -> Option<String> {
    // A backslash in the replacement would have to name the same group on both sides.
    (!to.contains('\\')).then(|| format!("replace({text}, {}, {})", quote(pattern), quote(to)))
}

/// A test for terms.
pub(super) fn terms(subject: &str, test: &Test, (left, right): (bool, bool)) -> Option<String> {
    let needles: Option<Vec<String>> = test.operands.iter().map(|needle| constant(needle).map(str::to_owned)).collect();
    let needles = needles.filter(|needles| needles.iter().all(|needle| !needle.is_empty()))?;
    let flag = if test.op.is_case_sensitive() { "" } else { "(?i)" };
    let pattern = term::pattern(Shape::Term { left, right }, &needles, Part::Everything);
    Some(format!("match({subject}, {})", quote(&format!("{flag}{pattern}"))))
}

/// A test with a regular expression.
pub(super) fn matching(subject: &str, operands: &[Expr]) -> Option<String> {
    let [pattern] = operands else { return None };
    Some(format!("match({subject}, {})", quote(&flagged(constant(pattern)?)?)))
}

fn flagged(pattern: &str) -> Option<String> {
    let printed = printed(pattern)?;
    let flag = if printed.is_case_sensitive { "" } else { "(?i)" };
    Some(format!("{flag}{}", printed.pattern))
}

fn printed(pattern: &str) -> Option<Printed> {
    regex::check(pattern).ok()?;
    regex::print(pattern, Syntax::Pcre).ok()
}

fn constant(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Value(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn integer(expr: &Expr) -> Option<i64> {
    match expr.kind {
        ExprKind::Value(Value::Integer(number)) => Some(number),
        _ => None,
    }
}

/// What regular expressions in a computed value assume, if it has any for terms or for classes of characters.
pub(in super::super) fn assumed(expr: &Expr, span: Span) -> Option<Loss> {
    is_of_letters(expr).then(|| {
        Loss::new(LossClass::Assumption, Reason::HasToRe, span, super::super::kql::print::expression(expr))
            .says("terms and classes of characters are ASCII in the regular expressions of the target")
            .assuming(Assumption::Ascii)
    })
}

fn is_of_letters(expr: &Expr) -> bool {
    let has_classes =
        |pattern: &Expr| constant(pattern).and_then(printed).is_some_and(|printed| printed.narrows_classes);
    let own = match &expr.kind {
        ExprKind::Test(test) => match test.op {
            TestOp::Has
            | TestOp::HasCs
            | TestOp::HasAny
            | TestOp::HasPrefix
            | TestOp::HasPrefixCs
            | TestOp::HasSuffix
            | TestOp::HasSuffixCs => true,
            TestOp::Regex => test.operands.iter().any(has_classes),
            _ => false,
        },
        ExprKind::Call { name, arguments } => match name.as_str() {
            "extract" | "replace" | "replace_regex" => arguments.iter().any(has_classes),
            _ => false,
        },
        _ => false,
    };
    let mut found = own;
    map_children(expr, &mut |child| {
        found |= is_of_letters(child);
        child.clone()
    });
    found
}
