//! Predicates over values that are computed first: in the target's own expressions, or refused.

use super::condition::{Condition, FieldTest, Match, Origin};
use super::invert::{Inverted, invert, invert_call};
use super::kql::print;
use super::loss::{Loss, LossClass, Refusal};
use super::reader::Reader;
use super::reason::Reason;
use super::spl;
use super::subject::{is_number, subject};
use super::time::is_time;
use super::translate::{Position, Translator, construct_of, is_constant, test_expression};
use crate::ir::{Expr, ExprKind, Test};
use crate::mapping::{Assumption, ValueForm};
use crate::span::Span;

impl Translator<'_> {
    /// A predicate that only a target with expressions of its own can say.
    pub(super) fn formula(&mut self, expr: &Expr, is_negated: bool, at: Position) -> Condition {
        let Some(text) = self.computed(expr) else {
            let at_test = if is_negated { at.negated() } else { at };
            let inverted = invert_call(expr).and_then(|found| self.inverted(&found, expr, expr.span, at_test));
            return match inverted {
                Some(found) if is_negated => Condition::not(found),
                Some(found) => found,
                None => self.refuse_expression(expr, at),
            };
        };
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

    /// The value in the target's own expressions, if it has such and every column has the same form there.
    fn computed(&self, expr: &Expr) -> Option<String> {
        let compute = self.style.compute?;
        let column = |expr: &Expr| {
            if let Some(time) = self.style.time_field.filter(|_| is_time(self.columns.hub, expr)) {
                return Some(time.to_owned());
            }
            let (resolution, is_any_element) = self.columns.resolve(&subject(expr)?)?;
            let is_alike = resolution.source.form == resolution.target.form
                && resolution.source.values.is_empty()
                && resolution.target.values.is_empty()
                && !is_any_element;
            match resolution.target.spellings().as_slice() {
                [one] if is_alike => Some(one.clone()),
                _ => None,
            }
        };
        compute(expr, &column)
    }

    /// A test in other words, unless it would match less.
    fn inverted(&mut self, found: &Inverted, expr: &Expr, span: Span, at: Position) -> Option<Condition> {
        let loss = Loss::new(found.class, Reason::ComputedField, span, print::expression(expr)).under(at.is_negated);
        match loss.rule_class {
            LossClass::Exact => {}
            LossClass::Over => {
                self.losses.push(loss.says("only what the column must hold for the computed value to be so is tested"));
            }
            LossClass::Informational
            | LossClass::Assumption
            | LossClass::Under
            | LossClass::Changed
            | LossClass::NotExpressible => return None,
        }
        Some(self.condition(&found.expr, at))
    }

    pub(super) fn refuse_expression(&mut self, expr: &Expr, at: Position) -> Condition {
        let construct = print::expression(expr);
        let refusal = match &expr.kind {
            ExprKind::Subquery(_) => Refusal::new(
                expr.span,
                Reason::Subquery,
                construct,
                "a list that comes from another query cannot be converted",
            ),
            ExprKind::Opaque(reason) => Refusal::new(expr.span, Reason::Opaque, construct, reason.clone()),
            ExprKind::Star => {
                let message = "a test of every column cannot be converted";
                Refusal::new(expr.span, Reason::OperatorUnsupported, construct, message)
            }
            _ => {
                let message = format!("the computed value `{construct}` cannot be converted");
                Refusal::new(expr.span, Reason::ComputedField, construct, message)
            }
        };
        self.refuse(refusal, at)
    }

    /// A test of a value that the target has to compute first.
    pub(super) fn computed_test(&mut self, test: &Test, span: Span, at: Position) -> Condition {
        let Some(field) = self.computed(&test.subject) else {
            let whole = test_expression(test, span);
            let inverted = invert(test, span).and_then(|found| self.inverted(&found, &whole, span, at));
            return inverted.unwrap_or_else(|| self.refuse_expression(&test.subject, at));
        };
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
            Err((reason, message)) => return self.refuse(Refusal::new(span, reason, construct, message), at),
        };
        let origin =
            Origin { span, construct, form, is_negated: at.is_negated, is_computed: true, ..Origin::default() };
        let found = plan.on(&|test| Condition::Match(Match { field: field.clone(), test, origin: origin.clone() }));
        self.adapted(found)
    }
}
