//! `field|modifiers: values` to a test.

use std::net::IpAddr;

use super::super::{Item, Modifier, Pattern, Segment, SigmaValue};
use super::value::{Operand, operands};
use super::{At, Lowered, any, condition, every, not, problem};
use crate::ir::{Expr, ExprKind, Field, Test, TestOp};
use crate::schema::{Origin, ScalarType, Value};
use crate::span::Span;

/// The test that an item is.
pub(super) fn test(item: &Item, path: &str, at: At) -> Lowered<Expr> {
    if item.values.is_empty() {
        return Err(problem(path, "the list of values is empty"));
    }
    let is_unequal = item.has(Modifier::NotEqual);
    let inner = At { is_negated: at.is_negated != is_unequal, ..at };
    let mut tests = Vec::with_capacity(item.values.len());
    for (index, value) in item.values.iter().enumerate() {
        let path = if item.is_list { format!("{path}.{index}") } else { path.to_owned() };
        tests.push(value_test(item, value, &path, inner)?);
    }
    let test = if item.has(Modifier::All) { every(tests, at.span) } else { any(merged(tests), at.span) };
    Ok(if is_unequal { not(test) } else { test })
}

/// One value; several if a modifier makes several of it, of which one has to match.
fn value_test(item: &Item, value: &SigmaValue, path: &str, at: At) -> Lowered<Expr> {
    let maker = Maker { item, path, at };
    let tests = operands(value, item, path)?.into_iter().map(|operand| maker.test(operand));
    Ok(any(tests.collect::<Lowered<_>>()?, at.span))
}

struct Maker<'a> {
    item: &'a Item,
    path: &'a str,
    at: At,
}

