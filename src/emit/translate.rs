//! A predicate over columns of the source as a [`Condition`] over fields of the target.
//!
//! KQL's three-valued logic ends here: a negation of a test that can be null is pushed inside until it stands at a
//! test, and is then written so that rows without a value stay out, as KQL leaves them out.

use super::adapt::{Style, adapt};
use super::condition::{Comparison, Condition, FieldTest, Match, Number, Origin, Shape, TextTest};
use super::constant::{Scalar, all_scalars};
use super::fold::may_be_null;
use super::forms::Forms;
use super::kql::print;
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use super::term::Part;
use super::{Unmapped, regex};
use crate::ir::{Expr, ExprKind, Field, Test, TestOp};
use crate::mapping::{Assumption, Dialect, Hub, Resolution, ValueForm};
use crate::schema::{ScalarType, Value};
use crate::span::Span;

/// The blocks of `ipv4_is_private`.
const PRIVATE_BLOCKS: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// The text of an IPv4 address.
const IPV4: &str = "^[0-9]{1,3}([.][0-9]{1,3}){3}$";

/// Turns predicates into conditions; collects losses and refusals.
pub(super) struct Translator<'a> {
    /// The mappings.
    pub(super) hub: &'a Hub,
    /// Id of the log source.
    pub(super) log_source: &'a str,
    /// Dialect of the source's columns.
    pub(super) from: Dialect,
    /// Dialects of the target, preferred first.
    pub(super) to: &'a [Dialect],
    /// What the target can write.
    pub(super) style: &'a Style,
    /// What to do with columns that the target lacks.
    pub(super) unmapped: Unmapped,
    /// What differs.
    pub(super) losses: Vec<Loss>,
    /// What stands in the way.
    pub(super) refusals: Vec<Refusal>,
}

/// Where a predicate stands.
#[derive(Clone, Copy)]
pub(super) struct Position {
    /// Whether the number of negations around it is odd.
    is_negated: bool,
    /// What it is replaced by so that it is as if it had never been there: true in a conjunction, false among
    /// alternatives, the opposite inside a negation.
    neutral: bool,
}

impl Position {
    /// A conjunct of the whole rule.
    pub(super) const TOP: Self = Self { is_negated: false, neutral: true };

    fn negated(self) -> Self {
        Self { is_negated: !self.is_negated, neutral: !self.neutral }
    }
}

impl<'a> Translator<'a> {
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
            | ExprKind::Opaque(_) => self.refuse_expression(expr),
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
            | ExprKind::Opaque(_) => self.refuse_expression(expr),
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

    fn refuse_expression(&mut self, expr: &Expr) -> Condition {
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
        self.refusals.push(refusal);
        Condition::Constant(true)
    }

    fn test(&mut self, test: &Test, span: Span, at: Position) -> Condition {
        let ExprKind::Field(field) = &test.subject.kind else { return self.refuse_expression(&test.subject) };
        let Some(resolution) = self.resolve(field) else { return self.unmapped(field, test, span, at) };
        if let [operand] = test.operands.as_slice() {
            if let (ExprKind::Field(other), TestOp::Equal | TestOp::EqualCi) = (&operand.kind, test.op) {
                return self.comparison(test, &resolution, other, span, at);
            }
        }
        let construct = construct_of(test, span);
        let mut reader = Reader { test, form: resolution.source.form, ty: test.subject.ty, style: self.style };
        let plan = match reader.read() {
            Ok(plan) => plan,
            Err((reason, message)) => return self.refuse(span, reason, construct, message),
        };
        let origin = Origin {
            span,
            construct,
            column: field.name.clone(),
            form: resolution.source.form,
            is_negated: at.is_negated,
            needles: Vec::new(),
        };
        if matches!(test.op, TestOp::Regex) {
            self.note_regex(test, &origin);
        }
        self.place(plan, &resolution, &origin)
    }

