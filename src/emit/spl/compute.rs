//! Values in the expressions of `eval`, `where` and `stats`.
//!
//! Only functions with the same meaning are written; `None` for everything else, which the caller refuses by name.

use super::super::reader::PRIVATE_BLOCKS;
use super::{function, geo, part, position, quote, time};
use crate::ir::{ArithmeticOp, Expr, ExprKind, Test, TestOp};
use crate::schema::{ScalarType, Value};

/// The expression of a column; `None` if the target has none.
pub(in super::super) type Column<'a> = &'a dyn Fn(&Expr) -> Option<String>;

/// The value for a field. No field can hold a truth value: it is the text `true` or `false`.
pub(super) fn value(expr: &Expr, column: Column<'_>) -> Option<String> {
    match &expr.kind {
        ExprKind::Value(Value::Bool(value)) => Some(quote(if *value { "true" } else { "false" })),
        ExprKind::Case { branches, otherwise } => case(branches, otherwise, column),
        _ if is_truth(expr) => Some(format!("if({}, \"true\", \"false\")", compute(expr, column)?)),
        _ => compute(expr, column),
    }
}

/// The value as a condition.
pub(super) fn predicate(expr: &Expr, column: Column<'_>) -> Option<String> {
    let text = compute(expr, column)?;
    let is_condition = is_truth(expr) || matches!(expr.kind, ExprKind::Case { .. });
    Some(if is_condition { text } else { format!("{text}=\"true\"") })
}

/// Whether the expression is a condition on the target.
fn is_truth(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Test(_) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) => true,
        ExprKind::Value(value) => matches!(value, Value::Bool(_)),
        ExprKind::Call { name, .. } => name == "set_has_element",
        _ => false,
    }
}

/// The value as an expression: a condition, if it is a truth value that is computed.
pub(in super::super) fn compute(expr: &Expr, column: Column<'_>) -> Option<String> {
    match &expr.kind {
        ExprKind::Field(_) => column(expr),
        ExprKind::Member { base, key } => column(expr).or_else(|| part::member(base, key, column)),
        ExprKind::Value(value) => constant(value),
        ExprKind::And(parts) => joined(parts, " AND ", column),
        ExprKind::Or(parts) => joined(parts, " OR ", column),
        ExprKind::Not(inner) => negated(inner, column),
        ExprKind::Test(found) => test(found, column),
        ExprKind::Case { branches, otherwise } if expr.ty == ScalarType::Bool => {
            Some(format!("{}=\"true\"", case(branches, otherwise, column)?))
        }
        ExprKind::Case { branches, otherwise } => case(branches, otherwise, column),
        ExprKind::Call { name, arguments } => call(name, arguments, expr, column),
        ExprKind::Arithmetic { op, left, right } => arithmetic(*op, left, right, column),
        ExprKind::Negate(inner) => Some(format!("(0 - {})", compute(inner, column)?)),
        ExprKind::Star | ExprKind::Subquery(_) | ExprKind::Opaque(_) => None,
    }
}

/// The condition that a test does not hold. A text that is missing is empty in KQL, and the test of it false; on the
/// target it is null, and so would be the negation.
fn negated(expr: &Expr, column: Column<'_>) -> Option<String> {
    let each = |parts: &[Expr], word: &str| {
        let parts: Option<Vec<String>> = parts.iter().map(|part| negated(part, column)).collect();
        Some(connected(parts?, word))
    };
    match &expr.kind {
        ExprKind::And(parts) => each(parts, " OR "),
        ExprKind::Or(parts) => each(parts, " AND "),
        ExprKind::Not(inner) => predicate(inner, column),
        ExprKind::Value(Value::Bool(value)) => constant(&Value::Bool(!value)),
        ExprKind::Test(found) if found.op == TestOp::Equal && truth_value(&found.operands).is_some() => {
            let is_true = truth_value(&found.operands) == Some(true);
            if is_true { negated(&found.subject, column) } else { predicate(&found.subject, column) }
        }
        ExprKind::Test(found) if is_text(&found.subject) && !matches!(found.op, TestOp::IsEmpty | TestOp::IsNull) => {
            let subject = compute(&found.subject, column)?;
            Some(format!("(isnull({subject}) OR NOT {})", compute(expr, column)?))
        }
        _ => Some(format!("NOT {}", predicate(expr, column)?)),
    }
}

fn truth_value(operands: &[Expr]) -> Option<bool> {
    match operands {
        [Expr { kind: ExprKind::Value(Value::Bool(value)), .. }] => Some(*value),
        _ => None,
    }
}

