//! Conditions: comparisons, string operators, lists, boolean functions.

use crate::ir::{self, ArithmeticOp, ExprKind as Kind, Test, TestOp};
use crate::schema::{ScalarType, Value};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, InOp, Name, NamedExpr};

use super::expression::{Position, arithmetic_op, value_type};
use super::lets::Meaning;
use super::{Lowering, list};

/// What a binary operator means.
enum Reading {
    And,
    Or,
    Calculates(ArithmeticOp),
    /// A test, and whether it is negated.
    Tests(TestOp, bool),
    /// An old or special operator that nothing models.
    Unmodelled,
}

fn reading(op: BinaryOp) -> Reading {
    use BinaryOp as Op;
    let (test, is_negated) = match op {
        Op::And => return Reading::And,
        Op::Or => return Reading::Or,
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Modulo => {
            return arithmetic_op(op).map_or(Reading::Unmodelled, Reading::Calculates);
        }
        Op::Like | Op::NotLike | Op::LikeCs | Op::NotLikeCs | Op::SearchColon => return Reading::Unmodelled,
        Op::Equal => (TestOp::Equal, false),
        Op::NotEqual => (TestOp::Equal, true),
        Op::EqualCi => (TestOp::EqualCi, false),
        Op::NotEqualCi => (TestOp::EqualCi, true),
        Op::Less => (TestOp::Less, false),
        Op::LessOrEqual => (TestOp::LessOrEqual, false),
        Op::Greater => (TestOp::Greater, false),
        Op::GreaterOrEqual => (TestOp::GreaterOrEqual, false),
        Op::Contains => (TestOp::Contains, false),
        Op::NotContains => (TestOp::Contains, true),
        Op::ContainsCs => (TestOp::ContainsCs, false),
        Op::NotContainsCs => (TestOp::ContainsCs, true),
        Op::StartsWith => (TestOp::StartsWith, false),
        Op::NotStartsWith => (TestOp::StartsWith, true),
        Op::StartsWithCs => (TestOp::StartsWithCs, false),
        Op::NotStartsWithCs => (TestOp::StartsWithCs, true),
        Op::EndsWith => (TestOp::EndsWith, false),
        Op::NotEndsWith => (TestOp::EndsWith, true),
        Op::EndsWithCs => (TestOp::EndsWithCs, false),
        Op::NotEndsWithCs => (TestOp::EndsWithCs, true),
        Op::Has => (TestOp::Has, false),
        Op::NotHas => (TestOp::Has, true),
        Op::HasCs => (TestOp::HasCs, false),
        Op::NotHasCs => (TestOp::HasCs, true),
        Op::HasPrefix => (TestOp::HasPrefix, false),
        Op::NotHasPrefix => (TestOp::HasPrefix, true),
        Op::HasPrefixCs => (TestOp::HasPrefixCs, false),
        Op::NotHasPrefixCs => (TestOp::HasPrefixCs, true),
        Op::HasSuffix => (TestOp::HasSuffix, false),
        Op::NotHasSuffix => (TestOp::HasSuffix, true),
        Op::HasSuffixCs => (TestOp::HasSuffixCs, false),
        Op::NotHasSuffixCs => (TestOp::HasSuffixCs, true),
        Op::MatchesRegex => (TestOp::Regex, false),
    };
    Reading::Tests(test, is_negated)
}

impl<'a, 'q> Lowering<'a, 'q> {
    pub(super) fn binary(
        &mut self,
        expr: &'a Expr<'q>,
        (op, op_span): (BinaryOp, Span),
        (left, right): (&'a Expr<'q>, &'a Expr<'q>),
        position: Position,
    ) -> Kind {
        match reading(op) {
            Reading::And | Reading::Or => self.junction(op, expr, position),
            Reading::Calculates(op) => self.arithmetic(op, left, right),
            Reading::Tests(test, is_negated) => {
                let left = self.expression(left, Position::Value);
                let right = self.expression(right, Position::Value);
                comparison(test, is_negated, op_span, left, right, position)
            }
            Reading::Unmodelled => Kind::Opaque(format!("the operator `{}`", op.as_str())),
        }
    }

    /// `a and b and …`, flat. Chains lean to the left and may be long: they are taken apart without recursion.
    fn junction(&mut self, op: BinaryOp, expr: &'a Expr<'q>, position: Position) -> Kind {
        let mut operands = Vec::new();
        let mut rest = vec![expr];
        while let Some(next) = rest.pop() {
            match &next.kind {
                ExprKind::Binary { op: same, left, right, .. } if *same == op => rest.extend([right.as_ref(), left]),
                ExprKind::Parenthesized(inner) => rest.push(inner),
                _ => match (op, self.expression(next, position)) {
                    // A name may stand for another chain.
                    (BinaryOp::And, ir::Expr { kind: Kind::And(inner), .. })
                    | (BinaryOp::Or, ir::Expr { kind: Kind::Or(inner), .. }) => operands.extend(inner),
                    (_, operand) => operands.push(operand),
                },
            }
        }
        if op == BinaryOp::And { Kind::And(operands) } else { Kind::Or(operands) }
    }