    /// Puts tests on the target's column, in the form that it holds.
    fn place(&mut self, plan: Plan, resolution: &Resolution<'_>, origin: &Origin) -> Condition {
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

    fn place_test(&mut self, test: FieldTest, resolution: &Resolution<'_>, origin: &Origin) -> Condition {
        let test = match self.translated_values(test, resolution, origin) {
            Ok(test) => test,
            Err(message) => return self.refuse(origin.span, Reason::ValueForm, origin.construct.clone(), message),
        };
        let leaf = |test: FieldTest| {
            let on = |name: &String| {
                Condition::Match(Match { field: name.clone(), test: test.clone(), origin: origin.clone() })
            };
            let parts: Vec<Condition> = resolution.target.names.iter().map(on).collect();
            // A value is missing only where every spelling of the field is missing.
            if matches!(test, FieldTest::Empty | FieldTest::Missing) {
                Condition::all(parts)
            } else {
                Condition::any(parts)
            }
        };
        let is_empty_test = matches!(test, FieldTest::Empty | FieldTest::Missing);
        let forms = Forms {
            hub: self.hub,
            from: resolution.source.form,
            to: resolution.target.form,
            prefix: resolution.concept.prefix.as_deref(),
            separator: self.style.separator,
            leaf: &leaf,
        };
        let (condition, assumptions) = match forms.rewrite(test) {
            Ok(rewritten) => rewritten,
            Err(message) => return self.refuse(origin.span, Reason::ValueForm, origin.construct.clone(), message),
        };
        let condition = self.adapted(condition);
        self.note_assumptions(resolution, assumptions, origin);
        if is_empty_test && !self.style.is_kql {
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::NullSemantics, origin.span, &*origin.construct)
                    .says("KQL does not tell missing from empty; the target may")
                    .assuming(Assumption::Present)
                    .under(origin.is_negated),
            );
        }
        condition
    }

    fn adapted(&mut self, condition: Condition) -> Condition {
        let (style, losses) = (self.style, &mut self.losses);
        condition.map(&mut |found| adapt(found, style, losses))
    }

    fn note_assumptions(&mut self, resolution: &Resolution<'_>, of_forms: Vec<Assumption>, origin: &Origin) {
        let target = resolution.target.names.join("`, `");
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

    /// The test with the texts of the source's column replaced by those of the target's.
    fn translated_values(
        &mut self,
        test: FieldTest,
        resolution: &Resolution<'_>,
        origin: &Origin,
    ) -> Result<FieldTest, String> {
        let (from, to) = (&resolution.source.values, &resolution.target.values);
        let FieldTest::Text(text) = test else { return Ok(test) };
        if from.is_empty() && to.is_empty() {
            return Ok(FieldTest::Text(text));
        }
        if text.shape != Shape::Whole {
            return Err("only whole values can be rewritten to the target's values".to_owned());
        }
        let mut needles = Vec::new();
        for needle in &text.needles {
            let meaning = if from.is_empty() { Some(needle) } else { lookup(from, needle, |(value, _)| value) };
            let translated = meaning.and_then(|meaning| {
                if to.is_empty() { Some(meaning) } else { to.iter().find(|row| row.1 == *meaning).map(|row| &row.0) }
            });
            let translated =
                translated.ok_or_else(|| format!("the value `{needle}` has no counterpart on the target"))?;
            if !needles.contains(translated) {
                needles.push(translated.clone());
            }
        }
        let covers = |row: &(String, String)| text.needles.iter().any(|needle| needle.eq_ignore_ascii_case(&row.0));
        let meanings: Vec<&String> = from.iter().filter(|row| covers(row)).map(|row| &row.1).collect();
        if from.iter().any(|row| meanings.contains(&&row.1) && !covers(row)) {
            self.losses.push(
                Loss::new(LossClass::Over, Reason::LogsourceWidened, origin.span, &*origin.construct)
                    .says(format!("the target does not tell the values of `{}` apart as finely", origin.column))
                    .under(origin.is_negated),
            );
        }
        // The target's own texts are written as it documents them; their case carries nothing.
        Ok(FieldTest::Text(TextTest { needles, is_case_sensitive: false, ..text }))
    }

    fn comparison(&mut self, test: &Test, left: &Resolution<'_>, other: &Field, span: Span, at: Position) -> Condition {
        let construct = construct_of(test, span);
        let Some(right) = self.resolve(other) else { return self.unmapped(other, test, span, at) };
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
            needles: Vec::new(),
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
        let ExprKind::Field(field) = &subject.kind else { return self.refuse_expression(subject) };
        let Some(resolution) = self.resolve(field) else { return Condition::Constant(true) };
        let origin = Origin {
            span,
            construct: field.name.clone(),
            column: field.name.clone(),
            form: ValueForm::Ip,
            is_negated: at.is_negated,
            needles: Vec::new(),
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

    fn resolve(&self, field: &Field) -> Option<Resolution<'a>> {
        self.hub.resolve(self.log_source, self.from, source_column(field), self.to)
    }

    fn unmapped(&mut self, field: &Field, test: &Test, span: Span, at: Position) -> Condition {
        let column = source_column(field).to_owned();
        let construct = construct_of(test, span);
        let message = format!("the column `{column}` has no counterpart for `{}` on the target", self.log_source);
        let mut loss = Loss::new(LossClass::NotExpressible, Reason::FieldUnmapped, span, construct.clone());
        match self.unmapped {
            Unmapped::Error => {
                let refusal = Refusal::new(field.span, Reason::FieldUnmapped, construct, message)
                    .suggest(format!("map `{column}` in a mapping file, or drop the test with `--unmapped drop`"));
                self.refusals.push(refusal);
                Condition::Constant(true)
            }
            Unmapped::Drop => {
                // One conjunct fewer is wider, one alternative fewer is narrower.
                let effect = if at.neutral { LossClass::Over } else { LossClass::Under };
                loss.rule_class = if at.is_negated { effect.negated() } else { effect };
                loss.is_negated = at.is_negated;
                self.losses.push(loss.says(format!("{message}; the test is left out")));
                Condition::Constant(at.neutral)
            }
            Unmapped::Keep => {
                let mut reader = Reader { test, form: ValueForm::Text, ty: test.subject.ty, style: self.style };
                let plan = match reader.read() {
                    Ok(plan) => plan,
                    Err((reason, message)) => return self.refuse(span, reason, construct, message),
                };
                self.losses.push(loss.says(format!("{message}; the name is kept")).under(at.is_negated));
                let origin = Origin {
                    span,
                    construct,
                    column: column.clone(),
                    form: ValueForm::Text,
                    is_negated: at.is_negated,
                    needles: Vec::new(),
                };
                let kept =
                    plan.on(&|test| Condition::Match(Match { field: column.clone(), test, origin: origin.clone() }));
                self.adapted(kept)
            }
        }
    }

    fn refuse(&mut self, span: Span, reason: Reason, construct: String, message: String) -> Condition {
        self.refusals.push(Refusal::new(span, reason, construct, message));
        Condition::Constant(true)
    }
}

fn lookup<'a>(
    rows: &'a [(String, String)],
    value: &str,
    key: impl Fn(&'a (String, String)) -> &'a String,
) -> Option<&'a String> {
    rows.iter().find(|row| key(row).eq_ignore_ascii_case(value)).map(|row| &row.1)
}

