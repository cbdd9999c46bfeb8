//! Expressions and literals as text.

use super::Printer;
use crate::span::Span;
use crate::syntax::{
    ColumnDeclaration, DynamicKind, DynamicValue, Expr, ExprKind, Literal, NamedExpr, NamedParameter, Pipeline,
    StringLiteral, UnaryOp,
};

impl Printer<'_> {
    pub(super) fn expression(&mut self, expr: &Expr<'_>) {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name),
            ExprKind::Star => self.push("*"),
            ExprKind::ClientParameter(text) => self.push(text),
            ExprKind::Literal(_) | ExprKind::Wildcard(_) | ExprKind::Invalid => self.literal(expr.span),
            ExprKind::Typeof(_) | ExprKind::Unknown => {
                let source = self.source(expr.span);
                self.push(&source);
            }
            ExprKind::Dynamic(value) => {
                self.push("dynamic(");
                self.dynamic(value);
                self.push(")");
            }
            ExprKind::Unary { op, operand } => {
                self.push(match op {
                    UnaryOp::Minus => "-",
                    UnaryOp::Plus => "+",
                });
                self.expression(operand);
            }
            ExprKind::Binary { op, left, right, .. } => self.binary(op.as_str(), left, right),
            ExprKind::In { op, left, list, .. } => self.in_list(op.as_str(), left, list),
            ExprKind::Between { is_negated, left, low, high, .. } => {
                self.expression(left);
                self.push(if *is_negated { " !between (" } else { " between (" });
                self.expression(low);
                self.push(" .. ");
                self.expression(high);
                self.push(")");
            }
            ExprKind::Call { name, arguments } => {
                self.name(name);
                self.parenthesized(arguments, Self::named_expression);
            }
            ExprKind::Path { base, member } => {
                self.expression(base);
                // `1.` would be a number of its own.
                self.push(if is_number(base) { " ." } else { "." });
                self.expression(member);
            }
            ExprKind::Element { base, index } => {
                self.expression(base);
                self.push("[");
                self.expression(index);
                self.push("]");
            }
            ExprKind::Parenthesized(inner) => {
                self.push("(");
                self.expression(inner);
                self.unmodelled(inner.span.end, expr.span.end.saturating_sub(1));
                self.push(")");
            }
            ExprKind::Pipeline(pipeline) => self.sub_query(pipeline),
            ExprKind::Named(named) => self.named_expression(named),
            ExprKind::ToScalar(pipeline) | ExprKind::ToTable(pipeline) | ExprKind::Materialize(pipeline) => {
                self.special_call(expr.span, pipeline);
            }
            ExprKind::Datatable { columns, values } => {
                self.table_literal(expr.span, columns);
                self.push("[");
                self.separated(values, ", ", Self::expression);
                self.push("]");
            }
            ExprKind::ExternalData { columns, urls, properties } => {
                self.table_literal(expr.span, columns);
                self.push("[");
                self.separated(urls, ", ", Self::expression);
                self.push("]");
                self.with_properties(properties);
            }
            ExprKind::EntityGroup(members) => {
                self.push("entity_group [");
                self.separated(members, ", ", Self::expression);
                self.push("]");
            }
        }
    }

    /// In its own function, so that chains of operators take little stack.
    fn binary(&mut self, op: &str, left: &Expr<'_>, right: &Expr<'_>) {
        self.expression(left);
        self.push(" ");
        self.push(op);
        self.push(" ");
        self.expression(right);
    }

    fn in_list(&mut self, op: &str, left: &Expr<'_>, list: &[Expr<'_>]) {
        self.expression(left);
        self.push(" ");
        self.push(op);
        self.push(" ");
        // The parentheses of the list are those of a sub-query.
        match list {
            [Expr { kind: ExprKind::Pipeline(pipeline), .. }] => self.sub_query(pipeline),
            list => self.parenthesized(list, Self::expression),
        }
    }

    /// `toscalar(…)`, with whatever stands between the word and its parenthesis.
    fn special_call(&mut self, span: Span, pipeline: &Pipeline<'_>) {
        let word = self.between(span.start, pipeline.span.start);
        self.push(&word);
        if word.contains('=') {
            self.push(" ");
        }
        self.sub_query(pipeline);
    }

    /// The word, parameters and columns of `datatable` and `externaldata`.
    fn table_literal(&mut self, span: Span, columns: &[ColumnDeclaration<'_>]) {
        let end = match columns.first() {
            Some(column) => column.span.start,
            None => span.start + u32::try_from(span.slice(self.text).find('(').unwrap_or(0)).unwrap_or(0),
        };
        let word = self.between(span.start, end);
        self.push(&word);
        self.push(" ");
        self.parenthesized(columns, Self::column);
        self.push(" ");
    }

    /// `with (a=1, b=2)`, if there are any.
    pub(super) fn with_properties(&mut self, properties: &[NamedParameter<'_>]) {
        if !properties.is_empty() {
            self.push(" with ");
            self.parenthesized(properties, Self::parameter);
        }
    }

    /// `kind=inner`
    pub(super) fn parameter(&mut self, parameter: &NamedParameter<'_>) {
        self.push(parameter.name);
        self.equals(&parameter.value);
    }

    /// `=value`
    pub(super) fn equals(&mut self, value: &Expr<'_>) {
        // `=~~~text~~~` would begin with the operator `=~`.
        let is_tilded = value.span.slice(self.text).starts_with('~');
        self.push(if is_tilded { "= " } else { "=" });
        self.expression(value);
    }

    /// `x = value`, `(a, b) = value`, or just the value.
    pub(super) fn named_expression(&mut self, named: &NamedExpr<'_>) {
        match named.names.as_slice() {
            [] => {}
            [only] if !self.is_in_parentheses(named) => {
                self.name(only);
                self.push(" = ");
            }
            list => {
                self.parenthesized(list, Self::name);
                self.push(" = ");
            }
        }
        self.expression(&named.value);
    }

    /// Whether the names are written `(a) =`.
    fn is_in_parentheses(&self, named: &NamedExpr<'_>) -> bool {
        named.span.slice(self.text).starts_with('(')
    }

    fn dynamic(&mut self, value: &DynamicValue<'_>) {
        match &value.kind {
            DynamicKind::Null => self.push("null"),
            DynamicKind::Literal(_) => self.literal(value.span),
            DynamicKind::Array(elements) => {
                self.push("[");
                self.separated(elements, ", ", Self::dynamic);
                self.push("]");
            }
            DynamicKind::Bag(pairs) => {
                self.push("{");
                self.separated(pairs, ", ", |printer, (key, value)| {
                    printer.string(key);
                    printer.push(": ");
                    printer.dynamic(value);
                });
                self.push("}");
            }
        }
    }

    fn string(&mut self, string: &StringLiteral<'_>) {
        self.separated(&string.parts, " ", |printer, part| printer.literal(part.span));
    }
}

fn is_number(expr: &Expr<'_>) -> bool {
    matches!(&expr.kind, ExprKind::Literal(Literal::Long(_) | Literal::Real(_) | Literal::Timespan(_)))
}
