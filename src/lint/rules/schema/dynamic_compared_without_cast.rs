//! SCH005: a member of a dynamic value compared with text as it is.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::effect_on_rule;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ScalarType, Value};
use crate::syntax::{BinaryOp, Expr, ExprKind, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH005",
    name: "dynamic-compared-without-cast",
    category: Category::Schema,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("dynamic_compared_without_cast.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if !compares_texts(predicate.op) {
            continue;
        }
        let Some(risk) = texts_only(predicate).and_then(|texts| texts.into_iter().map(Risk::of).max()) else {
            continue;
        };
        let Some(member) = member(cx, predicate) else { continue };
        let text = cx.slice(member.span);
        let mut report =
            cx.report(member.span, format!("`{text}` comes out of a dynamic value and is compared with text"));
        report.label("dynamic").related(predicate.op_span, "compares texts");
        if risk != Risk::Structure {
            report.severity(Severity::Info);
        }
        match risk {
            Risk::None => report.help("say that a text is meant: `tostring()`"),
            Risk::Empty => {
                report.help("a missing member is null, which differs from \"\": convert it with `tostring()`")
            }
            Risk::OtherType => report.help(format!(
                "a number, a truth value, an array or a bag in JSON is not the text that it looks like: convert it, \
                 `tostring({text})` or `tobool({text})`"
            )),
            Risk::Structure => report.help("convert it with `tostring()`: arrays and bags have no text of their own"),
        };
        report.replace(member.span, format!("tostring({text})"), "add `tostring()`", effect(risk, predicate));
    }
}

/// What a comparison of a JSON value with a text may get wrong, from nothing to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Risk {
    /// If the value is a text, the result is that of the converted value.
    None,
    /// A missing member is null, and the empty text is not.
    Empty,
    /// The text may be a number or a truth value in JSON.
    OtherType,
    /// The text is the JSON of an array or a bag.
    Structure,
}

impl Risk {
    fn of(text: &str) -> Self {
        match text {
            "" => Self::Empty,
            _ if text.starts_with(['[', '{']) => Self::Structure,
            _ if is_truth(text) || text.parse::<f64>().is_ok() => Self::OtherType,
            _ => Self::None,
        }
    }
}

fn is_truth(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

/// With the conversion, a missing member equals the empty text, and a number its digits: more values are equal.
fn effect(risk: Risk, predicate: &Predicate) -> Effect {
    match risk {
        Risk::None => Effect::Same,
        Risk::Empty | Risk::OtherType => effect_on_rule(predicate, Effect::Wider),
        Risk::Structure => Effect::Unknown,
    }
}

/// The left side, if it is a member of a dynamic value.
fn member<'a>(cx: &Context<'a>, predicate: &Predicate) -> Option<&'a Expr<'a>> {
    let is_member = |expr: &&Expr<'_>| {
        expr.span == predicate.subject.span
            && matches!(expr.kind, ExprKind::Path { .. } | ExprKind::Element { .. })
            && cx.facts().type_of(expr) == ScalarType::Dynamic
    };
    cx.expressions().find(is_member)
}

/// The values, if all of them are texts; another rule looks at words for truth.
fn texts_only(predicate: &Predicate) -> Option<Vec<&str>> {
    let texts: Option<Vec<&str>> = predicate
        .values
        .iter()
        .map(|item| match &item.value {
            Value::String(text) => Some(text.as_str()),
            Value::Integer(_)
            | Value::Real(_)
            | Value::Bool(_)
            | Value::Timespan(_)
            | Value::Datetime(_)
            | Value::Guid(_)
            | Value::Dynamic(_)
            | Value::Null => None,
        })
        .collect();
    texts.filter(|texts| !texts.is_empty() && !texts.iter().all(|text| is_truth(text)))
}

fn compares_texts(op: PredicateOp) -> bool {
    match op {
        PredicateOp::Binary(op) => {
            matches!(op, BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::EqualCi | BinaryOp::NotEqualCi)
        }
        PredicateOp::In(op) => matches!(op, InOp::In | InOp::NotIn | InOp::InCi | InOp::NotInCi),
        PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
    }
}
