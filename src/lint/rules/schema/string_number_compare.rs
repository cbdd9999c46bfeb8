//! SCH004: text compared with a number, or a number with text.

use std::collections::BTreeMap;

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
    let mut columns: BTreeMap<&str, Vec<(&Predicate, Mismatch)>> = BTreeMap::new();
    for predicate in cx.predicates() {
        if let Some(mismatch) = Mismatch::of(predicate) {
            columns.entry(cx.slice(predicate.subject.span)).or_default().push((predicate, mismatch));
        }
    }
    for (subject, tests) in columns {
        report(cx, subject, &tests);
    }
}

/// One column is mistaken for the other type as a whole: one finding, at the first test.
fn report(cx: &mut Context<'_>, subject: &str, tests: &[(&Predicate, Mismatch)]) {
    let Some(((first, mismatch), others)) = tests.split_first() else { return };
    let edits: Option<Vec<Edit>> =
        tests.iter().map(|(test, _)| edits(cx, test)).collect::<Option<Vec<_>>>().map(|edits| edits.concat());
    let ty = first.subject.ty.as_str();
    let (is, value, quotes) = match mismatch {
        Mismatch::NumberForText => ("text", "a number", "in quotes"),
        Mismatch::TextForNumber => ("a number", "text", "without quotes"),
    };
    let elsewhere = tests
        .iter()
        .flat_map(|(test, _)| test.values.iter().map(move |item| (test.span, item.span)))
        .find(|(test, value)| !test.contains(*value))
        .map(|(_, value)| value);
    let mut report = cx.report(first.op_span, format!("`{subject}` is {is} and is compared with {value}"));
    report.related(first.subject.span, format!("of type {ty}")).help(format!("write the value {quotes}"));
    for (other, _) in others.iter().take(SHOWN) {
        report.related(other.op_span, "here too");
    }
    if let Some(value) = elsewhere {
        report.related(value, "the value stands here").help(format!("write the values of this list {quotes}"));
    }
    if let Some(edits) = edits {
        report.fix(format!("write the value as {ty}"), Effect::Same, edits);
    }
}

/// Further tests that a finding shows.
const SHOWN: usize = 3;

/// Which of the two types stands on which side.
#[derive(Debug, Clone, Copy)]
enum Mismatch {
    NumberForText,
    TextForNumber,
}

impl Mismatch {
    fn of(predicate: &Predicate) -> Option<Self> {
        if !compares_whole_values(predicate.op) || predicate.values.is_empty() {
            return None;
        }
        match predicate.subject.ty {
            ScalarType::String if predicate.values.iter().all(|item| is_number(&item.value)) => {
                Some(Self::NumberForText)
            }
            ScalarType::Int | ScalarType::Long | ScalarType::Real | ScalarType::Decimal
                if predicate.values.iter().all(|item| is_number_in_text(&item.value)) =>
            {
                Some(Self::TextForNumber)
            }
            _ => None,
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
            // Only the usual spelling of a number is surely compared as that number.
            Value::String(text) if text.parse::<i64>().is_ok_and(|number| number.to_string() == *text) => text.clone(),
            _ => return None,
        };
        Some(Edit { place: item.span.into(), replacement })
    };
    if is_here { predicate.values.iter().map(edit).collect() } else { None }
}
