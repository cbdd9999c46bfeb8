//! Expressions on a row.

use std::rc::Rc;

use serde_json::Value as Json;

use super::datum::Datum;
use super::events::Row;
use super::function::{self, Call};
use super::{Evaluated, Evaluator, Timestamp, aggregate, failure};
use crate::ir::{ArithmeticOp, Expr, ExprKind, Field, MemberKey, Pipeline};
use crate::schema::{Origin, ScalarType};

/// What an expression is evaluated on: a row, and inside `summarize` the rows of its group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) row: &'s Row,
    pub(super) group: Option<&'s [Row]>,
}

impl<'s> Scope<'s> {
    pub(super) fn row(row: &'s Row) -> Self {
        Self { row, group: None }
    }
}

impl Evaluator<'_> {
    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr, scope: Scope<'_>) -> Evaluated<Datum> {
        if let Some(rows) = expr.scalar_query() {
            return self.first_cell(rows);
        }
        match &expr.kind {
            ExprKind::Field(field) => Ok(read(field, expr.ty, scope.row)),
            ExprKind::Value(value) => match Datum::of_value(value) {
                Some(datum) => Ok(datum),
                None => failure("a time that cannot be read", expr.span),
            },
            ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) | ExprKind::Test(_) => {
                Ok(self.condition(expr, scope)?.map_or(Datum::Null, Datum::Bool))
            }
            ExprKind::Case { branches, otherwise } => {
                for (when, then) in branches {
                    if self.condition(when, scope)? == Some(true) {
                        return self.value(then, scope);
                    }
                }
                self.value(otherwise, scope)
            }
            ExprKind::Call { name, arguments } => self.call(name, arguments, expr, scope),
            ExprKind::Arithmetic { op, left, right } => {
                Ok(arithmetic(*op, &self.value(left, scope)?, &self.value(right, scope)?))
            }
            ExprKind::Negate(inner) => Ok(match self.value(inner, scope)? {
                Datum::Long(number) => Datum::Long(number.wrapping_neg()),
                Datum::Real(number) => Datum::Real(-number),
                Datum::Span(ticks) => Datum::Span(ticks.wrapping_neg()),
                Datum::Null | Datum::Bool(_) | Datum::Text(_) | Datum::Time(_) | Datum::Dynamic(_) => Datum::Null,
            }),
            ExprKind::Member { base, key } => self.member(base, key, scope),
            ExprKind::Star => failure("`*` is no value", expr.span),
            ExprKind::Subquery(pipeline) => self.first_cell(pipeline),
            ExprKind::Opaque(reason) => failure(reason.clone(), expr.span),
        }
    }

    /// A condition: true, false or null.
    pub(super) fn condition(&self, expr: &Expr, scope: Scope<'_>) -> Evaluated<Option<bool>> {
        match &expr.kind {
            ExprKind::And(operands) => self.junction(operands, false, scope),
            ExprKind::Or(operands) => self.junction(operands, true, scope),
            ExprKind::Not(inner) => Ok(self.condition(inner, scope)?.map(|value| !value)),
            ExprKind::Test(test) => self.test(test, scope),
            ExprKind::Field(_)
            | ExprKind::Value(_)
            | ExprKind::Case { .. }
            | ExprKind::Call { .. }
            | ExprKind::Arithmetic { .. }
            | ExprKind::Negate(_)
            | ExprKind::Member { .. }
            | ExprKind::Star
            | ExprKind::Subquery(_)
            | ExprKind::Opaque(_) => Ok(self.value(expr, scope)?.to_bool()),
        }
    }

    /// `and`, where false decides, and `or`, where true does. Otherwise one null makes it null.
    fn junction(&self, operands: &[Expr], decisive: bool, scope: Scope<'_>) -> Evaluated<Option<bool>> {
        let mut result = Some(!decisive);
        for operand in operands {
            match self.condition(operand, scope)? {
                Some(value) if value == decisive => return Ok(Some(decisive)),
                Some(_) => {}
                None => result = None,
            }
        }
        Ok(result)
    }

    fn call(&self, name: &str, arguments: &[Expr], expr: &Expr, scope: Scope<'_>) -> Evaluated<Datum> {
        if let (Some(group), Some(found)) = (scope.group, aggregate::find(name)) {
            return self.aggregated(found, arguments, group);
        }
        if name == "column_ifexists" {
            return self.column_if_exists(arguments, scope);
        }
        let values = arguments.iter().map(|argument| self.value(argument, scope)).collect::<Evaluated<Vec<_>>>()?;
        let call = Call { arguments: &values, evaluator: self };
        match function::find(name) {
            Some(found) => (found.body)(&call).or_else(|message| failure(format!("`{name}`: {message}"), expr.span)),
            None => failure(format!("the function `{name}` is not modelled"), expr.span),
        }
    }

    fn column_if_exists(&self, arguments: &[Expr], scope: Scope<'_>) -> Evaluated<Datum> {
        let [name, otherwise] = arguments else { return Ok(Datum::Null) };
        let name = self.value(name, scope)?.to_text();
        match scope.row.get(&name) {
            Some(datum) => Ok(datum.clone().cast(otherwise.ty)),
            None => self.value(otherwise, scope),
        }
    }

    fn member(&self, base: &Expr, key: &MemberKey, scope: Scope<'_>) -> Evaluated<Datum> {
        let base = self.value(base, scope)?.into_dynamic();
        let key = match key {
            MemberKey::Property(name) => Datum::text(name.as_str()),
            MemberKey::Index(index) => Datum::Long(*index),
            MemberKey::Computed(key) => self.value(key, scope)?,
        };
        Ok(element(&base, &key))
    }

    /// The rows of a sub-query, which are the same for every row around it.
    pub(super) fn subquery(&self, pipeline: &Pipeline) -> Evaluated<Rc<Vec<Row>>> {
        let address = std::ptr::from_ref(pipeline).addr();
        if let Some(known) = self.subqueries.borrow().get(&address) {
            return Ok(Rc::clone(known));
        }
        let rows = Rc::new(self.pipeline(pipeline)?);
        self.subqueries.borrow_mut().insert(address, Rc::clone(&rows));
        Ok(rows)
    }

    /// The values of the first column of a sub-query.
    pub(super) fn first_column(&self, pipeline: &Pipeline) -> Evaluated<Vec<Datum>> {
        let Some(column) = pipeline.output.columns.first().filter(|_| !pipeline.output.is_open) else {
            return failure("a list from rows whose first column is not known", pipeline.span);
        };
        let cell = |row: &Row| row.get(&column.name).cloned().unwrap_or(Datum::Null).cast(column.ty);
        Ok(self.subquery(pipeline)?.iter().map(cell).collect())
    }

    fn first_cell(&self, pipeline: &Pipeline) -> Evaluated<Datum> {
        Ok(self.first_column(pipeline)?.into_iter().next().unwrap_or(Datum::Null))
    }

    /// The value of `now()`.
    pub(super) fn now(&self) -> Result<Timestamp, String> {
        self.now.ok_or_else(|| "the present time is not given".to_owned())
    }
}