    pub(super) fn list_test(&mut self, op: InOp, op_span: Span, left: &'a Expr<'q>, list: &'a [Expr<'q>]) -> Kind {
        let (op, is_negated) = match op {
            InOp::In => (TestOp::In, false),
            InOp::NotIn => (TestOp::In, true),
            InOp::InCi => (TestOp::InCi, false),
            InOp::NotInCi => (TestOp::InCi, true),
            InOp::HasAny => (TestOp::HasAny, false),
            InOp::HasAll => (TestOp::HasAll, false),
        };
        let subject = self.expression(left, Position::Value);
        let operands = self.operands(list);
        test(Test { subject, op, operands, op_span }, is_negated)
    }

    /// The elements of a list, constant lists flattened.
    fn operands(&mut self, list: &'a [Expr<'q>]) -> Vec<ir::Expr> {
        let mut operands = Vec::new();
        for element in list {
            if let Some(constant) = self.facts.constant(element) {
                for item in &constant.items {
                    let span = if element.span.contains(item.span) { item.span } else { element.span };
                    operands.push(constant_operand(item.value.clone(), span));
                }
                continue;
            }
            let lowered = if self.is_tabular(element) {
                self.subquery(element)
            } else {
                self.expression(element, Position::Value)
            };
            match lowered.kind {
                Kind::Value(value) => {
                    let mut values = Vec::new();
                    list::flatten(value, &mut values);
                    operands.extend(values.into_iter().map(|value| constant_operand(value, lowered.span)));
                }
                kind => operands.push(ir::Expr { kind, ..lowered }),
            }
        }
        operands
    }

    fn subquery(&mut self, expr: &'a Expr<'q>) -> ir::Expr {
        let kind = Kind::Subquery(Box::new(self.rows(expr)));
        ir::Expr { kind, ty: ScalarType::Unknown, span: expr.span }
    }

    pub(super) fn between(
        &mut self,
        is_negated: bool,
        op_span: Span,
        left: &'a Expr<'q>,
        (low, high): (&'a Expr<'q>, &'a Expr<'q>),
    ) -> Kind {
        let subject = self.expression(left, Position::Value);
        let low = self.expression(low, Position::Value);
        let mut high = self.expression(high, Position::Value);
        // `t between (start .. 1d)`: a length of time counts from the lower end.
        if high.ty == ScalarType::Timespan && (low.ty == ScalarType::Datetime || subject.ty == ScalarType::Datetime) {
            let span = high.span;
            let sum = Kind::Arithmetic { op: ArithmeticOp::Add, left: Box::new(low.clone()), right: Box::new(high) };
            high = ir::Expr { kind: sum, ty: ScalarType::Datetime, span };
        }
        test(Test { subject, op: TestOp::Between, operands: vec![low, high], op_span }, is_negated)
    }

    /// A call: a function of the query, a branch, a test, or any other function.
    pub(super) fn call(&mut self, name: &'a Name<'q>, arguments: &'a [NamedExpr<'q>], position: Position) -> Kind {
        if let Some((index, Meaning::Function(function))) = self.definition(&name.text) {
            let inlined = self.inline_scalar(index, function, arguments, position);
            return inlined.map_or_else(|| Kind::Opaque(format!("user-defined function `{}`", name.text)), |e| e.kind);
        }
        match (&*name.text, arguments) {
            ("not", [argument]) => negate(self.expression(&argument.value, position.negated())),
            ("iff" | "iif", [_, _, _]) => self.branches(arguments, position),
            ("case", _) if arguments.len() >= 3 && arguments.len() % 2 == 1 => self.branches(arguments, position),
            (word, [_, rest @ ..]) => match function_test(word) {
                Some((op, is_negated)) if rest.is_empty() == takes_nothing(op) => {
                    self.function_test(op, is_negated, name.span, arguments)
                }
                _ => self.plain_call(name, arguments),
            },
            _ => self.plain_call(name, arguments),
        }
    }

    fn branches(&mut self, arguments: &'a [NamedExpr<'q>], position: Position) -> Kind {
        let mut branches = Vec::new();
        let mut rest = arguments;
        while let [condition, value, behind @ ..] = rest {
            // A null condition takes the next branch, as a false one does.
            let condition = self.expression(&condition.value, Position::Positive);
            branches.push((condition, self.expression(&value.value, position)));
            rest = behind;
        }
        match rest {
            [otherwise] => Kind::Case { branches, otherwise: Box::new(self.expression(&otherwise.value, position)) },
            _ => Kind::Opaque("a branch without an else".to_owned()),
        }
    }

    fn function_test(&mut self, op: TestOp, is_negated: bool, op_span: Span, arguments: &'a [NamedExpr<'q>]) -> Kind {
        let Some((subject, rest)) = arguments.split_first() else {
            return Kind::Opaque("a test of nothing".to_owned());
        };
        let subject = self.expression(&subject.value, Position::Value);
        let mut operands = Vec::new();
        for argument in rest {
            operands.extend(self.operands(std::slice::from_ref(&argument.value)));
        }
        test(Test { subject, op, operands, op_span }, is_negated)
    }
}