/// Conditions with ` AND ` or ` OR ` between them, without the constants that change nothing.
fn connected(mut parts: Vec<String>, word: &str) -> String {
    let (neutral, deciding) = if word == " AND " { ("true()", "false()") } else { ("false()", "true()") };
    parts.retain(|part| part != neutral);
    match parts.as_slice() {
        [] => neutral.to_owned(),
        parts if parts.iter().any(|part| part == deciding) => deciding.to_owned(),
        [one] => one.clone(),
        several => format!("({})", several.join(word)),
    }
}

fn joined(parts: &[Expr], word: &str, column: Column<'_>) -> Option<String> {
    let parts: Option<Vec<String>> = parts.iter().map(|part| predicate(part, column)).collect();
    Some(connected(parts?, word))
}

fn constant(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) | Value::Guid(text) => quote(text),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Bool(value) => if *value { "true()" } else { "false()" }.to_owned(),
        // Times are seconds in Splunk.
        Value::Timespan(ticks) => seconds(*ticks),
        Value::Null => "null()".to_owned(),
        Value::Dynamic(serde_json::Value::Array(elements)) if elements.is_empty() => "null()".to_owned(),
        Value::Datetime(_) | Value::Dynamic(_) => return None,
    })
}

/// A number of ticks in seconds.
pub(super) fn seconds(ticks: i64) -> String {
    const TICKS: i64 = 10_000_000;
    if ticks % TICKS == 0 {
        return (ticks / TICKS).to_string();
    }
    #[expect(clippy::cast_precision_loss, reason = "a fraction of a second needs no more than its leading digits")]
    let fraction = ticks as f64 / TICKS as f64;
    fraction.to_string()
}

fn case(branches: &[(Expr, Expr)], otherwise: &Expr, column: Column<'_>) -> Option<String> {
    let last = value(otherwise, column)?;
    if let [(condition, then)] = branches {
        return Some(format!("if({}, {}, {last})", predicate(condition, column)?, value(then, column)?));
    }
    let mut parts = Vec::new();
    for (condition, then) in branches {
        parts.push(predicate(condition, column)?);
        parts.push(value(then, column)?);
    }
    Some(format!("case({}, true(), {last})", parts.join(", ")))
}

fn arithmetic(op: ArithmeticOp, left: &Expr, right: &Expr, column: Column<'_>) -> Option<String> {
    let (left_text, right_text) = (value(left, column)?, value(right, column)?);
    // KQL divides integers as integers.
    let is_integer = |expr: &Expr| matches!(expr.ty, ScalarType::Int | ScalarType::Long);
    let text = format!("({left_text} {} {right_text})", op.as_str());
    match op {
        ArithmeticOp::Divide if is_integer(left) && is_integer(right) => Some(format!("floor{text}")),
        ArithmeticOp::Add
        | ArithmeticOp::Subtract
        | ArithmeticOp::Multiply
        | ArithmeticOp::Divide
        | ArithmeticOp::Modulo => Some(text),
    }
}

