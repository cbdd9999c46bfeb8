//! Functions on texts and numbers in the expressions of `eval`.

use super::super::condition::Shape;
use super::super::flatten::map_children;
use super::super::loss::{Loss, LossClass};
use super::super::reason::Reason;
use super::super::regex::{self, Printed, Syntax};
use super::super::term::{self, Part};
use super::compute::{Column, compute, texts_of};
use super::quote;
use crate::ir::{Expr, ExprKind, Test, TestOp};
use crate::mapping::Assumption;
use crate::schema::{ScalarType, Value};
use crate::span::Span;

/// A call, where the target has a function of the same meaning.
pub(super) fn write(name: &str, arguments: &[Expr], whole: &Expr, column: Column<'_>) -> Option<String> {
    let value = |expr: &Expr| compute(expr, column);
    Some(match (name, arguments) {
        ("split", [text, delimiter]) => {
            let delimiter = constant(delimiter).filter(|delimiter| !delimiter.is_empty())?;
            format!("split({}, {})", value(text)?, quote(delimiter))
        }
        ("split", [text, delimiter, index]) => {
            let delimiter = constant(delimiter).filter(|delimiter| !delimiter.is_empty())?;
            format!("mvindex(split({}, {}), {})", value(text)?, quote(delimiter), value(index)?)
        }
        ("extract", [pattern, group, text]) => extract(constant(pattern)?, integer(group)?, &value(text)?)?,
        ("extract", [pattern, group, text, _]) if whole.ty == ScalarType::String => {
            extract(constant(pattern)?, integer(group)?, &value(text)?)?
        }
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
        ("hash_md5" | "hash_sha1" | "hash_sha256", [text]) => {
            format!("{}({})", name.trim_start_matches("hash_"), value(text)?)
        }
        ("log10", [number]) => format!("log({}, 10)", value(number)?),
        ("log2", [number]) => format!("log({}, 2)", value(number)?),
        _ => return None,
    })
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
    // Behind a backslash, both sides take a digit for a group, and differ in the rest.
    let is_group = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let is_same = to.split('\\').skip(1).all(is_group);
    is_same.then(|| format!("replace({text}, {}, {})", quote(pattern), quote(to)))
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

pub(super) fn flagged(pattern: &str) -> Option<String> {
    let printed = printed(pattern)?;
    let flag = if printed.is_case_sensitive { "" } else { "(?i)" };
    Some(format!("{flag}{}", printed.pattern))
}

fn printed(pattern: &str) -> Option<Printed> {
    regex::check(pattern).ok()?;
    regex::print(pattern, Syntax::Pcre).ok()
}

pub(super) fn constant(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Value(Value::String(text)) => Some(text),
        _ => None,
    }
}

pub(super) fn integer(expr: &Expr) -> Option<i64> {
    match expr.kind {
        ExprKind::Value(Value::Integer(number)) => Some(number),
        _ => None,
    }
}

/// Whether an expression, its parts aside, is of some kind.
type IsIt = fn(&Expr) -> bool;

/// What a computed value assumes of the data or of the target.
pub(in super::super) fn assumed(expr: &Expr, span: Span) -> Vec<Loss> {
    const TEXTS: [(IsIt, Reason, Assumption, &str); 6] = [
        (
            is_of_letters,
            Reason::HasToRe,
            Assumption::Ascii,
            "terms and classes of characters are ASCII in the regular expressions of the target",
        ),
        (
            is_of_calendar,
            Reason::TimeZone,
            Assumption::Utc,
            "the calendar of the target is that of the user who searches",
        ),
        (
            super::geo::is_of_place,
            Reason::FieldAssumption,
            Assumption::Places,
            "the places of addresses are those of the target's database",
        ),
        (
            is_of_missing,
            Reason::NullSemantics,
            Assumption::Present,
            "what is made of a missing text is missing on the target, and not made of the empty text",
        ),
        (
            compares_columns,
            Reason::NullSemantics,
            Assumption::Present,
            "two empty columns are equal in KQL, two missing fields are not on the target",
        ),
        (
            super::part::is_json_member,
            Reason::FieldAssumption,
            Assumption::ParseJson,
            "the text is read as JSON on the target",
        ),
    ];
    let loss = |(is_it, reason, assumption, message): (IsIt, Reason, Assumption, &str)| {
        has_part(expr, is_it).then(|| {
            let construct = super::super::kql::print::expression(expr);
            Loss::new(LossClass::Assumption, reason, span, construct).says(message).assuming(assumption)
        })
    };
    TEXTS.into_iter().filter_map(loss).collect()
}

/// What somebody can do about a function that Splunk lacks.
pub(in super::super) fn advice(expr: &Expr) -> Option<&'static str> {
    const ADVICE: [(&str, &str); 5] = [
        (
            "base64_decode",
            "Splunk has no function for Base64; an app that adds a command for it has to decode the field",
        ),
        ("hash", "the hash functions of Splunk give other numbers; partition by something else"),
        (
            "parse_user_agent",
            "Splunk has no function for user agents; an add-on with a lookup for them has to make the field",
        ),
        ("parse_command_line", "Splunk does not split command lines; test the whole command line"),
        ("parse_xml", "let the add-on extract the fields of the event, and test these"),
    ];
    let mut found = None;
    if let ExprKind::Call { name, .. } = &expr.kind {
        found = ADVICE.iter().find(|(start, _)| name.starts_with(start)).map(|(_, advice)| *advice);
    }
    map_children(expr, &mut |child| {
        found = found.or_else(|| advice(child));
        child.clone()
    });
    found
}

fn has_part(expr: &Expr, is_it: IsIt) -> bool {
    let mut found = is_it(expr);
    map_children(expr, &mut |child| {
        found = found || has_part(child, is_it);
        child.clone()
    });
    found
}

fn is_of_calendar(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { name, arguments } if super::time::is_of_calendar(name, arguments))
}

/// Whether the empty text gives something else than the empty text.
fn is_of_missing(expr: &Expr) -> bool {
    let is_constant = |expr: &Expr| matches!(expr.kind, ExprKind::Value(_));
    match &expr.kind {
        ExprKind::Call { name, arguments } => match name.as_str() {
            "strcat" | "strcat_delim" => arguments.iter().any(|part| !is_constant(part)),
            "strlen" | "countof" => true,
            _ => false,
        },
        _ => false,
    }
}

fn compares_columns(expr: &Expr) -> bool {
    let is_text = |expr: &Expr| expr.ty == ScalarType::String && !matches!(expr.kind, ExprKind::Value(_));
    match &expr.kind {
        ExprKind::Test(test) => is_text(&test.subject) && test.operands.iter().any(is_text),
        _ => false,
    }
}

fn is_of_letters(expr: &Expr) -> bool {
    let has_classes =
        |pattern: &Expr| constant(pattern).and_then(printed).is_some_and(|printed| printed.narrows_classes);
    match &expr.kind {
        ExprKind::Test(test) => match test.op {
            TestOp::Has
            | TestOp::HasCs
            | TestOp::HasAny
            | TestOp::HasAll
            | TestOp::HasPrefix
            | TestOp::HasPrefixCs
            | TestOp::HasSuffix
            | TestOp::HasSuffixCs => true,
            TestOp::Regex => test.operands.iter().any(has_classes),
            _ => false,
        },
        ExprKind::Call { name, arguments } => match name.as_str() {
            "string_size" => true,
            "extract" | "replace" | "replace_regex" | "indexof_regex" | "trim" | "trim_start" | "trim_end" => {
                arguments.iter().any(has_classes)
            }
            _ => false,
        },
        _ => false,
    }
}