/// The test that a function is, and whether it is negated.
fn function_test(name: &str) -> Option<(TestOp, bool)> {
    Some(match name {
        "isempty" => (TestOp::IsEmpty, false),
        "isnotempty" | "notempty" => (TestOp::IsEmpty, true),
        "isnull" => (TestOp::IsNull, false),
        "isnotnull" | "notnull" => (TestOp::IsNull, true),
        "ipv4_is_in_range" | "ipv4_is_in_any_range" => (TestOp::Ipv4InRange, false),
        "ipv6_is_in_range" | "ipv6_is_in_any_range" => (TestOp::Ipv6InRange, false),
        "ipv4_is_private" => (TestOp::Ipv4IsPrivate, false),
        _ => return None,
    })
}

/// Whether the test has a subject only.
fn takes_nothing(op: TestOp) -> bool {
    matches!(op, TestOp::IsEmpty | TestOp::IsNull | TestOp::Ipv4IsPrivate)
}

fn comparison(
    op: TestOp,
    is_negated: bool,
    op_span: Span,
    left: ir::Expr,
    right: ir::Expr,
    position: Position,
) -> Kind {
    // `isempty(x) == false` is the negated condition, as long as null and false cannot be told apart.
    let ignores_null = !can_be_null(&left.kind) || (position == Position::Positive && !is_negated);
    if let (TestOp::Equal, true, Kind::Value(Value::Bool(value))) = (op, is_condition(&left.kind), &right.kind)
        && ignores_null
    {
        return if *value == is_negated { negate(left) } else { left.kind };
    }
    let (subject, op, operand) = match mirrored(op) {
        Some(mirrored) if is_constant(&left.kind) && !is_constant(&right.kind) => (right, mirrored, left),
        _ => (left, op, right),
    };
    test(Test { subject, op, operands: vec![operand], op_span }, is_negated)
}

/// The test with its sides exchanged.
fn mirrored(op: TestOp) -> Option<TestOp> {
    match op {
        TestOp::Equal | TestOp::EqualCi => Some(op),
        TestOp::Less => Some(TestOp::Greater),
        TestOp::LessOrEqual => Some(TestOp::GreaterOrEqual),
        TestOp::Greater => Some(TestOp::Less),
        TestOp::GreaterOrEqual => Some(TestOp::LessOrEqual),
        _ => None,
    }
}

/// Whether a value is fixed for the whole run: constants, and functions of constants such as `ago(1d)`.
fn is_constant(kind: &Kind) -> bool {
    match kind {
        Kind::Value(_) => true,
        Kind::Call { arguments, .. } => arguments.iter().all(|argument| is_constant(&argument.kind)),
        Kind::Arithmetic { left, right, .. } => is_constant(&left.kind) && is_constant(&right.kind),
        Kind::Negate(inner) => is_constant(&inner.kind),
        Kind::Field(_)
        | Kind::And(_)
        | Kind::Or(_)
        | Kind::Not(_)
        | Kind::Test(_)
        | Kind::Case { .. }
        | Kind::Member { .. }
        | Kind::Star
        | Kind::Subquery(_)
        | Kind::Opaque(_) => false,
    }
}

/// Whether a condition is null for some rows, going by its tests.
fn can_be_null(kind: &Kind) -> bool {
    match kind {
        Kind::Test(test) => test.op.is_null_for_null(),
        Kind::And(operands) | Kind::Or(operands) => operands.iter().any(|operand| can_be_null(&operand.kind)),
        Kind::Not(inner) => can_be_null(&inner.kind),
        _ => true,
    }
}

fn is_condition(kind: &Kind) -> bool {
    matches!(kind, Kind::Test(_) | Kind::And(_) | Kind::Or(_) | Kind::Not(_))
}

fn test(test: Test, is_negated: bool) -> Kind {
    let span = test.operands.iter().fold(test.subject.span.to(test.op_span), |span, operand| span.to(operand.span));
    let kind = Kind::Test(Box::new(test));
    if is_negated { Kind::Not(Box::new(ir::Expr { kind, ty: ScalarType::Bool, span })) } else { kind }
}

/// `not(…)`; two of them are none.
fn negate(expr: ir::Expr) -> Kind {
    match expr.kind {
        Kind::Not(inner) => inner.kind,
        kind => Kind::Not(Box::new(ir::Expr { kind, ..expr })),
    }
}

fn constant_operand(value: Value, span: Span) -> ir::Expr {
    let kind = Kind::Value(value);
    ir::Expr { ty: value_type(&kind), kind, span }
}
