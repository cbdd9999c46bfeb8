//! Test: random predicates mean the same before and after translation, null and missing values included.

use std::sync::LazyLock;

use proptest::prelude::{BoxedStrategy, Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

use super::adapt::Style;
use super::condition::{Comparison, Condition, FieldTest, Number, Shape, TextTest};
use super::fold::fold;
use super::subject::{ColumnSet, Columns};
use super::term::Part;
use super::translate::{Known, Position, Translator};
use super::{Mode, Unmapped, regex};
use crate::ir::{Expr, ExprKind, Field, Test, TestOp};
use crate::mapping::{Dialect, Hub};
use crate::schema::{Origin, ScalarType, Value};
use crate::span::Span;

static HUB: LazyLock<Hub> = LazyLock::new(Hub::built_in);

/// An event: a text, empty if missing, and a number, null if missing.
#[derive(Debug, Clone)]
struct Event {
    line: String,
    id: Option<i64>,
}

fn expr(kind: ExprKind, ty: ScalarType) -> Expr {
    Expr { kind, ty, span: Span::default() }
}

fn test(column: &str, ty: ScalarType, op: TestOp, values: Vec<Value>) -> Expr {
    let field = Field { name: column.to_owned(), origin: Origin::Unknown, span: Span::default() };
    let subject = expr(ExprKind::Field(field), ty);
    let operands = values.into_iter().map(|value| expr(ExprKind::Value(value), ty)).collect();
    expr(ExprKind::Test(Box::new(Test { subject, op, operands, op_span: Span::default() })), ScalarType::Bool)
}

fn text_test() -> impl Strategy<Value = Expr> {
    let op = prop_oneof![
        Just(TestOp::Equal),
        Just(TestOp::EqualCi),
        Just(TestOp::Contains),
        Just(TestOp::ContainsCs),
        Just(TestOp::StartsWith),
        Just(TestOp::EndsWithCs),
        Just(TestOp::Has),
        Just(TestOp::HasCs),
        Just(TestOp::HasPrefix),
        Just(TestOp::HasSuffix),
        Just(TestOp::HasAny),
        Just(TestOp::HasAll),
        Just(TestOp::In),
        Just(TestOp::InCi),
        Just(TestOp::IsEmpty),
    ];
    (op, prop::collection::vec("[aA. ]{0,2}", 1..3)).prop_map(|(op, mut needles)| {
        match op {
            TestOp::In | TestOp::InCi | TestOp::HasAny | TestOp::HasAll => {}
            TestOp::IsEmpty => needles.clear(),
            _ => needles.truncate(1),
        }
        test("ProcessCommandLine", ScalarType::String, op, needles.into_iter().map(Value::String).collect())
    })
}

fn number_test() -> impl Strategy<Value = Expr> {
    let op = prop_oneof![
        Just(TestOp::Equal),
        Just(TestOp::In),
        Just(TestOp::Less),
        Just(TestOp::LessOrEqual),
        Just(TestOp::Greater),
        Just(TestOp::GreaterOrEqual),
        Just(TestOp::Between),
        Just(TestOp::IsNull),
    ];
    (op, 0..4_i64, 0..4_i64).prop_map(|(op, low, high)| {
        let values = match op {
            TestOp::Between | TestOp::In => vec![low, high],
            TestOp::IsNull => vec![],
            _ => vec![low],
        };
        test("ProcessId", ScalarType::Long, op, values.into_iter().map(Value::Integer).collect())
    })
}

fn predicate() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![text_test(), number_test()];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let parts = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            parts.clone().prop_map(|parts| expr(ExprKind::And(parts), ScalarType::Bool)),
            parts.prop_map(|parts| expr(ExprKind::Or(parts), ScalarType::Bool)),
            inner.clone().prop_map(|inner| expr(ExprKind::Not(Box::new(inner)), ScalarType::Bool)),
            (inner.clone(), inner.clone(), inner).prop_map(|(when, then, otherwise)| {
                let kind = ExprKind::Case { branches: vec![(when, then)], otherwise: Box::new(otherwise) };
                expr(kind, ScalarType::Bool)
            }),
        ]
    })
    .boxed()
}

