//! Predicates in the few forms that conversion knows: functions around the subject are folded into the test,
//! conditional values into booleans.
//!
//! Every rewrite keeps the set of rows for which the predicate is true.

use super::flatten::{count_nodes, map_children};
use super::known::known;
use crate::ir::{Expr, ExprKind, MemberKey, Test, TestOp};
use crate::schema::{ScalarType, Value};

/// A larger condition of `iff` is not expanded.
const MAX_DOUBLED_NODES: usize = 64;

/// The predicate in normal form.
pub(super) fn fold(expr: &Expr) -> Expr {
    let expr = map_children(expr, &mut fold);
    if let Some(value) = known(&expr.kind) {
        return Expr { kind: ExprKind::Value(value), ..expr };
    }
    if let Some(member) = extracted(&expr) {
        return member;
    }
    match expr.kind {
        ExprKind::Test(test) => fold_test(*test, expr.ty, expr.span),
        ExprKind::Call { name, arguments } if name == "ipv4_is_match" => network_match(arguments, expr.ty, expr.span),
        ExprKind::Case { branches, otherwise } if is_boolean(&branches, &otherwise) => {
            expand(branches, *otherwise, expr.span)
        }
        ExprKind::Not(inner) => match inner.kind {
            ExprKind::Not(innermost) => *innermost,
            kind => Expr { kind: ExprKind::Not(Box::new(Expr { kind, ..*inner })), ..shell(expr.ty, expr.span) },
        },
        kind => Expr { kind, ty: expr.ty, span: expr.span },
    }
}

/// `extractjson("$.a.b", x)` is `x.a.b`, as a text.
fn extracted(expr: &Expr) -> Option<Expr> {
    let ExprKind::Call { name, arguments } = &expr.kind else { return None };
    let ("extractjson" | "extract_json", [path, text] | [path, text, _]) = (name.as_str(), arguments.as_slice()) else {
        return None;
    };
    let ExprKind::Value(Value::String(path)) = &path.kind else { return None };
    let keys: Vec<&str> = path.strip_prefix("$.")?.split('.').collect();
    let is_plain = |key: &&str| !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !keys.iter().all(is_plain) {
        return None;
    }
    let whole = Expr { ty: ScalarType::Dynamic, ..text.clone() };
    let member = keys.into_iter().fold(whole, |base, key| {
        let key = MemberKey::Property(key.to_owned());
        Expr { kind: ExprKind::Member { base: Box::new(base), key }, ty: ScalarType::Dynamic, span: expr.span }
    });
    let function = match expr.ty {
        ScalarType::Int | ScalarType::Long => "tolong",
        ScalarType::Real => "toreal",
        ScalarType::Bool => "tobool",
        _ => "tostring",
    };
    let ty = if expr.ty == ScalarType::Unknown { ScalarType::String } else { expr.ty };
    Some(Expr { kind: ExprKind::Call { name: function.to_owned(), arguments: vec![member] }, ty, span: expr.span })
}

/// `ipv4_is_match(x, "10.0.0.0/8")` is a test of the network.
fn network_match(arguments: Vec<Expr>, ty: ScalarType, span: crate::span::Span) -> Expr {
    let is_network = |expr: &Expr| matches!(&expr.kind, ExprKind::Value(Value::String(text)) if text.contains('/'));
    let kind = match arguments.as_slice() {
        [address, network] if is_network(network) => ExprKind::Test(Box::new(Test {
            subject: address.clone(),
            op: TestOp::Ipv4InRange,
            operands: vec![network.clone()],
            op_span: span,
        })),
        _ => ExprKind::Call { name: "ipv4_is_match".to_owned(), arguments },
    };
    Expr { kind, ty, span }
}

fn shell(ty: ScalarType, span: crate::span::Span) -> Expr {
    Expr { kind: ExprKind::Star, ty, span }
}

fn is_boolean(branches: &[(Expr, Expr)], otherwise: &Expr) -> bool {
    branches.iter().map(|(_, then)| then).chain([otherwise]).all(|value| {
        value.ty == ScalarType::Bool || matches!(value.kind, ExprKind::Value(Value::Bool(_)) | ExprKind::Test(_))
    })
}

