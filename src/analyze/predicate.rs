//! Tests of values: comparisons, lists, ranges, boolean functions.

use super::{Analyzer, Binding, ConstantItem, Context, Predicate, PredicateOp, Subject};
use crate::schema::{Column, ScalarType};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, InOp, Literal, Name, NamedExpr};

/// A test before its subject and values are looked up.
struct Test<'a, 'q> {
    subject: &'a Expr<'q>,
    op: PredicateOp,
    op_span: Span,
    values: Vec<&'a Expr<'q>>,
    is_negative: bool,
    list_span: Option<Span>,
}

impl<'a, 'q> Analyzer<'a, 'q> {
    /// Records `a op b`, unless it is arithmetic, a connective, or only states the truth of another test.
    pub(super) fn record_comparison(&mut self, expr: &'a Expr<'q>, context: Context<'_>) {
        let ExprKind::Binary { op, op_span, left, right } = &expr.kind else { return };
        if !is_test(*op) || self.is_truth_of_test(*op, left, right) {
            return;
        }
        // `"x" == Column` tests the column too.
        let is_reversed = is_symmetric(*op) && self.constant_of(left).is_some() && self.constant_of(right).is_none();
        let (subject, value) = if is_reversed { (right, left) } else { (left, right) };
        self.record_test(
            expr,
            context,
            &Test {
                subject,
                op: PredicateOp::Binary(*op),
                op_span: *op_span,
                values: vec![value],
                is_negative: is_negative(*op),
                list_span: None,
            },
        );
    }

    pub(super) fn record_in(&mut self, expr: &'a Expr<'q>, context: Context<'_>) {
        let ExprKind::In { op, op_span, left, list, list_span } = &expr.kind else { return };
        self.record_test(
            expr,
            context,
            &Test {
                subject: left,
                op: PredicateOp::In(*op),
                op_span: *op_span,
                values: list.iter().collect(),
                is_negative: matches!(op, InOp::NotIn | InOp::NotInCi),
                list_span: Some(*list_span),
            },
        );
    }

    pub(super) fn record_between(&mut self, expr: &'a Expr<'q>, context: Context<'_>) {
        let ExprKind::Between { is_negated, op_span, left, low, high } = &expr.kind else { return };
        self.record_test(
            expr,
            context,
            &Test {
                subject: left,
                op: if *is_negated { PredicateOp::NotBetween } else { PredicateOp::Between },
                op_span: *op_span,
                values: vec![low, high],
                is_negative: *is_negated,
                list_span: None,
            },
        );
    }

