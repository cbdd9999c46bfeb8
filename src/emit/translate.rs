//! A predicate over columns of the source as a [`Condition`] over fields of the target.
//!
//! KQL's three-valued logic ends here: a negation of a test that can be null is pushed inside until it stands at a
//! test, and is then written so that rows without a value stay out, as KQL leaves them out.

use std::collections::HashMap;

use super::adapt::Style;
use super::condition::{Condition, FieldTest, Origin};
use super::constant::{Scalar, all_scalars, scalars};
use super::fold::{may_be_null, or_false};
use super::kql::print;
use super::loss::{Loss, LossClass, Refusal};
use super::reader::Reader;
use super::reason::Reason;
use super::subject::{Columns, Subject, subject};
use super::time::is_time;
use super::{Unmapped, regex};
use crate::ir::{Expr, ExprKind, Test, TestOp};
use crate::mapping::{Assumption, Dialect, Resolution, ValueForm};
use crate::schema::{ScalarType, Value};
use crate::span::Span;

/// The text of an IPv4 address.
const IPV4: &str = "^[0-9]{1,3}([.][0-9]{1,3}){3}$";

/// Turns predicates into conditions; collects losses and refusals.
pub(super) struct Translator<'a> {
    /// Where columns are looked up.
    pub(super) columns: Columns<'a>,
    /// What the target can write.
    pub(super) style: &'a Style,
    /// What to do with columns that the target lacks.
    pub(super) unmapped: Unmapped,
    /// What differs.
    pub(super) losses: Vec<Loss>,
    /// What stands in the way.
    pub(super) refusals: Vec<Refusal>,
    /// Whether what cannot be said may be left out where the rule then matches more.
    pub(super) widens: bool,
    /// Fields that were looked up already: rules test one field with many values.
    pub(super) known: Known,
}

/// Fields of events, by name, with their columns.
pub(super) type Known = HashMap<String, Option<(Resolution, bool)>>;

/// Where a predicate stands.
#[derive(Clone, Copy)]
pub(super) struct Position {
    /// Whether the number of negations around it is odd.
    pub(super) is_negated: bool,
    /// What it is replaced by so that it is as if it had never been there: true in a conjunction, false among
    /// alternatives, the opposite inside a negation.
    pub(super) neutral: bool,
}

impl Position {
    /// A conjunct of the whole rule.
    pub(super) const TOP: Self = Self { is_negated: false, neutral: true };

    /// The place inside one more negation.
    pub(super) fn negated(self) -> Self {
        Self { is_negated: !self.is_negated, neutral: !self.neutral }
    }
}

