//! Predicates over values that are computed first: in the target's own expressions, or refused.

use std::cell::RefCell;

use super::condition::{Condition, FieldTest, Match, Origin, Shape, TextTest};
use super::invert::{Inverted, invert, invert_call};
use super::kql::{self, of_resolution, print};
use super::loss::{Loss, LossClass, Refusal};
use super::reader::Reader;
use super::reason::Reason;
use super::spl;
use super::subject::{Key, Subject, is_number, subject};
use super::time::is_time;
use super::translate::{Position, Translator, construct_of, needs_expression, test_expression};
use crate::ir::{Expr, ExprKind, Test};
use crate::mapping::{Assumption, Dialect, Resolution, ValueForm};
use crate::schema::{ScalarType, Value};
use crate::span::Span;

impl Translator<'_> {
    /// A predicate that only a target with expressions of its own can say.
    pub(super) fn formula(&mut self, expr: &Expr, is_negated: bool, at: Position) -> Condition {
        // No expression of another target takes a text for a condition.
        if !self.style.is_kql && matches!(expr.kind, ExprKind::Value(Value::String(_))) {
            return self.refuse_expression(expr, at);
        }
        let Some(text) = self.computed(expr, expr.span, at) else {
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
            self.note_time(&text, expr, at);
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
            if !self.style.is_kql {
                let text = spl::value(&resolution, is_any_element, &subject)?;
                // Behind other stages, every time is in seconds already.
                let is_text = self.style.time_field.is_some() && subject.ty == ScalarType::Datetime;
                return Some(if is_text { spl::epoch(&text) } else { text });
            }
            let own = of_resolution(&resolution).filter(|_| kql::is_whole(&resolution));
            let text = own.or_else(|| {
                resolution = self.columns.passed(&subject)?;
                of_resolution(&resolution).filter(|_| kql::is_whole(&resolution))
            })?;
            used.borrow_mut().push((resolution, subject.name));
            (!is_any_element).then_some(text)
        };
        let text = compute(expr, &column)?;
        for (resolution, column) in used.into_inner() {
            let construct = print::expression(expr);
            let origin = Origin { span, construct, column, is_negated: at.is_negated, ..Origin::default() };
            let of_value = kql::assumed(&resolution);
            self.note_assumptions(&Resolution { assumptions: Vec::new(), ..resolution }, of_value, &origin);
        }
        Some(text)
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

    /// Times in texts are read on the target.
    fn note_time(&mut self, text: &str, expr: &Expr, at: Position) {
        if text.contains("strptime(") && spl::assumed(expr, expr.span).is_empty() {
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::TimeZone, expr.span, print::expression(expr))
                    .says("times in texts are read to the second, in the time zone of the user who searches")
                    .assuming(Assumption::Utc)
                    .under(at.is_negated),
            );
        }
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
                let refusal = Refusal::new(expr.span, Reason::ComputedField, construct, message);
                let is_spl = self.style.compute.is_some() && !self.style.is_kql;
                match spl::advice(expr).filter(|_| is_spl) {
                    Some(advice) => refusal.suggest(advice),
                    None => refusal,
                }
            }
        };
        self.refuse(refusal, at)
    }

    /// A test of a value that the target has to compute first.
    pub(super) fn computed_test(&mut self, test: &Test, span: Span, at: Position) -> Condition {
        let Some(field) = self.computed(&test.subject, span, at) else {
            let whole = test_expression(test, span);
            let inverted = invert(test, span).and_then(|found| self.inverted(&found, &whole, span, at));
            return inverted.unwrap_or_else(|| self.refuse_expression(&test.subject, at));
        };
        if needs_expression(test) {
            return self.formula(&test_expression(test, span), false, at);
        }
        if !self.style.is_kql {
            self.losses.extend(spl::assumed(&test.subject, span));
            self.note_time(&field, &test.subject, at);
        }
        self.on_computed(&field, test, span, at)
    }

    /// A test of an expression of the target.
    fn on_computed(&mut self, field: &str, test: &Test, span: Span, at: Position) -> Condition {
        let construct = construct_of(test, span);
        let form = if is_number(test.subject.ty) { ValueForm::Int } else { ValueForm::Text };
        let reader = Reader { test, form, ty: test.subject.ty, style: self.style };
        let plan = match reader.read() {
            Ok(plan) => plan,
            Err((reason, message)) => return self.refuse(Refusal::new(span, reason, construct, message), at),
        };
        let origin =
            Origin { span, construct, form, is_negated: at.is_negated, is_computed: true, ..Origin::default() };
        let found = plan.on(&|test| Condition::Match(Match { field: field.to_owned(), test, origin: origin.clone() }));
        self.adapted(found)
    }

    /// A test of what a target keeps only within the text of the event: a whole array or bag, or one element of an
    /// array. Where it holds, something wider does that the target finds faster: the same test of any element, or one
    /// of the event's text.
    pub(super) fn json_test(
        &mut self,
        test: &Test,
        subject: &Subject,
        resolution: &Resolution,
        span: Span,
        at: Position,
    ) -> Option<Condition> {
        // A data model has no text of the event.
        self.style.compute.filter(|_| !self.style.is_kql && resolution.dialect != Dialect::Cim)?;
        let [name] = resolution.target.names.as_slice() else { return None };
        let element = spl::inside(name, subject)?;
        let exact = self.on_computed(&element, test, span, at);
        let construct = construct_of(test, span);
        let origin = Origin { span, construct, column: subject.name.clone(), ..Origin::default() };
        self.note_assumptions(resolution, Vec::new(), &origin);
        let Condition::Match(found) = &exact else { return Some(exact) };
        if at.is_negated || matches!(found.test, FieldTest::Empty | FieldTest::Missing) {
            return Some(exact);
        }
        let is_of_text = !subject.keys.iter().any(|key| matches!(key, Key::Index(_))) || subject.is_in_text();
        if is_of_text && !self.looks_everywhere(test) {
            return Some(exact);
        }
        let (field, test) = match &found.test {
            FieldTest::Text(exactly) if is_of_text && exactly.needles.iter().all(|needle| needle.len() > 2) => {
                let within = TextTest { shape: Shape::Contains, is_case_sensitive: false, ..exactly.clone() };
                ("_raw".to_owned(), FieldTest::Text(within))
            }
            _ if is_of_text => return Some(exact),
            other => (name.clone(), other.clone()),
        };
        let origin = Origin { is_computed: false, ..found.origin.clone() };
        let of_some = Condition::Match(Match { field, test, origin });
        Some(Condition::all(spl::wider(&of_some).into_iter().chain([exact]).collect()))
    }

    /// Whether a test of every column is one of the whole event: for a text without characters that the event as it was
    /// sent may hold in another form.
    pub(super) fn looks_everywhere(&self, test: &Test) -> bool {
        let is_plain = |operand: &Expr| match &operand.kind {
            ExprKind::Value(Value::String(wanted)) => {
                !wanted.is_empty()
                    && wanted.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.'))
            }
            _ => false,
        };
        let is_raw = self.style.compute.is_some() && !self.style.is_kql;
        self.columns.from == Dialect::Sigma || (is_raw && test.operands.iter().all(is_plain))
    }
}
