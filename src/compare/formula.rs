//! Conditions as and, or and atoms: negations pushed down to the tests, lists taken apart.
//!
//! Pushing a negation down is exact in Kusto's three-valued logic, since a filter keeps only what is true.

use super::canonical::{Reader, constant};
use super::flow::Flow;
use crate::ir::{Expr, ExprKind, Test, TestOp};
use crate::schema::Value;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Formula {
    /// Every one holds; nothing to hold is true.
    All(Vec<Formula>),
    /// One holds; none to hold is false.
    Any(Vec<Formula>),
    /// A test, or its negation.
    Atom(Atom),
}

/// One test.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Atom {
    /// Whether the test must be false (not null).
    pub(super) is_negated: bool,
    /// The test.
    pub(super) kind: AtomKind,
}

/// What is tested.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum AtomKind {
    /// A value against a constant.
    Test {
        /// The value.
        subject: String,
        /// How.
        op: TestOp,
        /// With what.
        operand: Operand,
    },
    /// Whether other rows have these keys.
    Exists {
        /// How the keys are compared.
        keys: String,
        /// The other rows.
        rows: Box<Flow>,
    },
    /// Anything else that is true or false.
    Truth(String),
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// A text.
    Text(String),
    /// A point on a line, and which line: numbers, lengths of time, time before now.
    Point(Line, f64),
    /// Nothing: `isempty`.
    Nothing,
    /// Anything else.
    Other(String),
}

/// What points can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Numbers.
    Number,
    /// Lengths of time.
    Length,
    /// Times relative to now.
    Now,
}

/// Largest whole number whose neighbours a floating point number still tells apart.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Formula {
    /// A condition, or its negation.
    pub(super) fn of(expr: &Expr, is_negated: bool, reader: Reader<'_>) -> Self {
        let parts = |operands: &[Expr]| operands.iter().map(|part| Self::of(part, is_negated, reader)).collect();
        match &expr.kind {
            ExprKind::And(operands) if is_negated => Self::Any(parts(operands)),
            ExprKind::And(operands) => Self::All(parts(operands)),
            ExprKind::Or(operands) if is_negated => Self::All(parts(operands)),
            ExprKind::Or(operands) => Self::Any(parts(operands)),
            ExprKind::Not(inner) => Self::of(inner, !is_negated, reader),
            ExprKind::Value(Value::Bool(value)) => Self::constant(*value != is_negated),
            ExprKind::Test(test) => Self::of_test(test, is_negated, reader),
            ExprKind::Field(_)
            | ExprKind::Value(_)
            | ExprKind::Case { .. }
            | ExprKind::Call { .. }
            | ExprKind::Arithmetic { .. }
            | ExprKind::Negate(_)
            | ExprKind::Member { .. }
            | ExprKind::Star
            | ExprKind::Subquery(_)
            | ExprKind::Opaque(_) => Self::atom(is_negated, AtomKind::Truth(reader.expression(expr))),
        }
    }

    fn constant(is_true: bool) -> Self {
        if is_true { Self::All(Vec::new()) } else { Self::Any(Vec::new()) }
    }

    pub(super) fn atom(is_negated: bool, kind: AtomKind) -> Self {
        Self::Atom(Atom { is_negated, kind })
    }

    fn of_test(test: &Test, is_negated: bool, reader: Reader<'_>) -> Self {
        let (subject, ignores_case) = subject(test, reader);
        if let [Expr { kind: ExprKind::Subquery(pipeline), .. }] = test.operands.as_slice() {
            let rows = Flow::of(pipeline, reader.text, "");
            let column = pipeline.output.columns.first().map(|column| rows.names.value(&column.name));
            let keys = format!("{subject} {} {}", test.op.as_str(), column.unwrap_or_default());
            return Self::atom(is_negated, AtomKind::Exists { keys, rows: Box::new(rows) });
        }
        let atom = |op, operand: Operand| {
            let op = if ignores_case { without_case(op) } else { op };
            Self::atom(is_negated, AtomKind::Test { subject: subject.clone(), op, operand })
        };
        let each = |op| test.operands.iter().map(|expr| atom(op, operand(expr, reader))).collect::<Vec<_>>();
        match (test.op, test.operands.as_slice()) {
            (TestOp::In, _) => Self::some(each(TestOp::Equal), is_negated),
            (TestOp::InCi, _) => Self::some(each(TestOp::EqualCi), is_negated),
            (TestOp::HasAny, _) => Self::some(each(TestOp::Has), is_negated),
            (TestOp::HasAll, _) => Self::some(each(TestOp::Has), !is_negated),
            (TestOp::Between, [low, high]) => {
                let ends = [
                    atom(TestOp::GreaterOrEqual, operand(low, reader)),
                    atom(TestOp::LessOrEqual, operand(high, reader)),
                ];
                Self::some(ends.into(), !is_negated)
            }
            (TestOp::Ipv4InRange | TestOp::Ipv6InRange, [_, ..]) => Self::some(each(test.op), is_negated),
            (op, [only]) => atom(op, operand(only, reader)),
            (op, []) => atom(op, Operand::Nothing),
            (op, operands) => {
                let texts: Vec<String> = operands.iter().map(|expr| reader.expression(expr)).collect();
                atom(op, Operand::Other(texts.join(",")))
            }
        }
    }

    /// At least one; under a negation, all.
    fn some(parts: Vec<Self>, is_negated: bool) -> Self {
        if is_negated { Self::All(parts) } else { Self::Any(parts) }
    }

    /// Whether one of the given texts stands anywhere in it.
    pub(super) fn mentions(&self, texts: &[String]) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.mentions(texts)),
            Self::Atom(atom) => {
                let own = match &atom.kind {
                    AtomKind::Test { subject, operand: Operand::Other(operand), .. } => format!("{subject} {operand}"),
                    AtomKind::Test { subject, .. } => subject.clone(),
                    AtomKind::Exists { keys, .. } => keys.clone(),
                    AtomKind::Truth(text) => text.clone(),
                };
                texts.iter().any(|text| own.contains(text.as_str()))
            }
        }
    }

    /// Whether a larger value of the given subjects can only make it true.
    pub(super) fn grows_with(&self, growing: &[String]) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(|part| part.grows_with(growing)),
            Self::Atom(Atom { is_negated, kind: AtomKind::Test { subject, op, operand: Operand::Point(..) } }) => {
                let asks_for_more = matches!(op, TestOp::Greater | TestOp::GreaterOrEqual);
                let asks_for_less = matches!(op, TestOp::Less | TestOp::LessOrEqual);
                growing.contains(subject) && if *is_negated { asks_for_less } else { asks_for_more }
            }
            Self::Atom(_) => false,
        }
    }
}