/// The value of a column, read as its type.
pub(super) fn read(field: &Field, ty: ScalarType, row: &Row) -> Datum {
    match &field.origin {
        Origin::Event { .. } => row.field(&field.name).unwrap_or(Datum::Null),
        Origin::Table { .. } | Origin::Computed { .. } | Origin::Made(_) | Origin::Several(_) | Origin::Unknown => {
            row.get(&field.name).cloned().unwrap_or(Datum::Null).cast(ty)
        }
    }
}

/// `base.key`; null where there is nothing. A negative index counts from the end.
pub(super) fn element(base: &Datum, key: &Datum) -> Datum {
    let Datum::Dynamic(json) = base else { return Datum::Null };
    let found = match (&**json, key) {
        (Json::Object(object), Datum::Text(name)) => object.get(&**name),
        (Json::Array(items), Datum::Long(index)) => {
            let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let index = if *index < 0 { index.saturating_add(length) } else { *index };
            usize::try_from(index).ok().and_then(|index| items.get(index))
        }
        _ => None,
    };
    found.map_or(Datum::Null, Datum::from_json)
}

fn arithmetic(op: ArithmeticOp, left: &Datum, right: &Datum) -> Datum {
    match (left, right) {
        (Datum::Long(left), Datum::Long(right)) => integers(op, *left, *right).map_or(Datum::Null, Datum::Long),
        (Datum::Time(time), Datum::Span(span)) => match op {
            ArithmeticOp::Add => Datum::Time(Timestamp(time.0.saturating_add(*span))),
            ArithmeticOp::Subtract => Datum::Time(Timestamp(time.0.saturating_sub(*span))),
            ArithmeticOp::Multiply | ArithmeticOp::Divide | ArithmeticOp::Modulo => Datum::Null,
        },
        (Datum::Span(span), Datum::Time(time)) if op == ArithmeticOp::Add => {
            Datum::Time(Timestamp(time.0.saturating_add(*span)))
        }
        (Datum::Time(left), Datum::Time(right)) if op == ArithmeticOp::Subtract => {
            Datum::Span(left.0.saturating_sub(right.0))
        }
        (Datum::Span(left), Datum::Span(right)) => spans(op, *left, *right),
        (Datum::Span(span), Datum::Long(number)) | (Datum::Long(number), Datum::Span(span))
            if op == ArithmeticOp::Multiply =>
        {
            Datum::Span(span.saturating_mul(*number))
        }
        (Datum::Span(span), Datum::Long(number)) if op == ArithmeticOp::Divide => {
            span.checked_div(*number).map_or(Datum::Null, Datum::Span)
        }
        (Datum::Long(_) | Datum::Real(_), Datum::Long(_) | Datum::Real(_)) => match (left.to_real(), right.to_real()) {
            (Some(left), Some(right)) => Datum::Real(reals(op, left, right)),
            _ => Datum::Null,
        },
        _ => Datum::Null,
    }
}

