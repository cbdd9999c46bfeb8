//! Reads the operator and the operands of a test: what it asks of one column, in the terms of a condition.

use super::adapt::Style;
use super::condition::{Comparison, Condition, FieldTest, Number, Shape, TextTest};
use super::constant::{Scalar, all_scalars};
use super::reason::Reason;
use super::regex;
use super::term::Part;
use crate::ir::{Expr, ExprKind, Test, TestOp};
use crate::mapping::ValueForm;
use crate::schema::ScalarType;

/// The blocks of `ipv4_is_private`.
pub(super) const PRIVATE_BLOCKS: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// Tests of one column, not yet on a field of the target.
pub(super) enum Plan {
    Constant(bool),
    All(Vec<Plan>),
    Any(Vec<Plan>),
    Test(FieldTest),
}

impl Plan {
    /// The plan with every test on a field.
    pub(super) fn on(self, leaf: &impl Fn(FieldTest) -> Condition) -> Condition {
        match self {
            Self::Constant(value) => Condition::Constant(value),
            Self::All(parts) => Condition::all(parts.into_iter().map(|part| part.on(leaf)).collect()),
            Self::Any(parts) => Condition::any(parts.into_iter().map(|part| part.on(leaf)).collect()),
            Self::Test(test) => leaf(test),
        }
    }
}

/// Reads the operator and operands of a test.
pub(super) struct Reader<'a> {
    /// The test.
    pub(super) test: &'a Test,
    /// What the values of its column look like.
    pub(super) form: ValueForm,
    /// Type of its subject.
    pub(super) ty: ScalarType,
    /// What the target can write.
    pub(super) style: &'a Style,
}

/// What was read, or the reason and sentence of the refusal.
type Read<T> = Result<T, (Reason, String)>;

impl Reader<'_> {
    /// The tests that the operator stands for, or why it cannot be read.
    pub(super) fn read(&self) -> Read<Plan> {
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
            TestOp::Wildcard => self.text(Shape::Fits, false),
            TestOp::WildcardCs => self.text(Shape::Fits, true),
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
            None => {
                regex::check(pattern).map_err(|missing| {
                    (Reason::ReDialect, format!("Kusto's regular expressions do not take the pattern: {missing}"))
                })?;
                (pattern.clone(), true)
            }
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