    /// Records a call of a boolean function of a value.
    pub(super) fn record_function(
        &mut self,
        expr: &'a Expr<'q>,
        name: &Name<'q>,
        arguments: &'a [NamedExpr<'q>],
        context: Context<'_>,
    ) {
        let Some((subject, others)) = arguments.split_first() else { return };
        self.record_test(
            expr,
            context,
            &Test {
                subject: &subject.value,
                op: PredicateOp::Function,
                op_span: name.span,
                values: others.iter().map(|argument| &argument.value).collect(),
                is_negative: false,
                list_span: None,
            },
        );
    }

    fn record_test(&mut self, expr: &'a Expr<'q>, context: Context<'_>, test: &Test<'a, 'q>) {
        if !self.is_recording() {
            return;
        }
        let (values, is_complete) = self.constants_of(&test.values);
        let predicate = Predicate {
            expr: expr.id,
            span: expr.span,
            subject: self.subject(test.subject),
            op: test.op,
            op_span: test.op_span,
            values,
            is_complete,
            is_negated: context.is_negated ^ test.is_negative,
            is_in_exclusion: self.is_excluding,
            is_unclear: false,
            is_filter: context.is_filter,
            list_span: test.list_span,
        };
        self.facts.predicates.push(predicate);
    }

    fn constants_of(&self, operands: &[&'a Expr<'q>]) -> (Vec<ConstantItem>, bool) {
        let mut items = Vec::new();
        let mut is_complete = true;
        for operand in operands {
            match self.facts.constant(operand) {
                Some(constant) => items.extend(constant.items.iter().cloned()),
                None => is_complete = false,
            }
        }
        (items, is_complete)
    }

    /// Looks through functions that keep the text of a value.
    fn subject(&self, expr: &'a Expr<'q>) -> Subject {
        let mut functions = Vec::new();
        let mut current = expr;
        let column = loop {
            match &current.kind {
                ExprKind::Parenthesized(inner) => current = inner,
                ExprKind::Name(_) | ExprKind::Path { .. } => break self.column_of(current),
                ExprKind::Call { name, arguments } => match text_argument(&name.text, arguments) {
                    Some(inner) => {
                        functions.push(name.text.clone().into_owned());
                        current = inner;
                    }
                    None => break None,
                },
                _ => break None,
            }
        };
        Subject { span: expr.span, column, functions, ty: self.type_of(expr) }
    }

    /// Whether it is `test == true` or `test == false`, which the test inside accounts for.
    fn is_truth_of_test(&self, op: BinaryOp, left: &Expr<'q>, right: &Expr<'q>) -> bool {
        let is_truth = |expr: &Expr<'_>| matches!(expr.kind, ExprKind::Literal(Literal::Bool(_)));
        let other = match (is_truth(left), is_truth(right)) {
            (true, false) => right,
            (false, true) => left,
            _ => return false,
        };
        matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) && self.is_test_form(other)
    }

    fn is_test_form(&self, expr: &Expr<'q>) -> bool {
        match &expr.kind {
            ExprKind::Binary { op, .. } => is_test(*op) || matches!(op, BinaryOp::And | BinaryOp::Or),
            ExprKind::In { .. } | ExprKind::Between { .. } => true,
            ExprKind::Call { name, .. } => name.text == "not" || tests_first_argument(&name.text, self.type_of(expr)),
            ExprKind::Parenthesized(inner) => self.is_test_form(inner),
            _ => false,
        }
    }

    fn column_of(&self, expr: &Expr<'q>) -> Option<Column> {
        match self.facts.binding(expr) {
            Some(Binding::Column(column)) => Some(column.clone()),
            _ => None,
        }
    }
}

/// The argument whose text a function gives back, perhaps trimmed or in another letter case.
fn text_argument<'a, 'q>(function: &str, arguments: &'a [NamedExpr<'q>]) -> Option<&'a Expr<'q>> {
    let index = match function {
        "tolower" | "toupper" | "tostring" => 0,
        "trim" | "trim_start" | "trim_end" => 1,
        _ => return None,
    };
    arguments.get(index).map(|argument| &argument.value)
}

fn is_test(op: BinaryOp) -> bool {
    !matches!(
        op,
        BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Modulo
    )
}

fn is_symmetric(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::EqualCi | BinaryOp::NotEqualCi)
}

fn is_negative(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::NotEqual
            | BinaryOp::NotEqualCi
            | BinaryOp::NotContains
            | BinaryOp::NotContainsCs
            | BinaryOp::NotStartsWith
            | BinaryOp::NotStartsWithCs
            | BinaryOp::NotEndsWith
            | BinaryOp::NotEndsWithCs
            | BinaryOp::NotHas
            | BinaryOp::NotHasCs
            | BinaryOp::NotHasPrefix
            | BinaryOp::NotHasPrefixCs
            | BinaryOp::NotHasSuffix
            | BinaryOp::NotHasSuffixCs
            | BinaryOp::NotLike
            | BinaryOp::NotLikeCs
    )
}

/// Whether a built-in function with this result tests its first argument.
pub(super) fn tests_first_argument(name: &str, ty: ScalarType) -> bool {
    ty == ScalarType::Bool && !matches!(name, "not" | "tobool" | "toboolean" | "iff" | "iif" | "case" | "assert")
}