/// `case(c, a, d, b, e)` is `(c and a) or (not(c) and ((d and b) or (not(d) and e)))`.
///
/// Conditions that are null count as false in `case` but not under `not`; only conditions that are never null are
/// expanded, the others stay as they are and are refused later. So do large ones: each is written twice, and nested
/// ones would double at every level.
fn expand(branches: Vec<(Expr, Expr)>, otherwise: Expr, span: crate::span::Span) -> Expr {
    let boolean = |kind| Expr { kind, ty: ScalarType::Bool, span };
    let cannot = |(condition, _): &(Expr, Expr)| may_be_null(condition) || count_nodes(condition) > MAX_DOUBLED_NODES;
    if branches.iter().any(cannot) {
        return boolean(ExprKind::Case { branches, otherwise: Box::new(otherwise) });
    }
    branches.into_iter().rev().fold(otherwise, |rest, (condition, value)| {
        let taken = boolean(ExprKind::And(vec![condition.clone(), value]));
        let skipped = boolean(ExprKind::And(vec![boolean(ExprKind::Not(Box::new(condition))), rest]));
        boolean(ExprKind::Or(vec![taken, skipped]))
    })
}

/// Whether the predicate can be null, so that its negation drops rows which it does not hold for.
pub(super) fn may_be_null(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Test(test) => test.op.is_null_for_null(),
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().any(may_be_null),
        ExprKind::Not(inner) => may_be_null(inner),
        ExprKind::Value(value) => *value == Value::Null,
        ExprKind::Call { .. } if or_false(expr).is_some() => false,
        ExprKind::Field(_)
        | ExprKind::Case { .. }
        | ExprKind::Call { .. }
        | ExprKind::Arithmetic { .. }
        | ExprKind::Negate(_)
        | ExprKind::Member { .. }
        | ExprKind::Star
        | ExprKind::Subquery(_)
        | ExprKind::Opaque(_) => true,
    }
}

/// The test in `coalesce(test, false)`, which is how a rule says that null counts as false.
pub(super) fn or_false(expr: &Expr) -> Option<&Expr> {
    let ExprKind::Call { name, arguments } = &expr.kind else { return None };
    match arguments.as_slice() {
        [test, Expr { kind: ExprKind::Value(Value::Bool(false)), .. }] if name == "coalesce" => Some(test),
        _ => None,
    }
}

/// With what a predicate is compared, as in `(a has "x") == true`: what is null stays out either way.
fn truth(test: &Test) -> Option<bool> {
    let is_predicate =
        matches!(test.subject.kind, ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) | ExprKind::Test(_));
    match (test.op, test.operands.as_slice()) {
        (TestOp::Equal, [Expr { kind: ExprKind::Value(Value::Bool(value)), .. }]) if is_predicate => Some(*value),
        _ => None,
    }
}

fn fold_test(mut test: Test, ty: ScalarType, span: crate::span::Span) -> Expr {
    while let Some(folded) = without_function(&test) {
        test = folded;
    }
    match truth(&test) {
        Some(true) => Expr { span, ..test.subject },
        Some(false) => Expr { kind: ExprKind::Not(Box::new(test.subject)), ..shell(ty, span) },
        None => Expr { kind: ExprKind::Test(Box::new(test)), ty, span },
    }
}

/// The test without the outermost function of its subject, if the function changes nothing that the test sees.
fn without_function(test: &Test) -> Option<Test> {
    let ExprKind::Call { name, arguments } = &test.subject.kind else { return None };
    if let [argument, needle] = arguments.as_slice() {
        return occurrence(name, argument, needle, test);
    }
    let [argument] = arguments.as_slice() else { return None };
    let op = match name.as_str() {
        "tostring" if keeps_text(argument, test) => test.op,
        "tolower" => case_folded(test, |text| text.to_lowercase() == text)?,
        "toupper" => case_folded(test, |text| text.to_uppercase() == text)?,
        _ => return None,
    };
    Some(Test { subject: argument.clone(), op, operands: test.operands.clone(), op_span: test.op_span })
}