/// KQL's answer: true, false or null.
fn kql(expr: &Expr, event: &Event) -> Option<bool> {
    match &expr.kind {
        ExprKind::And(parts) => {
            let values: Vec<_> = parts.iter().map(|part| kql(part, event)).collect();
            if values.contains(&Some(false)) {
                Some(false)
            } else {
                values.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
            }
        }
        ExprKind::Or(parts) => {
            let values: Vec<_> = parts.iter().map(|part| kql(part, event)).collect();
            if values.contains(&Some(true)) {
                Some(true)
            } else {
                values.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
            }
        }
        ExprKind::Not(inner) => kql(inner, event).map(|value| !value),
        ExprKind::Case { branches, otherwise } => {
            let taken = branches.iter().find(|(when, _)| kql(when, event) == Some(true));
            kql(taken.map_or(&**otherwise, |(_, then)| then), event)
        }
        ExprKind::Test(test) => kql_test(test, event),
        other => unreachable!("the strategies above make no {other:?}"),
    }
}

fn kql_test(test: &Test, event: &Event) -> Option<bool> {
    let texts: Vec<&str> = test
        .operands
        .iter()
        .filter_map(|operand| match &operand.kind {
            ExprKind::Value(Value::String(needle)) => Some(needle.as_str()),
            _ => None,
        })
        .collect();
    let numbers: Vec<i64> = test
        .operands
        .iter()
        .filter_map(|operand| match &operand.kind {
            ExprKind::Value(Value::Integer(number)) => Some(*number),
            _ => None,
        })
        .collect();
    if test.subject.ty == ScalarType::Long {
        return match (test.op, event.id) {
            (TestOp::IsNull, id) => Some(id.is_none()),
            (TestOp::Equal | TestOp::In, id) => Some(id.is_some_and(|id| numbers.contains(&id))),
            (TestOp::Between, id) => Some(id.is_some_and(|id| numbers[0] <= id && id <= numbers[1])),
            (TestOp::Less, id) => id.map(|id| id < numbers[0]),
            (TestOp::LessOrEqual, id) => id.map(|id| id <= numbers[0]),
            (TestOp::Greater, id) => id.map(|id| id > numbers[0]),
            (TestOp::GreaterOrEqual, id) => id.map(|id| id >= numbers[0]),
            (other, _) => unreachable!("the strategies above make no {other:?} on numbers"),
        };
    }
    let (value, folded) = (event.line.as_str(), event.line.to_lowercase());
    let lower = |needle: &str| needle.to_lowercase();
    Some(match test.op {
        TestOp::Equal | TestOp::In => texts.contains(&value),
        TestOp::EqualCi | TestOp::InCi => texts.iter().any(|needle| lower(needle) == folded),
        TestOp::Contains => folded.contains(&lower(texts[0])),
        TestOp::ContainsCs => value.contains(texts[0]),
        TestOp::StartsWith => folded.starts_with(&lower(texts[0])),
        TestOp::EndsWithCs => value.ends_with(texts[0]),
        TestOp::Has | TestOp::HasAny => texts.iter().any(|needle| has(&folded, &lower(needle), true, true)),
        TestOp::HasAll => texts.iter().all(|needle| has(&folded, &lower(needle), true, true)),
        TestOp::HasCs => has(value, texts[0], true, true),
        TestOp::HasPrefix => has(&folded, &lower(texts[0]), true, false),
        TestOp::HasSuffix => has(&folded, &lower(texts[0]), false, true),
        TestOp::IsEmpty => value.is_empty(),
        other => unreachable!("the strategies above make no {other:?} on texts"),
    })
}