fn call(name: &str, arguments: &[Expr], expr: &Expr, column: Column<'_>) -> Option<String> {
    let texts = || texts_of(arguments, column);
    let is_integer = |expr: &Expr| matches!(expr.kind, ExprKind::Value(Value::Integer(_)));
    match (name, arguments) {
        // The text of an array is JSON.
        ("tostring", [Expr { kind: ExprKind::Call { name, .. }, .. }]) if name == "split" => {
            Some(part::json_of(&texts()?.concat()))
        }
        // Whoever has fields with several values knows how to write their text.
        ("tostring", [list]) if column(expr).is_some() && column(expr) != column(list) => column(expr),
        ("tostring", [argument]) if is_text(argument) => compute(argument, column),
        ("tobool" | "toboolean", [_]) => {
            let text = format!("lower({})", texts()?.concat());
            Some(format!("case(in({text}, \"true\", \"1\"), \"true\", in({text}, \"false\", \"0\"), \"false\")"))
        }
        ("toint" | "tolong" | "todouble" | "toreal", [truth]) if is_truth(truth) => {
            Some(format!("if({}, 1, 0)", compute(truth, column)?))
        }
        ("tostring", [_]) => Some(format!("tostring({})", texts()?.concat())),
        ("parse_json" | "todynamic", [_]) | ("set_difference" | "set_intersect" | "array_sort_asc", [_, ..]) => {
            column(expr)
        }
        ("todatetime", [time]) if time.ty == ScalarType::Datetime => compute(time, column),
        ("todatetime", [_]) => {
            let text = texts()?.concat();
            Some(format!("coalesce(tonumber({text}), {})", time::epoch(&text)))
        }
        ("toint" | "tolong" | "todouble" | "toreal", [_]) => Some(format!("tonumber({})", texts()?.concat())),
        ("tolower", [_]) => Some(format!("lower({})", texts()?.concat())),
        ("toupper", [_]) => Some(format!("upper({})", texts()?.concat())),
        ("strlen" | "string_size", [_]) => Some(format!("len({})", texts()?.concat())),
        ("abs" | "floor" | "ceiling" | "round" | "sqrt" | "exp", [_]) => Some(format!("{name}({})", texts()?.concat())),
        ("strcat", [_, ..]) => Some(format!("({})", texts()?.join(" . "))),
        ("coalesce" | "max_of" | "min_of", [_, ..]) => {
            let function = match name {
                "max_of" => "max",
                "min_of" => "min",
                other => other,
            };
            Some(format!("{function}({})", texts()?.join(", ")))
        }
        ("iff" | "iif", [condition, values @ ..]) if values.len() == 2 => {
            let values = texts_of(values, column)?.join(", ");
            Some(format!("if({}, {values})", predicate(condition, column)?))
        }
        ("pack_array", [_, ..]) => Some(format!("json_array({})", texts()?.join(", "))),
        ("pack" | "bag_pack", [_, ..]) => Some(format!("json_object({})", texts()?.join(", "))),
        // Positions count from 0 in KQL, from 1 in Splunk.
        ("substring", [text, start, rest @ ..]) if !is_integer(start) => {
            let (text, first) = (value(text, column)?, value(start, column)?);
            let length = match rest {
                [length] => format!(", max({}, 0)", value(length, column)?),
                _ => String::new(),
            };
            // From the end, both count alike.
            let first =
                if is_natural(start) { format!("{first} + 1") } else { format!("if({first}<0, {first}, {first} + 1)") };
            Some(format!("substr({text}, {first}{length})"))
        }
        ("substring", [text, start, rest @ ..]) => {
            let ExprKind::Value(Value::Integer(start)) = start.kind else { return None };
            let length: Vec<String> = rest.iter().map(|length| compute(length, column)).collect::<Option<_>>()?;
            let length = if length.is_empty() { String::new() } else { format!(", {}", length.concat()) };
            (start >= 0)
                .then(|| compute(text, column))
                .flatten()
                .map(|text| format!("substr({text}, {}{length})", start + 1))
        }
        ("array_length", [_]) => column(expr).or_else(|| {
            let array = texts()?.concat();
            let is_json = array.starts_with("json_extract(");
            Some(format!("mvcount({})", if is_json { part::elements(&array) } else { array }))
        }),
        ("extractjson", [path, text]) => {
            let path = function::constant(path)?.trim_start_matches('$').trim_start_matches('.').to_owned();
            Some(format!("json_extract({}, {})", compute(text, column)?, quote(&path)))
        }
        ("set_has_element", [_, _]) if column(expr).is_some() => column(expr),
        _ => function::write(name, arguments, expr, column)
            .or_else(|| position::write(name, arguments, column))
            .or_else(|| time::write(name, arguments, column))
            .or_else(|| geo::write(name, arguments, column)),
    }
}

pub(super) fn texts_of(arguments: &[Expr], column: Column<'_>) -> Option<Vec<String>> {
    arguments.iter().map(|argument| value(argument, column)).collect()
}

/// Whether the number is never negative.
fn is_natural(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Value(Value::Integer(number)) => *number >= 0,
        ExprKind::Call { name, .. } => name == "strlen",
        ExprKind::Arithmetic { op: ArithmeticOp::Add, left, right } => {
            // A text that is not found has the position -1.
            let is_position = matches!(&left.kind, ExprKind::Call { name, .. } if name == "indexof");
            let is_positive = matches!(right.kind, ExprKind::Value(Value::Integer(number)) if number > 0);
            (is_position && is_positive) || (is_natural(left) && is_natural(right))
        }
        _ => false,
    }
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr.ty, ScalarType::String | ScalarType::Dynamic)
}