/// The column of the source's table.
pub(super) fn source_column(field: &Field) -> &str {
    field.table_column().map_or(field.name.as_str(), |(_, column)| column)
}

fn test_column(test: &Test) -> String {
    match &test.subject.kind {
        ExprKind::Field(field) => field.name.clone(),
        _ => String::new(),
    }
}

fn construct_of(test: &Test, span: Span) -> String {
    print::expression(&Expr { kind: ExprKind::Test(Box::new(test.clone())), ty: ScalarType::Bool, span })
}

fn is_true(subject: &Expr, value: bool) -> Test {
    let operand = Expr { kind: ExprKind::Value(Value::Bool(value)), ty: ScalarType::Bool, span: subject.span };
    Test { subject: subject.clone(), op: TestOp::Equal, operands: vec![operand], op_span: subject.span }
}

/// Tests of one column, not yet on a field of the target.
enum Plan {
    Constant(bool),
    All(Vec<Plan>),
    Any(Vec<Plan>),
    Test(FieldTest),
}

impl Plan {
    fn on(self, leaf: &impl Fn(FieldTest) -> Condition) -> Condition {
        match self {
            Self::Constant(value) => Condition::Constant(value),
            Self::All(parts) => Condition::all(parts.into_iter().map(|part| part.on(leaf)).collect()),
            Self::Any(parts) => Condition::any(parts.into_iter().map(|part| part.on(leaf)).collect()),
            Self::Test(test) => leaf(test),
        }
    }
}