/// The subject of a test, and whether its letter case is taken away: `tolower(x) == "a"` is `x =~ "a"`. The text is taken
/// apart rather than the expression, since the call may stand behind a computed column.
fn subject(test: &Test, reader: Reader<'_>) -> (String, bool) {
    let subject = reader.expression(&test.subject);
    let inner = subject.strip_prefix("tolower(").and_then(|rest| rest.strip_suffix(')'));
    match inner {
        Some(inner) if folds(test.op) && test.operands.iter().all(is_lower) => (inner.to_owned(), true),
        Some(_) | None => (subject, false),
    }
}

/// Whether a test has a form that does not look at letter case, and is that form or becomes it.
fn folds(op: TestOp) -> bool {
    without_case(op) != op
        || op.is_term_match()
        || matches!(op, TestOp::EqualCi | TestOp::InCi | TestOp::Contains | TestOp::StartsWith | TestOp::EndsWith)
}

fn is_lower(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Value(Value::String(text))
        if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_uppercase()))
}

fn without_case(op: TestOp) -> TestOp {
    match op {
        TestOp::Equal => TestOp::EqualCi,
        TestOp::In => TestOp::InCi,
        TestOp::ContainsCs => TestOp::Contains,
        TestOp::StartsWithCs => TestOp::StartsWith,
        TestOp::EndsWithCs => TestOp::EndsWith,
        TestOp::HasCs => TestOp::Has,
        TestOp::HasPrefixCs => TestOp::HasPrefix,
        TestOp::HasSuffixCs => TestOp::HasSuffix,
        other => other,
    }
}

fn operand(expr: &Expr, reader: Reader<'_>) -> Operand {
    let point = |line, ticks: i64, sign: f64| {
        #[expect(clippy::cast_precision_loss, reason = "what a float can't hold exactly is refused next")]
        let at = ticks as f64;
        (at.abs() < EXACT).then_some(Operand::Point(line, at * sign))
    };
    let found = match &expr.kind {
        ExprKind::Value(Value::String(text)) => Some(Operand::Text(text.clone())),
        ExprKind::Value(Value::Integer(number)) => point(Line::Number, *number, 1.0),
        ExprKind::Value(Value::Real(number)) if number.is_finite() => Some(Operand::Point(Line::Number, *number)),
        ExprKind::Value(Value::Timespan(ticks)) => point(Line::Length, *ticks, 1.0),
        ExprKind::Value(value) => Some(Operand::Other(constant(value))),
        ExprKind::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
            ("ago", [Expr { kind: ExprKind::Value(Value::Timespan(ticks)), .. }]) => point(Line::Now, *ticks, -1.0),
            ("now", []) => point(Line::Now, 0, 1.0),
            _ => None,
        },
        _ => None,
    };
    found.unwrap_or_else(|| Operand::Other(reader.expression(expr)))
}
