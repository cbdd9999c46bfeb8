//! Expressions that give a value.

use crate::analyze::Binding;
use crate::ir::{self, ArithmeticOp, ExprKind as Kind, Field, MemberKey};
use crate::schema::{Origin, ScalarType, Value};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, Literal, Name, NamedExpr, Pipeline, UnaryOp};

use super::lets::Meaning;
use super::{Lowering, TOO_LARGE};

/// Where an expression stands, as far as null matters.
///
/// A filter treats null like false, so a bare boolean column may become a comparison; which one depends on whether the
/// row is kept when the condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// Its value is used: null is null.
    Value,
    /// A condition below an even number of negations.
    Positive,
    /// A condition below an odd number of negations.
    Negative,
}

impl Position {
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Value => Self::Value,
            Self::Positive => Self::Negative,
            Self::Negative => Self::Positive,
        }
    }
}

/// Longest chain of signs, dots or brackets that is kept as a tree.
const MAX_CHAIN: usize = 200;

impl<'a, 'q> Lowering<'a, 'q> {
    /// The meaning of an expression.
    pub(super) fn expression(&mut self, expr: &'a Expr<'q>, position: Position) -> ir::Expr {
        if !self.enter() {
            return super::opaque(TOO_LARGE, expr.span);
        }
        let lowered = self.expression_kind(expr, position);
        self.leave();
        let ty = match self.facts.type_of(expr) {
            ScalarType::Unknown => value_type(&lowered),
            known => known,
        };
        let kind = if position == Position::Value { lowered } else { condition(lowered, ty, expr.span, position) };
        ir::Expr { kind, ty, span: expr.span }
    }

    fn expression_kind(&mut self, expr: &'a Expr<'q>, position: Position) -> Kind {
        match &expr.kind {
            ExprKind::Name(name) => self.name(expr, name, position),
            ExprKind::Literal(literal) => self.literal(expr, self.constant(expr).or_else(|| unreached_value(literal))),
            ExprKind::Dynamic(_) => self.literal(expr, self.constant(expr)),
            ExprKind::Unary { op, operand } => self.signed(*op, operand),
            ExprKind::Binary { op, op_span, left, right } => {
                self.binary(expr, (*op, *op_span), (left, right), position)
            }
            ExprKind::In { op, op_span, left, list, .. } => self.list_test(*op, *op_span, left, list),
            ExprKind::Between { is_negated, op_span, left, low, high } => {
                self.between(*is_negated, *op_span, left, (low, high))
            }
            ExprKind::Call { name, arguments } => self.call(name, arguments, position),
            ExprKind::Path { base, member } => self.path(base, member, expr.span),
            ExprKind::Element { base, index } => self.element(base, index, expr.span),
            ExprKind::Parenthesized(inner) => self.expression(inner, position).kind,
            ExprKind::Pipeline(pipeline) => match pipeline.as_expression() {
                Some(inner) if !self.is_tabular(inner) => self.expression(inner, position).kind,
                _ => Kind::Subquery(Box::new(self.pipeline(pipeline))),
            },
            ExprKind::ToScalar(pipeline) => self.scalar_of(pipeline),
            ExprKind::ToTable(_)
            | ExprKind::Materialize(_)
            | ExprKind::Datatable { .. }
            | ExprKind::ExternalData { .. } => Kind::Subquery(Box::new(self.rows(expr))),
            ExprKind::Typeof(types) => {
                let names: Vec<&str> =
                    types.iter().filter_map(crate::syntax::TypeofPart::ty).map(|ty| ty.text).collect();
                let value = Kind::Value(Value::String(names.join(", ")));
                let argument = ir::Expr { kind: value, ty: ScalarType::String, span: expr.span };
                Kind::Call { name: "typeof".to_owned(), arguments: vec![argument] }
            }
            ExprKind::Star => Kind::Star,
            ExprKind::Wildcard(pattern) => Kind::Opaque(format!("the columns `{pattern}`")),
            ExprKind::Named(named) => {
                Kind::Opaque(format!("a name given in an expression: `{}`", self.words(&named.value)))
            }
            ExprKind::EntityGroup(_) => Kind::Opaque("an entity group".to_owned()),
            ExprKind::ClientParameter(name) => Kind::Opaque(format!("client parameter `{{{name}}}`")),
            ExprKind::Unknown | ExprKind::Invalid => Kind::Opaque("an expression that could not be read".to_owned()),
        }
    }

    fn constant(&self, expr: &Expr<'q>) -> Option<Value> {
        self.facts.constant(expr).map(|constant| constant.value.clone())
    }

