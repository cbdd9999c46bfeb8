//! Values that the target computes in expressions of its own.

use std::cell::RefCell;

use super::condition::{Condition, FieldTest, Match, Origin};
use super::kql::{self, of_resolution, print};
use super::loss::{Loss, LossClass};
use super::reader::Reader;
use super::reason::Reason;
use super::spl;
use super::subject::{is_number, subject};
use super::time::is_time;
use super::translate::{Position, Translator, construct_of, is_constant, test_expression};
use crate::ir::{Expr, Test};
use crate::mapping::{Assumption, Resolution, ValueForm};
use crate::span::Span;

impl Translator<'_> {
    /// A predicate that only a target with expressions of its own can say.
    pub(super) fn formula(&mut self, expr: &Expr, is_negated: bool, at: Position) -> Condition {
        let Some(text) = self.computed(expr, expr.span, at) else { return self.refuse_expression(expr) };
        let construct = print::expression(expr);
        let origin = Origin { span: expr.span, construct, is_negated: at.is_negated, ..Origin::default() };
        if !self.style.is_kql {
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::NullSemantics, expr.span, &*origin.construct)
                    .says("a missing field makes the whole expression false on the target, whatever stands around it")
                    .assuming(Assumption::Present)
                    .under(at.is_negated),
            );
            self.losses.extend(spl::assumed(expr, expr.span));
        }
        let found = Condition::Match(Match { field: String::new(), test: FieldTest::Formula(text), origin });
        if is_negated { Condition::not(found) } else { found }
    }

    /// The value in the target's own expressions, if it has such and every column's value can be had there.
    fn computed(&mut self, expr: &Expr, span: Span, at: Position) -> Option<String> {
        let compute = self.style.compute?;
        let used: RefCell<Vec<(Resolution, String)>> = RefCell::default();
        let column = |expr: &Expr| {
            if let Some(time) = self.style.time_field.filter(|_| is_time(self.columns.hub, expr)) {
                return Some(time.to_owned());
            }
            let subject = subject(expr)?;
            let (mut resolution, is_any_element) = self.columns.resolve(&subject)?;
            let text = if self.style.is_kql {
                let own = of_resolution(&resolution);
                own.or_else(|| {
                    resolution = self.columns.passed(&subject)?;
                    of_resolution(&resolution)
                })?
            } else {
                same_value(&resolution)?
            };
            used.borrow_mut().push((resolution, subject.name));
            (!is_any_element).then_some(text)
        };
        let text = compute(expr, &column)?;
        if self.style.is_kql {
            for (resolution, column) in used.into_inner() {
                let construct = print::expression(expr);
                let origin = Origin { span, construct, column, is_negated: at.is_negated, ..Origin::default() };
                let of_value = kql::assumed(&resolution);
                self.note_assumptions(&Resolution { assumptions: Vec::new(), ..resolution }, of_value, &origin);
            }
        }
        Some(text)
    }

    /// A test of a value that the target has to compute first.
    pub(super) fn computed_test(&mut self, test: &Test, span: Span, at: Position) -> Condition {
        let Some(field) = self.computed(&test.subject, span, at) else { return self.refuse_expression(&test.subject) };
        if test.operands.iter().any(|operand| !is_constant(operand)) {
            return self.formula(&test_expression(test, span), false, at);
        }
        if !self.style.is_kql {
            self.losses.extend(spl::assumed(&test.subject, span));
        }
        let construct = construct_of(test, span);
        let form = if is_number(test.subject.ty) { ValueForm::Int } else { ValueForm::Text };
        let reader = Reader { test, form, ty: test.subject.ty, style: self.style };
        let plan = match reader.read() {
            Ok(plan) => plan,
            Err((reason, message)) => return self.refuse(span, reason, construct, message),
        };
        let origin =
            Origin { span, construct, form, is_negated: at.is_negated, is_computed: true, ..Origin::default() };
        let found = plan.on(&|test| Condition::Match(Match { field: field.clone(), test, origin: origin.clone() }));
        self.adapted(found)
    }
}

/// The one name of a column whose values are the same on both sides.
fn same_value(resolution: &Resolution) -> Option<String> {
    let is_alike = resolution.source.form == resolution.target.form
        && resolution.source.values.is_empty()
        && resolution.target.values.is_empty();
    match resolution.target.spellings().as_slice() {
        [one] if is_alike => Some(one.clone()),
        _ => None,
    }
}