fn has(value: &str, needle: &str, left: bool, right: bool) -> bool {
    let is_alphanumeric = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    needle.is_empty()
        || (0..value.len()).any(|at| {
            let (before, rest) = value.split_at(at);
            rest.strip_prefix(needle).is_some_and(|after| {
                let is_free_left =
                    !left || !is_alphanumeric(needle.chars().next()) || !is_alphanumeric(before.chars().next_back());
                let is_free_right =
                    !right || !is_alphanumeric(needle.chars().next_back()) || !is_alphanumeric(after.chars().next());
                is_free_left && is_free_right
            })
        })
}

/// The target's answer: a test of a missing field is false.
fn target(condition: &Condition, event: &Event) -> bool {
    match condition {
        Condition::Constant(value) => *value,
        Condition::All(parts) => parts.iter().all(|part| target(part, event)),
        Condition::Any(parts) => parts.iter().any(|part| target(part, event)),
        Condition::Not(inner) => !target(inner, event),
        Condition::Match(found) => match &found.test {
            FieldTest::Text(text) => target_text(text, &event.line),
            FieldTest::Regex { pattern, is_case_sensitive } => {
                let flag = if *is_case_sensitive { "" } else { "(?i)" };
                !event.line.is_empty()
                    && ::regex::Regex::new(&format!("{flag}{pattern}")).is_ok_and(|found| found.is_match(&event.line))
            }
            FieldTest::Number(comparison, Number::Integer(wanted)) => event.id.is_some_and(|id| match comparison {
                Comparison::Equal => id == *wanted,
                Comparison::Less => id < *wanted,
                Comparison::LessOrEqual => id <= *wanted,
                Comparison::Greater => id > *wanted,
                Comparison::GreaterOrEqual => id >= *wanted,
            }),
            FieldTest::Empty => event.line.is_empty(),
            FieldTest::Missing => event.id.is_none(),
            other => unreachable!("the predicates above need no {other:?}"),
        },
    }
}

fn target_text(text: &TextTest, value: &str) -> bool {
    assert_eq!(text.part, Part::Everything);
    let fold = |part: &str| if text.is_case_sensitive { part.to_owned() } else { part.to_lowercase() };
    let value = fold(value);
    !value.is_empty()
        && text.needles.iter().map(|needle| fold(needle)).any(|needle| match text.shape {
            Shape::Whole => value == needle,
            Shape::Contains => value.contains(&needle),
            Shape::StartsWith => value.starts_with(&needle),
            Shape::EndsWith => value.ends_with(&needle),
            Shape::Fits => unreachable!("KQL has no patterns with wildcards"),
            Shape::Term { .. } => unreachable!("the exact mode writes term matches as regular expressions"),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn exact_conversions_keep_the_same_events(
        predicate in predicate(),
        events in prop::collection::vec(("[aA. ]{0,4}", any::<bool>(), 0..4_i64), 8),
    ) {
        let style = Style {
            mode: Mode::Exact,
            is_kql: false,
            keeps_case: true,
            regex: Some(regex::Syntax::Portable),
            separator: '\\',
            compute: None,
            time_field: None,
            spell: |_| String::new(),
        };
        let mut translator = Translator {
            columns: Columns {
                hub: &HUB,
                log_source: "process_creation.windows",
                from: Dialect::Xdr,
                to: &[Dialect::Sigma],
                native_prefix: "",
                element: "",
                shape: ColumnSet::Listed,
            },
            style: &style,
            unmapped: Unmapped::Error,
            losses: Vec::new(),
            refusals: Vec::new(),
            widens: false,
            known: Known::new(),
        };
        let condition = translator.condition(&fold(&predicate), Position::TOP);
        if translator.refusals.is_empty() {
            for (line, has_id, id) in events {
                let event = Event { line, id: has_id.then_some(id) };
                assert_eq!(kql(&predicate, &event) == Some(true), target(&condition, &event), "{event:?} {condition:?}");
            }
        }
    }
}