    fn literal(&self, expr: &Expr<'q>, value: Option<Value>) -> Kind {
        value.map_or_else(|| Kind::Opaque(format!("the literal `{}`", self.words(expr))), Kind::Value)
    }

    fn name(&mut self, expr: &'a Expr<'q>, name: &'a Name<'q>, position: Position) -> Kind {
        // Columns hide definitions of the same name.
        if let Some(Binding::Column(column)) = self.facts.binding(expr) {
            let origin = column.origin.clone();
            return Kind::Field(Field { name: name.text.to_string(), origin, span: expr.span });
        }
        if let Some(value) = self.constant(expr) {
            return Kind::Value(value);
        }
        match self.definition(&name.text) {
            Some((index, Meaning::Let(pipeline))) => {
                let value = pipeline.as_expression().filter(|_| !self.is_tabular(expr));
                self.within(index, |lowering| match value {
                    Some(value) => lowering.expression(value, position).kind,
                    None => Kind::Subquery(Box::new(lowering.pipeline(pipeline))),
                })
            }
            Some((_, Meaning::Scalar(argument, size))) => match self.copied(&argument, size) {
                Some(argument) => argument.kind,
                None => Kind::Opaque(TOO_LARGE.to_owned()),
            },
            Some((_, Meaning::Table(rows, size))) => match self.copied(&rows, size) {
                Some(rows) => Kind::Subquery(Box::new(rows)),
                None => Kind::Opaque(TOO_LARGE.to_owned()),
            },
            Some((_, Meaning::Function(_))) => self.call(name, &[], position),
            None if self.is_tabular(expr) => Kind::Subquery(Box::new(self.rows(expr))),
            None => {
                let origin = self.row.find(&name.text).map_or(Origin::Unknown, |column| column.origin.clone());
                Kind::Field(Field { name: name.text.to_string(), origin, span: expr.span })
            }
        }
    }

    /// `toscalar(…)` of a value is that value; of rows, a call over a sub-query.
    fn scalar_of(&mut self, pipeline: &'a Pipeline<'q>) -> Kind {
        match pipeline.as_expression() {
            Some(inner) if !self.is_tabular(inner) => self.expression(inner, Position::Value).kind,
            _ => {
                let kind = Kind::Subquery(Box::new(self.pipeline(pipeline)));
                let rows = ir::Expr { kind, ty: ScalarType::Unknown, span: pipeline.span };
                Kind::Call { name: "toscalar".to_owned(), arguments: vec![rows] }
            }
        }
    }

    fn signed(&mut self, op: UnaryOp, operand: &'a Expr<'q>) -> Kind {
        let operand = self.expression(operand, Position::Value);
        match (op, operand.kind) {
            (UnaryOp::Plus, kind) => kind,
            (UnaryOp::Minus, Kind::Value(Value::Integer(value))) => Kind::Value(Value::Integer(value.wrapping_neg())),
            (UnaryOp::Minus, Kind::Value(Value::Real(value))) => Kind::Value(Value::Real(-value)),
            (UnaryOp::Minus, Kind::Value(Value::Timespan(value))) => Kind::Value(Value::Timespan(value.wrapping_neg())),
            (UnaryOp::Minus, kind) => Kind::Negate(Box::new(ir::Expr { kind, ..operand })),
        }
    }

    /// `a + b + c`. Chains lean to the left and may be long: they are taken apart without recursion.
    pub(super) fn arithmetic(&mut self, op: ArithmeticOp, left: &'a Expr<'q>, right: &'a Expr<'q>) -> Kind {
        let mut links = vec![(op, right)];
        let mut first = left;
        while let ExprKind::Binary { op, left, right, .. } = &first.kind {
            let Some(op) = arithmetic_op(*op) else { break };
            links.push((op, right));
            first = left;
        }
        if links.len() > MAX_CHAIN {
            return Kind::Opaque("a very long calculation".to_owned());
        }
        // The tree is as deep as the chain is long.
        self.depth += links.len();
        let mut result = self.expression(first, Position::Value);
        self.depth -= links.len();
        for (op, right) in links.into_iter().rev() {
            let right = self.expression(right, Position::Value);
            let span = result.span.to(right.span);
            let kind = Kind::Arithmetic { op, left: Box::new(result), right: Box::new(right) };
            result = ir::Expr { kind, ty: ScalarType::Unknown, span };
        }
        result.kind
    }