impl Translator<'_> {
    /// The condition of a predicate.
    pub(super) fn condition(&mut self, expr: &Expr, at: Position) -> Condition {
        match &expr.kind {
            // What stands beside a constant that decides does not matter, sayable or not.
            ExprKind::And(parts) if parts.iter().any(|part| is_bool(part, false)) => Condition::Constant(false),
            ExprKind::Or(parts) if parts.iter().any(|part| is_bool(part, true)) => Condition::Constant(true),
            ExprKind::And(parts) => {
                let at = Position { neutral: true, ..at };
                Condition::all(parts.iter().map(|part| self.condition(part, at)).collect())
            }
            ExprKind::Or(parts) => {
                let at = Position { neutral: false, ..at };
                Condition::any(parts.iter().map(|part| self.condition(part, at)).collect())
            }
            ExprKind::Not(inner) if may_be_null(inner) => self.negation(inner, at),
            ExprKind::Not(inner) => Condition::not(self.condition(inner, at.negated())),
            ExprKind::Test(test) => self.test(test, expr.span, at),
            // A test of a missing field is false here anyway.
            ExprKind::Call { .. } if self.columns.from == Dialect::Sigma && or_false(expr).is_some() => {
                self.condition(or_false(expr).unwrap_or(expr), at)
            }
            ExprKind::Value(Value::Bool(value)) => Condition::Constant(*value),
            ExprKind::Value(Value::Null) => Condition::Constant(false),
            ExprKind::Field(_) => self.test(&is_true(expr, true), expr.span, at),
            ExprKind::Value(_)
            | ExprKind::Case { .. }
            | ExprKind::Call { .. }
            | ExprKind::Arithmetic { .. }
            | ExprKind::Negate(_)
            | ExprKind::Member { .. }
            | ExprKind::Star
            | ExprKind::Subquery(_)
            | ExprKind::Opaque(_) => self.formula(expr, false, at),
        }
    }

    /// The condition of `not(expr)` where `expr` may be null. De Morgan's laws hold with null, and a null leaf keeps
    /// its row out whether it counts as null or as false.
    fn negation(&mut self, expr: &Expr, at: Position) -> Condition {
        match &expr.kind {
            ExprKind::And(parts) => {
                let at = Position { neutral: false, ..at };
                Condition::any(parts.iter().map(|part| self.negation(part, at)).collect())
            }
            ExprKind::Or(parts) => {
                let at = Position { neutral: true, ..at };
                Condition::all(parts.iter().map(|part| self.negation(part, at)).collect())
            }
            ExprKind::Not(inner) => self.condition(inner, at),
            ExprKind::Value(Value::Bool(value)) => Condition::Constant(!value),
            ExprKind::Value(Value::Null) => Condition::Constant(false),
            ExprKind::Field(_) => self.test(&is_true(expr, false), expr.span, at),
            ExprKind::Test(test) => self.negated_test(test, expr, at),
            ExprKind::Value(_)
            | ExprKind::Case { .. }
            | ExprKind::Call { .. }
            | ExprKind::Arithmetic { .. }
            | ExprKind::Negate(_)
            | ExprKind::Member { .. }
            | ExprKind::Star
            | ExprKind::Subquery(_)
            | ExprKind::Opaque(_) => self.formula(expr, true, at),
        }
    }

    fn negated_test(&mut self, test: &Test, expr: &Expr, at: Position) -> Condition {
        let flipped = match test.op {
            TestOp::Less => TestOp::GreaterOrEqual,
            TestOp::LessOrEqual => TestOp::Greater,
            TestOp::Greater => TestOp::LessOrEqual,
            TestOp::GreaterOrEqual => TestOp::Less,
            TestOp::Ipv4InRange | TestOp::Ipv4IsPrivate => {
                let outside = Condition::not(self.test(test, expr.span, at.negated()));
                let pattern = FieldTest::Regex { pattern: IPV4.to_owned(), is_case_sensitive: true };
                let is_address = self.fixed_test(&test.subject, pattern, expr.span, at);
                return Condition::all(vec![outside, is_address]);
            }
            TestOp::Ipv6InRange => {
                let construct = print::expression(expr);
                let message = "rows whose value is no address stay out in KQL and cannot be told apart on the target";
                return self.refuse(Refusal::new(expr.span, Reason::NullSemantics, construct, message), at);
            }
            _ => return Condition::not(self.test(test, expr.span, at.negated())),
        };
        self.test(&Test { op: flipped, ..test.clone() }, expr.span, at)
    }

    /// How the target spells a subject.
    fn resolve(&mut self, subject: &Subject) -> Option<(Resolution, bool)> {
        if self.columns.from != Dialect::Sigma {
            return self.columns.resolve(subject);
        }
        if let Some(known) = self.known.get(&subject.name) {
            return known.clone();
        }
        let found = self.columns.resolve(subject);
        self.known.insert(subject.name.clone(), found.clone());
        found
    }

    fn test(&mut self, test: &Test, span: Span, at: Position) -> Condition {
        if matches!(test.subject.kind, ExprKind::Star) && self.looks_everywhere(test) {
            return self.keyword(test, span, at);
        }
        if let Some(condition) = self.digests(test, span, at) {
            return condition;
        }
        // A time that is computed is no window, but any target with the time can test it.
        if self.style.is_kql && self.style.time_field.is_some() && is_time(self.columns.hub, &test.subject) {
            return self.formula(&test_expression(test, span), false, at);
        }
        let Some(subject) = subject(&test.subject) else { return self.computed_test(test, span, at) };
        let Some((resolution, is_any_element)) = self.resolve(&subject) else {
            return if subject.column.is_none() {
                self.computed_test(test, span, at)
            } else {
                self.unmapped(&subject, test, span, at)
            };
        };
        self.note_empty_text(test, &subject, span, at);
        if subject.is_number_cast && self.style.is_kql && resolution.target.expression.is_none() {
            return self.computed_test(test, span, at);
        }
        if let ([Expr { kind: ExprKind::Field(other), .. }], TestOp::Equal | TestOp::EqualCi) =
            (test.operands.as_slice(), test.op)
            && subject.keys.is_empty()
        {
            return self.comparison(test, &resolution, other, span, at);
        }
        if needs_expression(test) && self.style.compute.is_some() {
            return self.formula(&test_expression(test, span), false, at);
        }
        if (is_any_element || subject.is_bag() || may_be_bag(test.op, &subject, &resolution))
            && let Some(found) = self.json_test(test, &subject, &resolution, span, at)
        {
            return found;
        }
        if is_any_element && at.is_negated && self.widens {
            let message = format!("`{}` cannot be told from the other elements of the array", subject.name);
            let construct = self.construct(test, span);
            return self.refuse(Refusal::new(span, Reason::AnyElement, construct, message), at);
        }
        if is_any_element {
            let construct = self.construct(test, span);
            self.losses.push(
                Loss::new(LossClass::Over, Reason::AnyElement, span, construct)
                    .says(format!("`{}` is tested on any element of the array, not on that one", subject.name))
                    .under(at.is_negated),
            );
        }
        let construct = self.construct(test, span);
        let reader = Reader { test, form: resolution.source.form, ty: test.subject.ty, style: self.style };
        let plan = match reader.read() {
            Ok(plan) => plan,
            Err((reason, message)) => return self.refuse(Refusal::new(span, reason, construct, message), at),
        };
        let origin = Origin {
            span,
            construct,
            column: subject.name.clone(),
            form: resolution.source.form,
            is_negated: at.is_negated,
            ..Origin::default()
        };
        if matches!(test.op, TestOp::Regex) {
            self.note_regex(test, &origin);
        }
        let (refusals, losses) = (self.refusals.len(), self.losses.len());
        let condition = self.place(plan.clone(), &resolution, &origin);
        // The table's own column tells values apart that are one on the target's.
        let is_coarse = self.losses[losses..].iter().any(|loss| loss.reason == Reason::LogsourceWidened);
        if self.refusals.len() == refusals && !is_coarse {
            return condition;
        }
        let Some(passed) = self.columns.passed(&subject) else { return condition };
        let (refused, other_losses) = (self.refusals.split_off(refusals), self.losses.split_off(losses));
        let found = self.place(plan, &passed, &Origin { form: passed.source.form, ..origin });
        if self.refusals.len() == refusals {
            return found;
        }
        self.refusals.truncate(refusals);
        self.refusals.extend(refused);
        self.losses.truncate(losses);
        self.losses.extend(other_losses);
        condition
    }

    /// Every text has the empty text in it; what a bag that is missing has in it, no page of the language says.
    fn note_empty_text(&mut self, test: &Test, subject: &Subject, span: Span, at: Position) {
        let is_empty = |value: &Scalar| matches!(value, Scalar::Text(found) if found.is_empty());
        let has_empty = || all_scalars(&test.operands).is_some_and(|values| values.iter().any(is_empty));
        if subject.ty == ScalarType::Dynamic && looks_for_text(test.op) && has_empty() {
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::NullSemantics, span, construct_of(test, span))
                    .says(format!(
                        "`{}` is tested for the empty text, which is not there where it is missing",
                        subject.name
                    ))
                    .assuming(Assumption::Present)
                    .under(at.is_negated),
            );
        }
    }

    fn fixed_test(&mut self, subject: &Expr, test: FieldTest, span: Span, at: Position) -> Condition {
        let Some(found) = self::subject(subject) else { return self.refuse_expression(subject, at) };
        let Some((resolution, _)) = self.columns.resolve(&found) else { return Condition::Constant(true) };
        let origin = Origin {
            span,
            construct: found.name.clone(),
            column: found.name,
            form: ValueForm::Ip,
            is_negated: at.is_negated,
            ..Origin::default()
        };
        self.place_test(test, &resolution, &origin)
    }

    fn note_regex(&mut self, test: &Test, origin: &Origin) {
        let Some(syntax) = self.style.regex else { return };
        let Some(ExprKind::Value(Value::String(pattern))) = test.operands.first().map(|operand| &operand.kind) else {
            return;
        };
        if regex::print(pattern, syntax).is_ok_and(|printed| printed.narrows_classes) {
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::ReDialect, origin.span, &*origin.construct)
                    .says("classes such as `\\d` and `\\w` hold ASCII characters only on the target")
                    .assuming(Assumption::Ascii)
                    .under(origin.is_negated),
            );
        }
    }

    /// The test for the report. Sigma's own words are in the rule, at the place.
    pub(super) fn construct(&self, test: &Test, span: Span) -> String {
        match &test.subject.kind {
            ExprKind::Field(field) if self.columns.from == Dialect::Sigma => field.name.clone(),
            _ => construct_of(test, span),
        }
    }

    /// Notes what cannot be said. In its place stands the constant with which the rule matches more.
    pub(super) fn refuse(&mut self, refusal: Refusal, at: Position) -> Condition {
        self.refusals.push(refusal);
        Condition::Constant(!at.is_negated)
    }
}

