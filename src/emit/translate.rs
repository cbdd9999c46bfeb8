//! A predicate over columns of the source as a [`Condition`] over fields of the target.
//!
//! KQL's three-valued logic ends here: a negation of a test that can be null is pushed inside until it stands at a
//! test, and is then written so that rows without a value stay out, as KQL leaves them out.

use std::collections::HashMap;

use super::adapt::{Style, adapt};
use super::condition::{Condition, FieldTest, Match, Origin};
use super::constant::scalars;
use super::fold::{may_be_null, or_false};
use super::forms::Forms;
use super::kql::print;
use super::loss::{Loss, LossClass, Refusal};
use super::reader::{Plan, Reader};
use super::reason::Reason;
use super::subject::{Columns, Subject, subject};
use super::{Unmapped, regex};
use crate::ir::{Expr, ExprKind, Field, Test, TestOp};
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

    fn negated(self) -> Self {
        Self { is_negated: !self.is_negated, neutral: !self.neutral }
    }
}

impl Translator<'_> {
    /// The condition of a predicate.
    pub(super) fn condition(&mut self, expr: &Expr, at: Position) -> Condition {
        match &expr.kind {
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
                self.refusals.push(Refusal::new(expr.span, Reason::NullSemantics, construct, message));
                return Condition::Constant(true);
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
        let Some(subject) = subject(&test.subject) else { return self.computed_test(test, span, at) };
        let Some((resolution, is_any_element)) = self.resolve(&subject) else {
            return if subject.column.is_none() {
                self.computed_test(test, span, at)
            } else {
                self.unmapped(&subject, test, span, at)
            };
        };
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
            Err((reason, message)) => return self.refuse(span, reason, construct, message),
        };
        let origin = Origin {
            span,
            construct,
            column: subject.name,
            form: resolution.source.form,
            is_negated: at.is_negated,
            ..Origin::default()
        };
        if matches!(test.op, TestOp::Regex) {
            self.note_regex(test, &origin);
        }
        self.place(plan, &resolution, &origin)
    }

    /// Puts tests on the target's column, in the form that it holds.
    fn place(&mut self, plan: Plan, resolution: &Resolution, origin: &Origin) -> Condition {
        match plan {
            Plan::Constant(value) => Condition::Constant(value),
            Plan::All(parts) => {
                Condition::all(parts.into_iter().map(|part| self.place(part, resolution, origin)).collect())
            }
            Plan::Any(parts) => {
                Condition::any(parts.into_iter().map(|part| self.place(part, resolution, origin)).collect())
            }
            Plan::Test(test) => self.place_test(test, resolution, origin),
        }
    }

    pub(super) fn place_test(&mut self, test: FieldTest, resolution: &Resolution, origin: &Origin) -> Condition {
        let test = match self.translated_values(test, resolution, origin) {
            Ok(test) => test,
            Err(message) => return self.refuse(origin.span, Reason::ValueForm, origin.construct.clone(), message),
        };
        let of_event = self.columns.from == Dialect::Sigma;
        let test = match test {
            // In KQL no text is null, so that only `isempty` is true for what is missing, whatever the type.
            FieldTest::Missing if of_event && self.style.is_kql => FieldTest::Empty,
            test => test,
        };
        let leaf = |test: FieldTest| {
            let on = |name: &String| {
                Condition::Match(Match { field: name.clone(), test: test.clone(), origin: origin.clone() })
            };
            let parts: Vec<Condition> = resolution.target.spellings().iter().map(on).collect();
            // A value is missing only where every spelling of the field is missing.
            if matches!(test, FieldTest::Empty | FieldTest::Missing) {
                Condition::all(parts)
            } else {
                Condition::any(parts)
            }
        };
        let is_empty_test = matches!(test, FieldTest::Empty | FieldTest::Missing);
        let on = |field: &str, test: FieldTest| {
            Condition::Match(Match { field: field.to_owned(), test, origin: origin.clone() })
        };
        let forms = Forms {
            hub: self.columns.hub,
            from: resolution.source.form,
            to: resolution.target.form,
            prefix: resolution.prefix.as_deref(),
            separator: self.style.separator,
            leaf: &leaf,
            on: &on,
            target: &resolution.target,
            is_event_to_kql: of_event && self.style.is_kql,
        };
        let (condition, assumptions) = match forms.rewrite(test) {
            Ok(rewritten) => rewritten,
            Err(message) => return self.refuse(origin.span, Reason::ValueForm, origin.construct.clone(), message),
        };
        let condition = self.adapted(condition);
        self.note_assumptions(resolution, assumptions, origin);
        if is_empty_test && self.style.is_kql == of_event {
            let which = if of_event {
                "Sigma tells missing from empty; KQL does not"
            } else {
                "KQL does not tell missing from empty; the target may"
            };
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::NullSemantics, origin.span, &*origin.construct)
                    .says(which)
                    .assuming(Assumption::Present)
                    .under(origin.is_negated),
            );
        }
        condition
    }

    pub(super) fn adapted(&mut self, condition: Condition) -> Condition {
        let (style, losses) = (self.style, &mut self.losses);
        condition.map(&mut |found| adapt(found, style, losses))
    }

    pub(super) fn note_assumptions(&mut self, resolution: &Resolution, of_forms: Vec<Assumption>, origin: &Origin) {
        let target = resolution.target.spellings().join("`, `");
        for assumption in of_forms.into_iter().chain(resolution.assumptions.iter().copied()) {
            let loss = Loss::new(LossClass::Assumption, Reason::FieldAssumption, origin.span, &*origin.construct)
                .says(format!("`{}` is tested on `{target}`", origin.column))
                .assuming(assumption)
                .under(origin.is_negated);
            if !self.losses.contains(&loss) {
                self.losses.push(loss);
            }
        }
        if resolution.dialect == Dialect::SigmaUnofficial {
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::FieldUnofficial, origin.span, &*origin.construct)
                    .says(format!("`{target}` is used in Sigma rules but is not in the taxonomy of this log source"))
                    .assuming(Assumption::Sensor)
                    .under(origin.is_negated),
            );
        }
    }

    fn comparison(&mut self, test: &Test, left: &Resolution, other: &Field, span: Span, at: Position) -> Condition {
        let construct = construct_of(test, span);
        let other = Expr { kind: ExprKind::Field(other.clone()), ty: test.operands[0].ty, span: other.span };
        let Some(other) = subject(&other) else { return self.refuse_expression(&test.subject) };
        let Some((right, _)) = self.columns.resolve(&other) else { return self.unmapped(&other, test, span, at) };
        let are_alike = left.source.form == right.source.form
            && left.target.form == right.target.form
            && left.source.form == left.target.form;
        let ([field], [other_field]) = (left.target.names.as_slice(), right.target.names.as_slice()) else {
            let message = "one of the compared columns has several names on the target";
            return self.refuse(span, Reason::FieldComparison, construct, message.to_owned());
        };
        if !are_alike {
            let message = "the compared columns hold different forms on the target";
            return self.refuse(span, Reason::FieldComparison, construct, message.to_owned());
        }
        // Sigma compares fields without regard to case in every mode.
        let keeps_case = self.style.keeps_case && self.style.regex != Some(regex::Syntax::Portable);
        let is_case_sensitive = test.op.is_case_sensitive() && keeps_case;
        let origin = Origin {
            span,
            construct,
            column: test_column(test),
            form: left.source.form,
            is_negated: at.is_negated,
            ..Origin::default()
        };
        if test.op.is_case_sensitive() && !keeps_case {
            self.losses.push(
                Loss::new(LossClass::Over, Reason::CaseLost, span, &*origin.construct)
                    .says("the case-sensitive comparison is written without regard to case")
                    .assuming(Assumption::Case)
                    .under(at.is_negated),
            );
        }
        if !self.style.is_kql {
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::NullSemantics, span, &*origin.construct)
                    .says("two empty columns are equal in KQL, two missing fields are not on the target")
                    .assuming(Assumption::Present)
                    .under(at.is_negated),
            );
        }
        let test = FieldTest::SameAs { field: other_field.clone(), is_case_sensitive };
        Condition::Match(Match { field: field.clone(), test, origin })
    }

    fn fixed_test(&mut self, subject: &Expr, test: FieldTest, span: Span, at: Position) -> Condition {
        let Some(found) = self::subject(subject) else { return self.refuse_expression(subject) };
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

    pub(super) fn refuse(&mut self, span: Span, reason: Reason, construct: String, message: String) -> Condition {
        self.refusals.push(Refusal::new(span, reason, construct, message));
        Condition::Constant(true)
    }
}