    /// A function that is not a test.
    pub(super) fn plain_call(&mut self, name: &Name<'q>, arguments: &'a [NamedExpr<'q>]) -> Kind {
        let arguments = arguments.iter().map(|argument| self.expression(&argument.value, Position::Value));
        Kind::Call { arguments: arguments.collect(), name: name.text.to_string() }
    }

    fn path(&mut self, base: &'a Expr<'q>, member: &'a Expr<'q>, span: Span) -> Kind {
        let name = match &member.kind {
            ExprKind::Name(name) => name.text.to_string(),
            _ => return Kind::Opaque(format!("`{}`", one_line(span.slice(self.text)))),
        };
        self.member(base, MemberKey::Property(name))
    }

    fn element(&mut self, base: &'a Expr<'q>, index: &'a Expr<'q>, span: Span) -> Kind {
        let index = self.expression(index, Position::Value);
        let key = match index.kind {
            Kind::Value(Value::String(name)) => MemberKey::Property(name),
            Kind::Value(Value::Integer(number)) => MemberKey::Index(number),
            Kind::Opaque(_) => return Kind::Opaque(format!("`{}`", one_line(span.slice(self.text)))),
            kind => MemberKey::Computed(Box::new(ir::Expr { kind, ..index })),
        };
        self.member(base, key)
    }

    fn member(&mut self, base: &'a Expr<'q>, key: MemberKey) -> Kind {
        let base = self.expression(base, Position::Value);
        Kind::Member { base: Box::new(base), key }
    }
}

/// A bare boolean value as the comparison that keeps the same rows; everything else as it is.
fn condition(kind: Kind, ty: ScalarType, span: Span, position: Position) -> Kind {
    let is_bare = match &kind {
        Kind::Field(_) | Kind::Member { .. } => true,
        Kind::Call { name, .. } => matches!(name.as_str(), "tobool" | "toboolean"),
        _ => false,
    };
    if !is_bare {
        return kind;
    }
    // For null, `b` is null: the row goes, whatever the negations around. `==` is false for null.
    let expected = position == Position::Positive;
    let operand = ir::Expr { kind: Kind::Value(Value::Bool(expected)), ty: ScalarType::Bool, span };
    let test = ir::Test {
        subject: ir::Expr { kind, ty, span },
        op: ir::TestOp::Equal,
        operands: vec![operand],
        op_span: span,
    };
    let test = Kind::Test(Box::new(test));
    if expected { test } else { Kind::Not(Box::new(ir::Expr { kind: test, ty: ScalarType::Bool, span })) }
}

/// The type that a kind of expression has by itself.
pub(super) fn value_type(kind: &Kind) -> ScalarType {
    match kind {
        Kind::Value(value) => match value {
            Value::String(_) => ScalarType::String,
            Value::Integer(_) => ScalarType::Long,
            Value::Real(_) => ScalarType::Real,
            Value::Bool(_) => ScalarType::Bool,
            Value::Timespan(_) => ScalarType::Timespan,
            Value::Datetime(_) => ScalarType::Datetime,
            Value::Guid(_) => ScalarType::Guid,
            Value::Dynamic(_) => ScalarType::Dynamic,
            Value::Null => ScalarType::Unknown,
        },
        Kind::And(_) | Kind::Or(_) | Kind::Not(_) | Kind::Test(_) => ScalarType::Bool,
        Kind::Field(_)
        | Kind::Case { .. }
        | Kind::Call { .. }
        | Kind::Arithmetic { .. }
        | Kind::Negate(_)
        | Kind::Member { .. }
        | Kind::Star
        | Kind::Subquery(_)
        | Kind::Opaque(_) => ScalarType::Unknown,
    }
}

pub(super) fn arithmetic_op(op: BinaryOp) -> Option<ArithmeticOp> {
    match op {
        BinaryOp::Add => Some(ArithmeticOp::Add),
        BinaryOp::Subtract => Some(ArithmeticOp::Subtract),
        BinaryOp::Multiply => Some(ArithmeticOp::Multiply),
        BinaryOp::Divide => Some(ArithmeticOp::Divide),
        BinaryOp::Modulo => Some(ArithmeticOp::Modulo),
        _ => None,
    }
}

/// The value of a literal that the analysis does not reach, such as an option of a plugin.
fn unreached_value(literal: &Literal<'_>) -> Option<Value> {
    match literal {
        Literal::String(text) => Some(Value::String(text.value.clone().into_owned())),
        Literal::Bool(value) => Some(Value::Bool(*value)),
        Literal::Long(text) => text.parse().ok().map(Value::Integer),
        Literal::Real(text) => text.parse().ok().map(Value::Real),
        Literal::Timespan(_) | Literal::Typed { .. } => None,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