/// `indexof(x, "a") >= 0` and `countof(x, "a") > 0` are `x contains_cs "a"`.
fn occurrence(function: &str, argument: &Expr, needle: &Expr, test: &Test) -> Option<Test> {
    let [Expr { kind: ExprKind::Value(Value::Integer(bound)), .. }] = test.operands.as_slice() else { return None };
    let is_at_least_one = matches!(
        (function, test.op, bound),
        ("indexof", TestOp::GreaterOrEqual, 0)
            | ("indexof", TestOp::Greater, -1)
            | ("countof", TestOp::GreaterOrEqual, 1)
            | ("countof", TestOp::Greater, 0)
    );
    let is_text = matches!(&needle.kind, ExprKind::Value(Value::String(wanted)) if !wanted.is_empty());
    (is_at_least_one && is_text).then(|| Test {
        subject: argument.clone(),
        op: TestOp::ContainsCs,
        operands: vec![needle.clone()],
        op_span: test.op_span,
    })
}

/// Text is its own text; an integer compares with its digits as it compares with the number.
fn keeps_text(argument: &Expr, test: &Test) -> bool {
    match argument.ty {
        ScalarType::String => true,
        ScalarType::Int | ScalarType::Long => {
            let is_number = |operand: &Expr| match &operand.kind {
                ExprKind::Value(Value::String(value)) => value.parse::<i64>().is_ok_and(|n| n.to_string() == *value),
                _ => false,
            };
            matches!(test.op, TestOp::Equal | TestOp::EqualCi | TestOp::In | TestOp::InCi)
                && test.operands.iter().all(is_number)
        }
        ScalarType::Bool
        | ScalarType::Datetime
        | ScalarType::Decimal
        | ScalarType::Dynamic
        | ScalarType::Guid
        | ScalarType::Real
        | ScalarType::Timespan
        | ScalarType::Unknown => false,
    }
}

/// The operator that tests the unfolded text the same way, if every operand is in the case that the function gives.
fn case_folded(test: &Test, is_in_case: impl Fn(&str) -> bool) -> Option<TestOp> {
    let op = match test.op {
        TestOp::Equal | TestOp::EqualCi => TestOp::EqualCi,
        TestOp::In | TestOp::InCi => TestOp::InCi,
        TestOp::Contains | TestOp::ContainsCs => TestOp::Contains,
        TestOp::StartsWith | TestOp::StartsWithCs => TestOp::StartsWith,
        TestOp::EndsWith | TestOp::EndsWithCs => TestOp::EndsWith,
        TestOp::Has | TestOp::HasCs => TestOp::Has,
        TestOp::HasPrefix | TestOp::HasPrefixCs => TestOp::HasPrefix,
        TestOp::HasSuffix | TestOp::HasSuffixCs => TestOp::HasSuffix,
        TestOp::HasAny => TestOp::HasAny,
        TestOp::HasAll => TestOp::HasAll,
        TestOp::IsEmpty => TestOp::IsEmpty,
        TestOp::Wildcard
        | TestOp::WildcardCs
        | TestOp::Regex
        | TestOp::Less
        | TestOp::LessOrEqual
        | TestOp::Greater
        | TestOp::GreaterOrEqual
        | TestOp::Between
        | TestOp::IsNull
        | TestOp::Ipv4InRange
        | TestOp::Ipv6InRange
        | TestOp::Ipv4IsPrivate => return None,
    };
    let is_text = |value: &str| !test.op.is_case_sensitive() || is_in_case(value);
    let is_kept = |operand: &Expr| match &operand.kind {
        ExprKind::Value(Value::String(value)) => is_text(value),
        ExprKind::Value(Value::Dynamic(serde_json::Value::Array(items))) => {
            items.iter().all(|item| item.as_str().is_some_and(is_text))
        }
        _ => false,
    };
    test.operands.iter().all(is_kept).then_some(op)
}