impl Maker<'_> {
    fn test(&self, operand: Operand) -> Lowered<Expr> {
        let item = self.item;
        if item.has(Modifier::Exists) {
            return match operand {
                Operand::Bool(value) => Ok(self.presence(value)),
                _ => self.refuse("`exists` takes `true` or `false`"),
            };
        }
        if let Some(op) = order(item) {
            return self.comparison(op, &operand);
        }
        match operand {
            Operand::Pattern(pattern) => Ok(self.pattern(&pattern)),
            Operand::Raw(text) if item.has(Modifier::Regex) => Ok(self.regex(&text)),
            Operand::Raw(text) if item.has(Modifier::Cidr) => self.network(&text),
            Operand::Raw(text) => Ok(self.field_reference(&text)),
            Operand::Integer(number) if item.field.is_some() => Ok(self.one(TestOp::Equal, Value::Integer(number))),
            Operand::Real(number) if item.field.is_some() => Ok(self.one(TestOp::Equal, Value::Real(number))),
            // A keyword is looked for inside of values.
            Operand::Integer(number) => Ok(self.one(TestOp::Contains, Value::String(number.to_string()))),
            Operand::Real(number) => Ok(self.one(TestOp::Contains, Value::String(number.to_string()))),
            Operand::Bool(_) | Operand::Null if item.field.is_none() => self.refuse("a keyword is a text or a number"),
            Operand::Bool(value) => Ok(self.one(TestOp::Equal, Value::Bool(value))),
            Operand::Null => Ok(self.tests(TestOp::IsEmpty, Vec::new())),
        }
    }

    fn refuse<T>(&self, message: &str) -> Lowered<T> {
        Err(problem(self.path, message))
    }

    /// What is tested: a field, a part of the time in it, or everything.
    fn subject(&self) -> Expr {
        let Some(name) = &self.item.field else {
            return Expr { kind: ExprKind::Star, ty: ScalarType::Unknown, span: self.at.span };
        };
        let field = field(name, self.at.span);
        match time_part(self.item) {
            None => field,
            Some(part) => {
                let span = self.at.span;
                let name = Expr { kind: ExprKind::Value(Value::String(part.to_owned())), ty: ScalarType::String, span };
                let time = ExprKind::Call { name: "todatetime".to_owned(), arguments: vec![field] };
                let time = Expr { kind: time, ty: ScalarType::Datetime, span };
                let kind = ExprKind::Call { name: "datetime_part".to_owned(), arguments: vec![name, time] };
                Expr { kind, ty: ScalarType::Long, span }
            }
        }
    }

    /// A test; below a negation, one that may be null is false instead.
    fn tests(&self, op: TestOp, operands: Vec<Expr>) -> Expr {
        let span = self.at.span;
        let is_null_for_null =
            op == TestOp::Equal && operands.iter().any(|operand| matches!(operand.kind, ExprKind::Field(_)));
        let may_be_null = op.is_null_for_null() || is_null_for_null;
        let test = Test { subject: self.subject(), op, operands, op_span: span };
        let test = condition(ExprKind::Test(Box::new(test)), span);
        if !(may_be_null && self.at.is_negated) {
            return test;
        }
        let otherwise = condition(ExprKind::Value(Value::Bool(false)), span);
        condition(ExprKind::Call { name: "coalesce".to_owned(), arguments: vec![test, otherwise] }, span)
    }

    fn one(&self, op: TestOp, value: Value) -> Expr {
        let ty = match &value {
            Value::String(_) => ScalarType::String,
            Value::Integer(_) => ScalarType::Long,
            Value::Real(_) => ScalarType::Real,
            Value::Bool(_) => ScalarType::Bool,
            Value::Timespan(_) | Value::Datetime(_) | Value::Guid(_) | Value::Dynamic(_) | Value::Null => {
                ScalarType::Unknown
            }
        };
        self.tests(op, vec![Expr { kind: ExprKind::Value(value), ty, span: self.at.span }])
    }

    fn presence(&self, is_present: bool) -> Expr {
        let absent = self.tests(TestOp::IsNull, Vec::new());
        if is_present { not(absent) } else { absent }
    }

    fn comparison(&self, op: TestOp, operand: &Operand) -> Lowered<Expr> {
        let number = match operand {
            Operand::Integer(number) => Some(Value::Integer(*number)),
            Operand::Real(number) => Some(Value::Real(*number)),
            Operand::Pattern(pattern) => pattern.as_literal().and_then(number_of_text),
            Operand::Raw(_) | Operand::Bool(_) | Operand::Null => None,
        };
        match number {
            Some(number) => Ok(self.one(op, number)),
            None => self.refuse("only numbers can be compared by size"),
        }
    }

    fn pattern(&self, pattern: &Pattern) -> Expr {
        let mut segments = pattern.segments.as_slice();
        let is_keyword = self.item.field.is_none();
        let (mut in_front, mut behind) = (is_keyword, is_keyword);
        while let Some((Segment::AnyText, rest)) = segments.split_first() {
            (in_front, segments) = (true, rest);
        }
        while let Some((Segment::AnyText, rest)) = segments.split_last() {
            (behind, segments) = (true, rest);
        }
        let is_cased = self.item.has(Modifier::Cased);
        match segments {
            [] if in_front || behind => self.presence(true),
            [] => self.one(shape(false, false, is_cased), Value::String(String::new())),
            [Segment::Literal(text)] => self.one(shape(in_front, behind, is_cased), Value::String(text.clone())),
            inner => {
                let edge = |is_there: bool| is_there.then_some(Segment::AnyText);
                let segments = edge(in_front).into_iter().chain(inner.iter().cloned()).chain(edge(behind)).collect();
                let op = if is_cased { TestOp::WildcardCs } else { TestOp::Wildcard };
                self.one(op, Value::String(Pattern { segments }.to_string()))
            }
        }
    }

    fn regex(&self, pattern: &str) -> Expr {
        let flags: String = [(Modifier::IgnoreCase, 'i'), (Modifier::MultiLine, 'm'), (Modifier::DotAll, 's')]
            .into_iter()
            .filter_map(|(modifier, flag)| self.item.has(modifier).then_some(flag))
            .collect();
        let flags = if flags.is_empty() { flags } else { format!("(?{flags})") };
        self.one(TestOp::Regex, Value::String(format!("{flags}{pattern}")))
    }

    fn network(&self, text: &str) -> Lowered<Expr> {
        let address = text.split('/').next().unwrap_or("");
        match address.parse() {
            Ok(IpAddr::V4(_)) => Ok(self.one(TestOp::Ipv4InRange, Value::String(text.to_owned()))),
            Ok(IpAddr::V6(_)) => Ok(self.one(TestOp::Ipv6InRange, Value::String(text.to_owned()))),
            Err(_) => self.refuse("this is no network such as `10.0.0.0/8`"),
        }
    }

    fn field_reference(&self, name: &str) -> Expr {
        let has = |modifier| self.item.has(modifier);
        let in_front = has(Modifier::Contains) || has(Modifier::EndsWith);
        let behind = has(Modifier::Contains) || has(Modifier::StartsWith);
        self.tests(shape(in_front, behind, has(Modifier::Cased)), vec![field(name, self.at.span)])
    }
}