/// Reads the operator and operands of a test.
struct Reader<'a> {
    test: &'a Test,
    form: ValueForm,
    ty: ScalarType,
    style: &'a Style,
}

type Read<T> = Result<T, (Reason, String)>;

impl Reader<'_> {
    fn read(&mut self) -> Read<Plan> {
        let term = |left, right| Shape::Term { left, right };
        match self.test.op {
            TestOp::Equal | TestOp::In => self.equality(true),
            TestOp::EqualCi | TestOp::InCi => self.equality(false),
            TestOp::Contains => self.text(Shape::Contains, false),
            TestOp::ContainsCs => self.text(Shape::Contains, true),
            TestOp::StartsWith => self.text(Shape::StartsWith, false),
            TestOp::StartsWithCs => self.text(Shape::StartsWith, true),
            TestOp::EndsWith => self.text(Shape::EndsWith, false),
            TestOp::EndsWithCs => self.text(Shape::EndsWith, true),
            TestOp::Has | TestOp::HasAny => self.text(term(true, true), false),
            TestOp::HasCs => self.text(term(true, true), true),
            TestOp::HasPrefix => self.text(term(true, false), false),
            TestOp::HasPrefixCs => self.text(term(true, false), true),
            TestOp::HasSuffix => self.text(term(false, true), false),
            TestOp::HasSuffixCs => self.text(term(false, true), true),
            TestOp::HasAll => self.every_term(),
            TestOp::Regex => self.regex(),
            TestOp::Less => self.order(Comparison::Less),
            TestOp::LessOrEqual => self.order(Comparison::LessOrEqual),
            TestOp::Greater => self.order(Comparison::Greater),
            TestOp::GreaterOrEqual => self.order(Comparison::GreaterOrEqual),
            TestOp::Between => self.between(),
            TestOp::IsEmpty => Ok(Plan::Test(FieldTest::Empty)),
            // A string is never null.
            TestOp::IsNull if self.ty == ScalarType::String => Ok(Plan::Constant(false)),
            TestOp::IsNull => Ok(Plan::Test(FieldTest::Missing)),
            TestOp::Ipv4InRange | TestOp::Ipv6InRange => Ok(Plan::Test(FieldTest::Network(self.texts()?))),
            TestOp::Ipv4IsPrivate => {
                Ok(Plan::Test(FieldTest::Network(PRIVATE_BLOCKS.iter().map(|&block| block.to_owned()).collect())))
            }
        }
    }

    fn values(&self) -> Read<Vec<Scalar>> {
        let has_query = |operand: &Expr| matches!(operand.kind, ExprKind::Subquery(_));
        if self.test.operands.iter().any(has_query) {
            let message = "a list that comes from another query cannot be converted".to_owned();
            return Err((Reason::Subquery, message));
        }
        all_scalars(&self.test.operands)
            .ok_or_else(|| (Reason::ComputedField, "the test compares with a value that is not constant".to_owned()))
    }

    fn texts(&self) -> Read<Vec<String>> {
        Ok(self.values()?.iter().map(Scalar::text).collect())
    }

    fn equality(&self, is_case_sensitive: bool) -> Read<Plan> {
        let is_number = self.form == ValueForm::Int;
        let (mut plans, mut needles) = (Vec::new(), Vec::new());
        for value in self.values()? {
            match value {
                Scalar::Number(number) if is_number => plans.push(equal(number)),
                Scalar::Number(number) => needles.push(number.to_string()),
                Scalar::Bool(value) => plans.push(Plan::Test(FieldTest::Text(whole(vec![value.to_string()], false)))),
                Scalar::Text(text) if is_number => match text.parse() {
                    Ok(number) => plans.push(equal(Number::Integer(number))),
                    Err(_) => return Err((Reason::NeverTrue, format!("a number never equals the text `{text}`"))),
                },
                Scalar::Text(text) if text.is_empty() => plans.push(Plan::Test(FieldTest::Empty)),
                Scalar::Text(text) => needles.push(text),
            }
        }
        dedup(&mut needles, is_case_sensitive);
        if !needles.is_empty() {
            plans.insert(0, Plan::Test(FieldTest::Text(whole(needles, is_case_sensitive))));
        }
        Ok(Plan::Any(plans))
    }

    fn text(&self, shape: Shape, is_case_sensitive: bool) -> Read<Plan> {
        let mut needles = self.texts()?;
        if needles.iter().any(String::is_empty) {
            return Ok(Plan::Constant(true));
        }
        if needles.is_empty() {
            return Ok(Plan::Constant(false));
        }
        dedup(&mut needles, is_case_sensitive);
        Ok(Plan::Test(FieldTest::Text(TextTest { shape, part: Part::Everything, needles, is_case_sensitive })))
    }

    fn every_term(&self) -> Read<Plan> {
        let mut needles = self.texts()?;
        needles.retain(|needle| !needle.is_empty());
        dedup(&mut needles, false);
        let shape = Shape::Term { left: true, right: true };
        let one = |needle| TextTest { shape, part: Part::Everything, needles: vec![needle], is_case_sensitive: false };
        Ok(Plan::All(needles.into_iter().map(|needle| Plan::Test(FieldTest::Text(one(needle)))).collect()))
    }

    fn regex(&self) -> Read<Plan> {
        let texts = self.texts()?;
        let [pattern] = texts.as_slice() else {
            return Err((Reason::ComputedField, "the pattern is not constant".to_owned()));
        };
        let (pattern, is_case_sensitive) = match self.style.regex {
            None => (pattern.clone(), true),
            Some(syntax) => {
                let printed = regex::print(pattern, syntax).map_err(|missing| {
                    (Reason::ReDialect, format!("the target's regular expressions lack {missing}"))
                })?;
                (printed.pattern, printed.is_case_sensitive)
            }
        };
        Ok(Plan::Test(FieldTest::Regex { pattern, is_case_sensitive }))
    }

    fn numbers(&self) -> Read<Vec<Number>> {
        let number = |value: &Scalar| match value {
            Scalar::Number(number) => Some(*number),
            Scalar::Text(_) | Scalar::Bool(_) => None,
        };
        let numbers: Option<Vec<Number>> = self.values()?.iter().map(number).collect();
        numbers.ok_or_else(|| (Reason::ComputedField, "only numbers can be compared by size".to_owned()))
    }

    fn order(&self, comparison: Comparison) -> Read<Plan> {
        match self.numbers()?.as_slice() {
            [number] => Ok(Plan::Test(FieldTest::Number(comparison, *number))),
            _ => Err((Reason::ComputedField, "the comparison has no single number".to_owned())),
        }
    }

    fn between(&self) -> Read<Plan> {
        match self.numbers()?.as_slice() {
            [low, high] => Ok(Plan::All(vec![
                Plan::Test(FieldTest::Number(Comparison::GreaterOrEqual, *low)),
                Plan::Test(FieldTest::Number(Comparison::LessOrEqual, *high)),
            ])),
            _ => Err((Reason::ComputedField, "the range has no two numbers".to_owned())),
        }
    }
}

fn equal(number: Number) -> Plan {
    Plan::Test(FieldTest::Number(Comparison::Equal, number))
}

fn whole(needles: Vec<String>, is_case_sensitive: bool) -> TextTest {
    TextTest { shape: Shape::Whole, part: Part::Everything, needles, is_case_sensitive }
}

/// Removes needles that are repeated, in any case unless case matters.
fn dedup(needles: &mut Vec<String>, is_case_sensitive: bool) {
    let mut seen = std::collections::HashSet::new();
    needles.retain(|needle| seen.insert(if is_case_sensitive { needle.clone() } else { needle.to_lowercase() }));
}
