//! Values at the borders of tests: what they accept, what they just refuse.

use regex_syntax::hir::{Hir, HirKind};
use serde_json::{Value as Json, json};

use super::NOW;
use crate::eval::Timestamp;
use crate::ir::{Expr, ExprKind, Test, TestOp};
use crate::schema::{ScalarType, Value};

/// Ticks of one minute.
const MINUTE: i64 = 600_000_000;

/// Values to try for a test, likely ones first.
pub(crate) fn of_expression(expr: &Expr) -> Vec<Json> {
    let ExprKind::Test(test) = &expr.kind else { return vec![json!(true), json!(false)] };
    let mut values: Vec<Json> = test.operands.iter().flat_map(|operand| of_operand(test, operand)).collect();
    match test.op {
        TestOp::Ipv4IsPrivate => values.extend([json!("10.0.0.1"), json!("203.0.113.1")]),
        TestOp::Ipv4InRange | TestOp::Ipv6InRange => values.extend([json!("203.0.113.1"), json!("2001:db8::1")]),
        _ => {}
    }
    values.extend(others(test.subject.ty));
    values
}

fn of_operand(test: &Test, operand: &Expr) -> Vec<Json> {
    match &operand.kind {
        ExprKind::Value(Value::String(needle)) => of_text(test.op, needle),
        ExprKind::Value(Value::Integer(number)) => [Some(*number), number.checked_add(1), number.checked_sub(1)]
            .into_iter()
            .flatten()
            .map(Json::from)
            .collect(),
        ExprKind::Value(Value::Real(number)) => vec![json!(number), json!(number + 1.0), json!(number - 1.0)],
        ExprKind::Value(Value::Bool(value)) => vec![json!(value), json!(!value)],
        ExprKind::Value(Value::Datetime(time)) => Timestamp::parse(time).map_or_else(Vec::new, around),
        ExprKind::Value(Value::Guid(guid)) => vec![json!(guid)],
        ExprKind::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
            ("ago", [Expr { kind: ExprKind::Value(Value::Timespan(ticks)), .. }]) => {
                around(Timestamp(NOW.0.saturating_sub(*ticks)))
            }
            ("now", _) => around(NOW),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A point in time, and the minutes beside it.
fn around(time: Timestamp) -> Vec<Json> {
    [MINUTE, -MINUTE, 0].map(|ticks| json!(Timestamp(time.0.saturating_add(ticks)).to_string())).to_vec()
}

fn of_text(op: TestOp, text: &str) -> Vec<Json> {
    let text = match op {
        TestOp::Regex => matched_by(text),
        TestOp::Wildcard | TestOp::WildcardCs => fits(text),
        TestOp::Ipv4InRange | TestOp::Ipv6InRange => text.split('/').next().unwrap_or(text).to_owned(),
        _ => text.to_owned(),
    };
    let other_case: String = text
        .chars()
        .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    let mut values = vec![
        text.clone(),
        other_case,
        format!("my-{text}"),
        format!("{text}-x"),
        format!("my{text}"),
        format!("{text}x"),
        format!("my{text}x"),
    ];
    // A bare name inside a path, and the name at the end of one.
    values.extend((!text.contains('\\')).then(|| format!("C:\\x\\{text}")));
    values.into_iter().map(Json::from).collect()
}

/// A text that a pattern with wildcards fits.
fn fits(pattern: &str) -> String {
    let mut text = String::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' => {}
            '?' => text.push('x'),
            '\\' => text.extend(rest.next()),
            _ => text.push(c),
        }
    }
    text
}

/// A short text that a regular expression matches; the expression itself where it is none.
fn matched_by(pattern: &str) -> String {
    let mut text = String::new();
    match regex_syntax::parse(pattern) {
        Ok(tree) => write_match(&tree, &mut text),
        Err(_) => pattern.clone_into(&mut text),
    }
    text
}