/// Division drops the rest; the remainder is never negative.
fn integers(op: ArithmeticOp, left: i64, right: i64) -> Option<i64> {
    match op {
        ArithmeticOp::Add => Some(left.wrapping_add(right)),
        ArithmeticOp::Subtract => Some(left.wrapping_sub(right)),
        ArithmeticOp::Multiply => Some(left.wrapping_mul(right)),
        ArithmeticOp::Divide => left.checked_div(right),
        ArithmeticOp::Modulo => left.checked_rem_euclid(right),
    }
}

fn reals(op: ArithmeticOp, left: f64, right: f64) -> f64 {
    match op {
        ArithmeticOp::Add => left + right,
        ArithmeticOp::Subtract => left - right,
        ArithmeticOp::Multiply => left * right,
        ArithmeticOp::Divide => left / right,
        ArithmeticOp::Modulo => left.rem_euclid(right),
    }
}

fn spans(op: ArithmeticOp, left: i64, right: i64) -> Datum {
    match op {
        ArithmeticOp::Add => Datum::Span(left.saturating_add(right)),
        ArithmeticOp::Subtract => Datum::Span(left.saturating_sub(right)),
        ArithmeticOp::Divide => match (Datum::Long(left).to_real(), Datum::Long(right).to_real()) {
            (Some(left), Some(right)) => Datum::Real(left / right),
            _ => Datum::Null,
        },
        ArithmeticOp::Modulo => left.checked_rem_euclid(right).map_or(Datum::Null, Datum::Span),
        ArithmeticOp::Multiply => Datum::Null,
    }
}
