//! Outlines of expressions and literals.

use super::{Outline, name, statement};
use crate::span::Span;
use crate::syntax::{
    DynamicKind, DynamicValue, Expr, ExprKind, Literal, NamedExpr, NamedParameter, StringLiteral, StringPart,
    StringStyle, TypedKeyword, UnaryOp,
};

pub(super) fn expression(expr: &Expr<'_>) -> Outline {
    let span = expr.span;
    match &expr.kind {
        ExprKind::Name(name) => super::name(name),
        ExprKind::Wildcard(text) => Outline::leaf("wildcard", *text, span),
        ExprKind::Star => Outline::node("star", span, Vec::new()),
        ExprKind::Literal(value) => literal(value, span),
        ExprKind::Dynamic(value) => Outline::node("dynamic", span, vec![dynamic(value)]),
        ExprKind::Typeof(types) => Outline::node("typeof", span, types.iter().map(statement::typeof_part).collect()),
        ExprKind::Unary { op, operand } => Outline::node(sign(*op), span, vec![expression(operand)]),
        ExprKind::Binary { op, left, right, .. } => binary(op.as_str(), span, left, right),
        ExprKind::In { op, left, list, list_span, .. } => {
            let list = Outline::node("list", *list_span, expressions(list));
            Outline::named("in", op.as_str(), span, vec![expression(left), list])
        }
        ExprKind::Between { is_negated, left, low, high, .. } => {
            let kind = if *is_negated { "!between" } else { "between" };
            Outline::node(kind, span, vec![expression(left), expression(low), expression(high)])
        }
        ExprKind::Call { name, arguments } => Outline::named("call", &name.text, span, named_expressions(arguments)),
        ExprKind::Path { base, member } => Outline::node("path", span, vec![expression(base), expression(member)]),
        ExprKind::Element { base, index } => Outline::node("element", span, vec![expression(base), expression(index)]),
        ExprKind::Parenthesized(inner) => Outline::node("parentheses", span, vec![expression(inner)]),
        ExprKind::Pipeline(pipeline) => Outline { span, ..statement::pipeline(pipeline) },
        ExprKind::Named(named) => named_expression(named),
        ExprKind::ToScalar(pipeline) => Outline::node("toscalar", span, vec![statement::pipeline(pipeline)]),
        ExprKind::ToTable(pipeline) => Outline::node("totable", span, vec![statement::pipeline(pipeline)]),
        ExprKind::Materialize(pipeline) => Outline::node("materialize", span, vec![statement::pipeline(pipeline)]),
        ExprKind::Datatable { columns, values } => {
            let columns = columns.iter().map(statement::column);
            Outline::node("datatable", span, columns.chain(values.iter().map(expression)).collect())
        }
        ExprKind::ExternalData { columns, urls, properties } => {
            let columns = columns.iter().map(statement::column);
            let urls = urls.iter().map(expression);
            let properties = properties.iter().map(parameter);
            Outline::node("externaldata", span, columns.chain(urls).chain(properties).collect())
        }
        ExprKind::EntityGroup(members) => Outline::node("entity_group", span, expressions(members)),
        ExprKind::ClientParameter(text) => Outline::leaf("client-parameter", *text, span),
        ExprKind::Unknown => Outline::node("unknown", span, Vec::new()),
        ExprKind::Invalid => Outline::node("invalid", span, Vec::new()),
    }
}

fn sign(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Minus => "minus",
        UnaryOp::Plus => "plus",
    }
}

/// In its own function, so that chains of operators take little stack.
fn binary(op: &'static str, span: Span, left: &Expr<'_>, right: &Expr<'_>) -> Outline {
    Outline::named("binary", op, span, vec![expression(left), expression(right)])
}

pub(super) fn expressions(list: &[Expr<'_>]) -> Vec<Outline> {
    list.iter().map(expression).collect()
}

pub(super) fn named_expressions(list: &[NamedExpr<'_>]) -> Vec<Outline> {
    list.iter().map(named_expression).collect()
}

/// `x = value`, or just the value.
pub(super) fn named_expression(named: &NamedExpr<'_>) -> Outline {
    let value = expression(&named.value);
    if named.names.is_empty() {
        return value;
    }
    let children = named.names.iter().map(name).chain([value]).collect();
    Outline::node("named", named.span, children)
}

/// `kind=inner`
pub(super) fn parameter(parameter: &NamedParameter<'_>) -> Outline {
    Outline::named("parameter", parameter.name, parameter.span, vec![expression(&parameter.value)])
}

fn literal(literal: &Literal<'_>, span: Span) -> Outline {
    match literal {
        Literal::String(value) => string(value, span),
        Literal::Long(text) => Outline::leaf("long", *text, span),
        Literal::Real(text) => Outline::leaf("real", *text, span),
        Literal::Bool(value) => Outline::leaf("bool", value.to_string(), span),
        Literal::Timespan(text) => Outline::leaf("timespan", *text, span),
        Literal::Typed { keyword, text } => {
            Outline::node("literal", span, vec![Outline::leaf(typed_keyword(*keyword), *text, span)])
        }
    }
}

fn typed_keyword(keyword: TypedKeyword) -> &'static str {
    match keyword {
        TypedKeyword::Bool => "bool",
        TypedKeyword::Datetime => "datetime",
        TypedKeyword::Timespan => "timespan",
        TypedKeyword::Int => "int",
        TypedKeyword::Long => "long",
        TypedKeyword::Real => "real",
        TypedKeyword::Decimal => "decimal",
        TypedKeyword::Guid => "guid",
    }
}

/// The value; the parts are shown unless there is one plain one.
fn string(value: &StringLiteral<'_>, span: Span) -> Outline {
    let is_plain = |part: &StringPart| part.style == StringStyle::Plain && !part.is_obfuscated;
    let parts = match value.parts.as_slice() {
        [only] if is_plain(only) => Vec::new(),
        parts => parts.iter().map(string_part).collect(),
    };
    Outline::named("string", &value.value, span, parts)
}

fn string_part(part: &StringPart) -> Outline {
    let style = match part.style {
        StringStyle::Plain => "plain",
        StringStyle::Verbatim => "verbatim",
        StringStyle::MultiLine => "multi-line",
    };
    Outline::leaf(if part.is_obfuscated { "obfuscated-part" } else { "part" }, style, part.span)
}

fn dynamic(value: &DynamicValue<'_>) -> Outline {
    match &value.kind {
        DynamicKind::Null => Outline::node("null", value.span, Vec::new()),
        DynamicKind::Literal(inner) => literal(inner, value.span),
        DynamicKind::Array(elements) => Outline::node("array", value.span, elements.iter().map(dynamic).collect()),
        DynamicKind::Bag(pairs) => {
            Outline::node("bag", value.span, pairs.iter().map(|(key, value)| pair(key, value)).collect())
        }
    }
}

fn pair(key: &StringLiteral<'_>, value: &DynamicValue<'_>) -> Outline {
    let place = key.parts.iter().map(|part| part.span).reduce(Span::to).unwrap_or(value.span);
    Outline::node("pair", place.to(value.span), vec![string(key, place), dynamic(value)])
}