fn test(found: &Test, column: Column<'_>) -> Option<String> {
    let is_field = matches!(found.subject.kind, ExprKind::Field(_) | ExprKind::Member { .. });
    if let (TestOp::Equal | TestOp::EqualCi, Some(is_true), false) = (found.op, truth_value(&found.operands), is_field)
    {
        return if is_true { predicate(&found.subject, column) } else { negated(&found.subject, column) };
    }
    let subject = value(&found.subject, column)?;
    let is_empty = |operand: &Expr| matches!(&operand.kind, ExprKind::Value(Value::String(text)) if text.is_empty());
    if matches!(found.op, TestOp::Equal | TestOp::EqualCi) && found.operands.iter().all(is_empty) {
        return Some(format!("(isnull({subject}) OR {subject}=\"\")"));
    }
    let operands = || texts_of(&found.operands, column);
    if let [needle] = found.operands.as_slice()
        && !matches!(needle.kind, ExprKind::Value(_))
        && let Some(text) = compare(found.op, &subject, &value(needle, column)?)
    {
        return Some(text);
    }
    let one = || operands().filter(|operands| operands.len() == 1).map(|operands| operands.concat());
    let pattern = |before: &str, after: &str, flag: &str| {
        let needles: Option<Vec<String>> = found
            .operands
            .iter()
            .map(|operand| match &operand.kind {
                ExprKind::Value(Value::String(text)) => Some(super::super::term::literal(text)),
                _ => None,
            })
            .collect();
        let needles = needles.filter(|needles| needles.len() == 1)?.concat();
        Some(format!("match({subject}, {})", quote(&format!("{flag}{before}{needles}{after}"))))
    };
    Some(match found.op {
        TestOp::Equal => format!("{subject}={}", one()?),
        TestOp::EqualCi => format!("lower({subject})=lower({})", one()?),
        TestOp::Less | TestOp::LessOrEqual | TestOp::Greater | TestOp::GreaterOrEqual => {
            format!("{subject}{}{}", found.op.as_str(), one()?)
        }
        TestOp::Between => match operands()?.as_slice() {
            [low, high] => format!("({subject}>={low} AND {subject}<={high})"),
            _ => return None,
        },
        TestOp::In => format!("in({subject}, {})", operands()?.join(", ")),
        TestOp::Contains => pattern("", "", "(?i)")?,
        TestOp::ContainsCs => pattern("", "", "")?,
        TestOp::StartsWith => pattern("^", "", "(?i)")?,
        TestOp::StartsWithCs => pattern("^", "", "")?,
        TestOp::EndsWith => pattern("", "$", "(?i)")?,
        TestOp::EndsWithCs => pattern("", "$", "")?,
        TestOp::IsEmpty => format!("(isnull({subject}) OR {subject}=\"\")"),
        TestOp::IsNull => format!("isnull({subject})"),
        TestOp::Ipv4InRange | TestOp::Ipv6InRange => {
            let tests: Vec<String> =
                operands()?.iter().map(|network| format!("cidrmatch({network}, {subject})")).collect();
            format!("({})", tests.join(" OR "))
        }
        TestOp::Has | TestOp::HasCs | TestOp::HasAny => function::terms(&subject, found, (true, true))?,
        TestOp::HasPrefix | TestOp::HasPrefixCs => function::terms(&subject, found, (true, false))?,
        TestOp::HasSuffix | TestOp::HasSuffixCs => function::terms(&subject, found, (false, true))?,
        TestOp::InCi => {
            let lowered: Vec<String> = operands()?.iter().map(|operand| format!("lower({operand})")).collect();
            format!("in(lower({subject}), {})", lowered.join(", "))
        }
        TestOp::Regex => function::matching(&subject, &found.operands)?,
        TestOp::HasAll => {
            let each = |needle: &Expr| {
                let test = Test { operands: vec![needle.clone()], op: TestOp::Has, ..found.clone() };
                function::terms(&subject, &test, (true, true))
            };
            let terms: Option<Vec<String>> = found.operands.iter().map(each).collect();
            format!("({})", terms?.join(" AND "))
        }
        TestOp::Ipv4IsPrivate => {
            let blocks = PRIVATE_BLOCKS.map(|block| format!("cidrmatch({}, {subject})", quote(block)));
            format!("({})", blocks.join(" OR "))
        }
        TestOp::Wildcard | TestOp::WildcardCs => return None,
    })
}

/// A test for a text that another value gives, without patterns, which that text would have to be escaped for.
fn compare(op: TestOp, subject: &str, needle: &str) -> Option<String> {
    if matches!(op, TestOp::Has | TestOp::HasCs) {
        let flag = if op.is_case_sensitive() { "" } else { "(?i)" };
        let (before, after) = (quote(&format!("{flag}(^|[^a-zA-Z0-9])\\Q")), quote("\\E([^a-zA-Z0-9]|$)"));
        return Some(format!("match({subject}, {before} . {needle} . {after})"));
    }
    let (subject, needle) = if op.is_case_sensitive() {
        (subject.to_owned(), needle.to_owned())
    } else {
        (format!("lower({subject})"), format!("lower({needle})"))
    };
    Some(match op {
        TestOp::Contains | TestOp::ContainsCs => format!("mvcount(split({subject}, {needle}))>1"),
        TestOp::StartsWith | TestOp::StartsWithCs => format!("substr({subject}, 1, len({needle}))={needle}"),
        TestOp::EndsWith | TestOp::EndsWithCs => {
            let start = format!("len({subject}) - len({needle}) + 1");
            format!("(len({subject})>=len({needle}) AND substr({subject}, {start})={needle})")
        }
        _ => return None,
    })
}