fn field(name: &str, span: Span) -> Expr {
    let origin = Origin::Event { field: name.to_owned() };
    Expr { kind: ExprKind::Field(Field { name: name.to_owned(), origin, span }), ty: ScalarType::Unknown, span }
}

/// The operator for a text with any text in front and behind.
fn shape(in_front: bool, behind: bool, is_cased: bool) -> TestOp {
    match (in_front, behind, is_cased) {
        (true, true, false) => TestOp::Contains,
        (true, true, true) => TestOp::ContainsCs,
        (false, true, false) => TestOp::StartsWith,
        (false, true, true) => TestOp::StartsWithCs,
        (true, false, false) => TestOp::EndsWith,
        (true, false, true) => TestOp::EndsWithCs,
        (false, false, false) => TestOp::EqualCi,
        (false, false, true) => TestOp::Equal,
    }
}

fn order(item: &Item) -> Option<TestOp> {
    let ops = [
        (Modifier::Less, TestOp::Less),
        (Modifier::LessOrEqual, TestOp::LessOrEqual),
        (Modifier::Greater, TestOp::Greater),
        (Modifier::GreaterOrEqual, TestOp::GreaterOrEqual),
    ];
    ops.into_iter().find(|(modifier, _)| item.has(*modifier)).map(|(_, op)| op)
}

fn time_part(item: &Item) -> Option<&'static str> {
    let parts = [
        (Modifier::Minute, "minute"),
        (Modifier::Hour, "hour"),
        (Modifier::Day, "day"),
        (Modifier::Week, "week_of_year"),
        (Modifier::Month, "month"),
        (Modifier::Year, "year"),
    ];
    parts.into_iter().find(|(modifier, _)| item.has(*modifier)).map(|(_, part)| part)
}

fn number_of_text(text: &str) -> Option<Value> {
    let integer = text.parse().ok().map(Value::Integer);
    integer.or_else(|| text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Real))
}

/// Several whole values of one field are one list.
fn merged(tests: Vec<Expr>) -> Vec<Expr> {
    let list_of = |op: TestOp| match op {
        TestOp::EqualCi => Some(TestOp::InCi),
        TestOp::Equal => Some(TestOp::In),
        _ => None,
    };
    let single = |expr: &Expr| match &expr.kind {
        ExprKind::Test(test) => match test.operands.as_slice() {
            [Expr { kind: ExprKind::Value(_), .. }] => Some(test.op),
            _ => None,
        },
        _ => None,
    };
    let first = tests.first().and_then(single);
    let Some(op) = first.and_then(list_of).filter(|_| tests.len() > 1) else { return tests };
    if !tests.iter().all(|test| single(test) == first) {
        return tests;
    }
    let mut list: Option<(Box<Test>, Span)> = None;
    for test in tests {
        let ExprKind::Test(test_of) = test.kind else { continue };
        match &mut list {
            None => list = Some((test_of, test.span)),
            Some((list, _)) => list.operands.extend(test_of.operands),
        }
    }
    list.map(|(list, span)| condition(ExprKind::Test(Box::new(Test { op, ..*list })), span)).into_iter().collect()
}
