//! SCH004: text compared with a number, or a number with text.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ScalarType, Value};
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH004",
    name: "string-number-compare",
    category: Category::Schema,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("string_number_compare.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if !compares_whole_values(predicate.op) || predicate.values.is_empty() {
            continue;
        }
        let (is, value) = match predicate.subject.ty {
            ScalarType::String if predicate.values.iter().all(|item| is_number(&item.value)) => ("text", "a number"),
            ScalarType::Int | ScalarType::Long | ScalarType::Real | ScalarType::Decimal
                if predicate.values.iter().all(|item| is_number_in_text(&item.value)) =>
            {
                ("a number", "text")
            }
            _ => continue,
        };
        let edits = edits(cx, predicate);
        let subject = cx.slice(predicate.subject.span);
        let ty = predicate.subject.ty.as_str();
        let mut report = cx.report(predicate.op_span, format!("`{subject}` is {is} and is compared with {value}"));
        report.related(predicate.subject.span, format!("of type {ty}")).help(if is == "text" {
            "write the value in quotes"
        } else {
            "write the value without quotes"
        });
        if let Some(edits) = edits {
            report.fix(format!("write the value as {ty}"), Effect::Same, edits);
        }
    }
}

fn compares_whole_values(op: PredicateOp) -> bool {
    match op {
        PredicateOp::Binary(op) => matches!(op, BinaryOp::Equal | BinaryOp::NotEqual),
        PredicateOp::In(op) => matches!(op, InOp::In | InOp::NotIn),
        PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
    }
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Integer(_) | Value::Real(_))
}

fn is_number_in_text(value: &Value) -> bool {
    matches!(value, Value::String(text) if text.parse::<i64>().is_ok())
}

/// Quotes around numbers, or none around digits; only where every value stands in the test itself.
fn edits(cx: &Context<'_>, predicate: &Predicate) -> Option<Vec<Edit>> {
    let is_here = predicate.is_complete && predicate.values.iter().all(|item| predicate.span.contains(item.span));
    let edit = |item: &crate::analyze::ConstantItem| {
        let replacement = match &item.value {
            Value::Integer(number) if cx.slice(item.span) == number.to_string() => format!("\"{number}\""),
            Value::String(text) => text.clone(),
            _ => return None,
        };
        Some(Edit { place: item.span.into(), replacement })
    };
    if is_here { predicate.values.iter().map(edit).collect() } else { None }
}
