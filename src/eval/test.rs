//! Tests: KQL's operators on the value of a row.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value as Json;

use super::datum::{Datum, number_of_text};
use super::expression::{Scope, read};
use super::text::{Borders, fits, folded, has_term};
use super::{Evaluated, Evaluator, failure, network};
use crate::ir::{Expr, ExprKind, Test, TestOp};
use crate::schema::{Origin, ScalarType, Value};

/// True, false or null.
type Truth = Option<bool>;

impl Evaluator<'_> {
    pub(super) fn test(&self, test: &Test, scope: Scope<'_>) -> Evaluated<Truth> {
        if matches!(test.subject.kind, ExprKind::Star) {
            for (_, datum) in scope.row.cells() {
                if self.test_value(test, datum, scope)? == Some(true) {
                    return Ok(Some(true));
                }
            }
            return Ok(Some(false));
        }
        let subject = match &test.subject.kind {
            // Saves a copy in the commonest case.
            ExprKind::Field(field) => read(field, test.subject.ty, scope.row),
            _ => self.value(&test.subject, scope)?,
        };
        match &subject {
            // A field of a log source with several values: one of them is enough.
            Datum::Dynamic(json) if is_untyped_field(&test.subject) => match &**json {
                Json::Array(items) => {
                    for item in items {
                        if self.test_value(test, &Datum::from_json(item), scope)? == Some(true) {
                            return Ok(Some(true));
                        }
                    }
                    Ok(Some(false))
                }
                _ => self.test_value(test, &subject, scope),
            },
            _ => self.test_value(test, &subject, scope),
        }
    }

    fn test_value(&self, test: &Test, subject: &Datum, scope: Scope<'_>) -> Evaluated<Truth> {
        match test.op {
            TestOp::IsEmpty => Ok(Some(match subject {
                Datum::Null => true,
                Datum::Text(found) => found.is_empty(),
                Datum::Bool(_)
                | Datum::Long(_)
                | Datum::Real(_)
                | Datum::Time(_)
                | Datum::Span(_)
                | Datum::Dynamic(_) => false,
            })),
            TestOp::IsNull => Ok(Some(*subject == Datum::Null)),
            TestOp::Equal | TestOp::In => self.equality(test, subject, scope),
            TestOp::Less | TestOp::LessOrEqual | TestOp::Greater | TestOp::GreaterOrEqual | TestOp::Between => {
                self.order(test, subject, scope)
            }
            TestOp::Ipv4IsPrivate => Ok(network::ipv4(&subject.to_text()).map(|found| found.address.is_private())),
            TestOp::Ipv4InRange | TestOp::Ipv6InRange => self.in_range(test, subject, scope),
            TestOp::EqualCi
            | TestOp::InCi
            | TestOp::Contains
            | TestOp::ContainsCs
            | TestOp::StartsWith
            | TestOp::StartsWithCs
            | TestOp::EndsWith
            | TestOp::EndsWithCs
            | TestOp::Has
            | TestOp::HasCs
            | TestOp::HasPrefix
            | TestOp::HasPrefixCs
            | TestOp::HasSuffix
            | TestOp::HasSuffixCs
            | TestOp::HasAny
            | TestOp::HasAll
            | TestOp::Wildcard
            | TestOp::WildcardCs
            | TestOp::Regex => self.text_test(test, subject, scope),
        }
    }

    fn equality(&self, test: &Test, subject: &Datum, scope: Scope<'_>) -> Evaluated<Truth> {
        let mut result = Some(false);
        for operand in &test.operands {
            for value in self.elements(operand, test.op == TestOp::In, scope)? {
                if *subject == Datum::Null || value == Datum::Null {
                    // Whether null equals null is not known; in a list it is not.
                    if *subject == value && test.op == TestOp::Equal {
                        result = None;
                    }
                    continue;
                }
                match subject.equals(&value) {
                    Some(true) => return Ok(Some(true)),
                    Some(false) => {}
                    None if test.subject.ty == ScalarType::Unknown => {}
                    None => return failure("two types that cannot be compared", test.op_span),
                }
            }
        }
        Ok(result)
    }

    fn order(&self, test: &Test, subject: &Datum, scope: Scope<'_>) -> Evaluated<Truth> {
        let operands = test.operands.iter().map(|operand| self.value(operand, scope)).collect::<Evaluated<Vec<_>>>()?;
        let is_untyped = is_untyped_field(&test.subject);
        let compare = |operand: &Datum| -> Evaluated<Option<Ordering>> {
            if *subject == Datum::Null || *operand == Datum::Null {
                return Ok(None);
            }
            let number = match subject {
                Datum::Text(found) if is_untyped => number_of_text(found),
                _ => None,
            };
            match number.as_ref().unwrap_or(subject).order(operand) {
                None if test.subject.ty == ScalarType::String => {
                    failure(format!("`{}` does not compare text", test.op.as_str()), test.op_span)
                }
                found => Ok(found),
            }
        };
        let truth = |operand: Option<&Datum>, is_wanted: fn(Ordering) -> bool| -> Evaluated<Truth> {
            operand.map_or(Ok(None), |operand| Ok(compare(operand)?.map(is_wanted)))
        };
        match test.op {
            TestOp::Less => truth(operands.first(), Ordering::is_lt),
            TestOp::LessOrEqual => truth(operands.first(), Ordering::is_le),
            TestOp::Greater => truth(operands.first(), Ordering::is_gt),
            TestOp::GreaterOrEqual => truth(operands.first(), Ordering::is_ge),
            _ => {
                let low = truth(operands.first(), Ordering::is_ge)?;
                let high = truth(operands.get(1), Ordering::is_le)?;
                Ok(Some(low == Some(true) && high == Some(true)))
            }
        }
    }

    fn in_range(&self, test: &Test, subject: &Datum, scope: Scope<'_>) -> Evaluated<Truth> {
        let address = subject.to_text();
        let mut result = Some(false);
        for operand in &test.operands {
            for range in self.elements(operand, true, scope)? {
                let range = range.to_text();
                let found = if test.op == TestOp::Ipv4InRange {
                    network::ipv4(&address)
                        .zip(network::ipv4(&range))
                        .map(|(one, other)| network::same_ipv4(one, other))
                } else {
                    network::ipv6(&address)
                        .zip(network::ipv6(&range))
                        .map(|(one, other)| network::same_ipv6(one, other))
                };
                match found {
                    Some(true) => return Ok(Some(true)),
                    Some(false) => {}
                    None => result = None,
                }
            }
        }
        Ok(result)
    }

    fn text_test(&self, test: &Test, subject: &Datum, scope: Scope<'_>) -> Evaluated<Truth> {
        if *subject == Datum::Null {
            return Ok(Some(false));
        }
        if is_no_text(test.subject.ty) {
            let ty = test.subject.ty.as_str();
            return failure(format!("`{}` does not take a value of type {ty}", test.op.as_str()), test.op_span);
        }
        let is_case_sensitive = test.op.is_case_sensitive();
        let value = match subject {
            Datum::Text(found) if is_case_sensitive => found.to_string(),
            Datum::Text(found) => folded(found),
            other if is_case_sensitive => other.to_text(),
            other => folded(&other.to_text()),
        };
        let takes_list = matches!(test.op, TestOp::InCi | TestOp::HasAny | TestOp::HasAll);
        let wants_all = test.op == TestOp::HasAll;
        for operand in &test.operands {
            // Constants are the rule; they need no copy.
            if let ExprKind::Value(Value::String(needle)) = &operand.kind {
                if self.text_holds(test, &value, needle)? != wants_all {
                    return Ok(Some(!wants_all));
                }
                continue;
            }
            for needle in self.elements(operand, takes_list, scope)? {
                let holds = needle != Datum::Null && self.text_holds(test, &value, &needle.to_text())?;
                if holds != wants_all {
                    return Ok(Some(!wants_all));
                }
            }
        }
        Ok(Some(wants_all))
    }

    /// One needle. `value` is folded already if letter case does not count.
    fn text_holds(&self, test: &Test, value: &str, needle: &str) -> Evaluated<bool> {
        let needle = if test.op.is_case_sensitive() { Cow::Borrowed(needle) } else { Cow::Owned(folded(needle)) };
        Ok(match test.op {
            TestOp::Equal | TestOp::EqualCi | TestOp::In | TestOp::InCi => value == needle,
            TestOp::Contains | TestOp::ContainsCs => value.contains(&*needle),
            TestOp::StartsWith | TestOp::StartsWithCs => value.starts_with(&*needle),
            TestOp::EndsWith | TestOp::EndsWithCs => value.ends_with(&*needle),
            TestOp::Has | TestOp::HasCs | TestOp::HasAny | TestOp::HasAll => has_term(value, &needle, Borders::BOTH),
            TestOp::HasPrefix | TestOp::HasPrefixCs => has_term(value, &needle, Borders::LEFT),
            TestOp::HasSuffix | TestOp::HasSuffixCs => has_term(value, &needle, Borders::RIGHT),
            TestOp::Wildcard | TestOp::WildcardCs => fits(value, &needle),
            TestOp::Regex => match self.regex(&needle) {
                Some(regex) => regex.is_match(value),
                None => return failure(format!("`{needle}` is no regular expression of Kusto"), test.op_span),
            },
            TestOp::Less
            | TestOp::LessOrEqual
            | TestOp::Greater
            | TestOp::GreaterOrEqual
            | TestOp::Between
            | TestOp::IsEmpty
            | TestOp::IsNull
            | TestOp::Ipv4InRange
            | TestOp::Ipv6InRange
            | TestOp::Ipv4IsPrivate => false,
        })
    }

    /// The values of an operand: a list operator takes lists and sub-queries apart.
    fn elements(&self, operand: &Expr, takes_list: bool, scope: Scope<'_>) -> Evaluated<Vec<Datum>> {
        if let (ExprKind::Subquery(pipeline), true) = (&operand.kind, takes_list) {
            return self.first_column(pipeline);
        }
        let value = self.value(operand, scope)?;
        let mut flat = Vec::new();
        if takes_list {
            flatten(value, &mut flat);
        } else {
            flat.push(value);
        }
        Ok(flat)
    }
}

fn flatten(value: Datum, into: &mut Vec<Datum>) {
    match &value {
        Datum::Dynamic(json) => match &**json {
            Json::Array(items) => items.iter().for_each(|item| flatten(Datum::from_json(item), into)),
            _ => into.push(value),
        },
        _ => into.push(value),
    }
}

/// Whether the expression is a field of a log source, whose values have whatever type the event gives them.
fn is_untyped_field(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Field(field) if matches!(field.origin, Origin::Event { .. }))
}

/// Whether values of the type are refused by operators on text.
fn is_no_text(ty: ScalarType) -> bool {
    match ty {
        ScalarType::Bool
        | ScalarType::Datetime
        | ScalarType::Decimal
        | ScalarType::Int
        | ScalarType::Long
        | ScalarType::Real
        | ScalarType::Timespan => true,
        ScalarType::Dynamic | ScalarType::Guid | ScalarType::String | ScalarType::Unknown => false,
    }
}
