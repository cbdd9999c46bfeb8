//! Expressions as texts that are equal only if their meaning is: names looked through, no places, no spelling.

use super::names::Names;
use crate::explain::one_line;
use crate::ir::{Expr, ExprKind, MemberKey, Test, TestOp};
use crate::schema::Value;
use crate::span::Span;

/// What an expression is read in.
#[derive(Clone, Copy)]
pub(super) struct Reader<'r> {
    /// What the columns stand for.
    pub(super) names: &'r Names,
    /// The query, for what is named but not modelled.
    pub(super) text: Text<'r>,
}

/// A query.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'r> {
    /// All of it.
    pub(super) query: &'r str,
    /// Where its last pipeline starts: definitions stand above it.
    pub(super) start: u32,
}

impl Reader<'_> {
    /// The text of an expression.
    pub(super) fn expression(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Field(field) => self.names.value(&field.name),
            ExprKind::Value(value) => constant(value),
            ExprKind::And(operands) => self.unordered("and", operands),
            ExprKind::Or(operands) => self.unordered("or", operands),
            ExprKind::Not(inner) => format!("not({})", self.expression(inner)),
            ExprKind::Test(test) => self.test(test),
            ExprKind::Case { branches, otherwise } => {
                let operands = branches.iter().flat_map(|(when, then)| [when, then]).chain([otherwise.as_ref()]);
                format!("case({})", self.list(operands))
            }
            ExprKind::Call { name, arguments } => format!("{name}({})", self.list(arguments)),
            ExprKind::Arithmetic { op, left, right } => {
                format!("({} {} {})", self.expression(left), op.as_str(), self.expression(right))
            }
            ExprKind::Negate(inner) => format!("-({})", self.expression(inner)),
            ExprKind::Member { base, key } => match key {
                MemberKey::Property(name) => format!("{}[{name:?}]", self.expression(base)),
                MemberKey::Index(index) => format!("{}[{index}]", self.expression(base)),
                MemberKey::Computed(key) => format!("{}[{}]", self.expression(base), self.expression(key)),
            },
            ExprKind::Star => "*".to_owned(),
            // Its text says what it is only together with the names that it uses.
            ExprKind::Subquery(_) | ExprKind::Opaque(_) => self.as_written(expr.span),
        }
    }

    fn test(&self, test: &Test) -> String {
        let subject = self.expression(&test.subject);
        match test.op {
            TestOp::In | TestOp::InCi | TestOp::HasAny | TestOp::HasAll => {
                let mut operands: Vec<String> = test.operands.iter().map(|operand| self.expression(operand)).collect();
                operands.sort();
                operands.dedup();
                format!("({subject} {} [{}])", test.op.as_str(), operands.join(","))
            }
            _ => format!("({subject} {} [{}])", test.op.as_str(), self.list(&test.operands)),
        }
    }

    fn unordered(&self, word: &str, operands: &[Expr]) -> String {
        let mut texts: Vec<String> = operands.iter().map(|operand| self.expression(operand)).collect();
        texts.sort();
        texts.dedup();
        format!("{word}({})", texts.join(","))
    }

    fn list<'e>(&self, expressions: impl IntoIterator<Item = &'e Expr>) -> String {
        expressions.into_iter().map(|expr| self.expression(expr)).collect::<Vec<_>>().join(",")
    }

    /// A piece of the query that is not modelled. It means the same only where everything that it could name does: the
    /// definitions of the query, and the columns.
    pub(super) fn as_written(&self, span: Span) -> String {
        let Text { query, start } = self.text;
        let definitions = one_line(Span { start: 0, end: start }, query);
        format!("⟨{definitions}⟩{}⟨{}⟩", one_line(span, query), self.names.text())
    }
}

/// A constant with its type, so that `1` is not `"1"`.
pub(super) fn constant(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}r"),
        Value::Bool(value) => value.to_string(),
        Value::Timespan(ticks) => format!("timespan({ticks})"),
        Value::Datetime(text) => format!("datetime({text})"),
        Value::Guid(text) => format!("guid({text})"),
        Value::Dynamic(json) => format!("dynamic({json})"),
        Value::Null => "null".to_owned(),
    }
}