fn write_match(tree: &Hir, text: &mut String) {
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.push(member(class)),
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min.min(64) {
                write_match(&repetition.sub, text);
            }
        }
        HirKind::Capture(capture) => write_match(&capture.sub, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write_match(part, text)),
        HirKind::Alternation(parts) => parts.iter().take(1).for_each(|part| write_match(part, text)),
    }
}

/// A character of a class, a plain one if it has one.
fn member(class: &regex_syntax::hir::Class) -> char {
    let regex_syntax::hir::Class::Unicode(class) = class else { return 'x' };
    let has = |c: &char| class.iter().any(|range| (range.start()..=range.end()).contains(c));
    let first = class.iter().next().map_or('x', regex_syntax::hir::ClassUnicodeRange::start);
    ['x', '1', ' ', '-'].into_iter().chain('a'..='z').find(has).unwrap_or(first)
}

/// Values that no test asks for.
fn others(ty: ScalarType) -> Vec<Json> {
    match ty {
        ScalarType::String | ScalarType::Unknown | ScalarType::Dynamic => vec![json!("x"), json!("")],
        ScalarType::Int | ScalarType::Long => vec![json!(1), json!(0), json!(-1)],
        ScalarType::Real | ScalarType::Decimal => vec![json!(1.0), json!(0.0)],
        ScalarType::Bool => vec![json!(true), json!(false)],
        ScalarType::Datetime => around(Timestamp(NOW.0 - 10 * MINUTE)),
        ScalarType::Guid => vec![json!("00000000-0000-0000-0000-000000000001")],
        ScalarType::Timespan => vec![json!("00:01:00")],
    }
}

/// A value of a column that nothing is asked of; `number` tells several apart.
pub(crate) fn any(ty: ScalarType, number: usize) -> Json {
    match ty {
        ScalarType::Datetime => json!(Timestamp(NOW.0 - 10 * MINUTE).to_string()),
        ScalarType::Int | ScalarType::Long | ScalarType::Real | ScalarType::Decimal => json!(number + 1),
        ScalarType::Bool => json!(true),
        ScalarType::Guid => json!(format!("00000000-0000-0000-0000-{:012}", number + 1)),
        ScalarType::Timespan => json!("00:01:00"),
        ScalarType::String | ScalarType::Dynamic | ScalarType::Unknown => json!(format!("x{number}")),
    }
}

/// One text that has all that these tests look for.
pub(crate) fn together<'e>(wanted: impl Iterator<Item = &'e Expr>) -> Option<Json> {
    let (mut start, mut middle, mut end) = (String::new(), Vec::new(), String::new());
    for expr in wanted {
        let ExprKind::Test(test) = &expr.kind else { continue };
        let texts = test.operands.iter().filter_map(|operand| match &operand.kind {
            ExprKind::Value(Value::String(needle)) => Some(needle.clone()),
            _ => None,
        });
        match test.op {
            TestOp::StartsWith | TestOp::StartsWithCs => start.extend(texts.take(1)),
            TestOp::EndsWith | TestOp::EndsWithCs => end.extend(texts.take(1)),
            TestOp::HasAll => middle.extend(texts),
            TestOp::Regex => middle.extend(texts.take(1).map(|text| matched_by(&text))),
            TestOp::Wildcard | TestOp::WildcardCs => middle.extend(texts.take(1).map(|text| fits(&text))),
            _ => middle.extend(texts.take(1)),
        }
    }
    let parts: Vec<String> =
        std::iter::once(start).chain(middle).chain([end]).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| json!(parts.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::{fits, matched_by};

    #[test]
    fn examples_of_patterns() {
        assert_eq!(matched_by(r"(?i)^cmd\.exe\s+/c\s*(a|b)\d{2}$"), "cmd.exe /ca11");
        assert_eq!(matched_by("(unclosed"), "(unclosed");
        assert_eq!(fits(r"*\\a?.exe"), r"\ax.exe");
    }
}