fn is_bool(expr: &Expr, value: bool) -> bool {
    matches!(expr.kind, ExprKind::Value(Value::Bool(found)) if found == value)
}

/// Whether the test looks for a part of the text of something that may be a whole array or bag.
fn may_be_bag(op: TestOp, subject: &Subject, resolution: &Resolution) -> bool {
    let is_below = subject.column_ty == ScalarType::Dynamic && resolution.assumptions.contains(&Assumption::ParseJson);
    let looks_inside = looks_for_part(op) || op == TestOp::Regex;
    is_below && looks_inside
}

/// Whether the test compares with something else than texts, numbers and truth values.
pub(super) fn needs_expression(test: &Test) -> bool {
    let is_plain = |operand: &Expr| matches!(operand.kind, ExprKind::Subquery(_)) || scalars(operand).is_some();
    !test.operands.iter().all(is_plain)
}

/// The test as an expression.
pub(super) fn test_expression(test: &Test, span: Span) -> Expr {
    Expr { kind: ExprKind::Test(Box::new(test.clone())), ty: ScalarType::Bool, span }
}

/// The test in KQL.
pub(super) fn construct_of(test: &Test, span: Span) -> String {
    print::expression(&test_expression(test, span))
}

fn is_true(subject: &Expr, value: bool) -> Test {
    let operand = Expr { kind: ExprKind::Value(Value::Bool(value)), ty: ScalarType::Bool, span: subject.span };
    Test { subject: subject.clone(), op: TestOp::Equal, operands: vec![operand], op_span: subject.span }
}

/// Whether the operator looks for a text anywhere in another.
fn looks_for_part(op: TestOp) -> bool {
    op.is_term_match() || matches!(op, TestOp::Contains | TestOp::ContainsCs)
}

/// Whether the operator is true of every text if it looks for the empty one.
fn looks_for_text(op: TestOp) -> bool {
    let is_of_end = matches!(op, TestOp::StartsWith | TestOp::StartsWithCs | TestOp::EndsWith | TestOp::EndsWithCs);
    looks_for_part(op) || is_of_end
}