/// Whether the test looks for a part of the text of something that may be a whole array or bag.
fn may_be_bag(op: TestOp, subject: &Subject, resolution: &Resolution) -> bool {
    let is_below = subject.column_ty == ScalarType::Dynamic && resolution.assumptions.contains(&Assumption::ParseJson);
    let looks_inside = matches!(
        op,
        TestOp::Has
            | TestOp::HasCs
            | TestOp::HasAny
            | TestOp::HasAll
            | TestOp::HasPrefix
            | TestOp::HasPrefixCs
            | TestOp::HasSuffix
            | TestOp::HasSuffixCs
            | TestOp::Contains
            | TestOp::ContainsCs
            | TestOp::Regex
    );
    is_below && looks_inside
}

/// Whether the test compares with something else than texts, numbers and truth values.
pub(super) fn needs_expression(test: &Test) -> bool {
    let is_plain = |operand: &Expr| matches!(operand.kind, ExprKind::Subquery(_)) || scalars(operand).is_some();
    !test.operands.iter().all(is_plain)
}

pub(super) fn test_expression(test: &Test, span: Span) -> Expr {
    Expr { kind: ExprKind::Test(Box::new(test.clone())), ty: ScalarType::Bool, span }
}

fn test_column(test: &Test) -> String {
    match &test.subject.kind {
        ExprKind::Field(field) => field.name.clone(),
        _ => String::new(),
    }
}

/// The test in KQL.
pub(super) fn construct_of(test: &Test, span: Span) -> String {
    print::expression(&test_expression(test, span))
}

fn is_true(subject: &Expr, value: bool) -> Test {
    let operand = Expr { kind: ExprKind::Value(Value::Bool(value)), ty: ScalarType::Bool, span: subject.span };
    Test { subject: subject.clone(), op: TestOp::Equal, operands: vec![operand], op_span: subject.span }
}
