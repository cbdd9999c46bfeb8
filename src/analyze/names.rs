//! The names that Kusto gives to columns whose author gave none.

use super::Analyzer;
use crate::schema::{Columns, FunctionKind, NamingRule, ScalarType, Value};
use crate::syntax::{Expr, ExprKind, Literal, Name, NamedExpr};

impl<'a, 'q> Analyzer<'a, 'q> {
    /// The name of a column with this value, or `None` where it becomes `Column1`.
    ///
    /// Members of a dynamic value are joined by underscores: `d.a[0]` is `d_a_0`; those that have no name leave the
    /// underscore. The types must have been inferred before.
    pub(super) fn result_name(&self, expr: &'a Expr<'q>, input: &Columns) -> Option<String> {
        let mut members = Vec::new();
        let mut current = expr;
        loop {
            match &current.kind {
                ExprKind::Parenthesized(inner) => current = inner,
                ExprKind::Path { base, member } | ExprKind::Element { base, index: member } => {
                    let name = match &current.kind {
                        ExprKind::Element { .. } => element_name(member),
                        _ => member_name(member),
                    };
                    let has_prefix = matches!(self.type_of(base), ScalarType::Dynamic | ScalarType::Unknown);
                    members.push((name, has_prefix));
                    current = base;
                }
                _ => break,
            }
        }
        let mut name = self.simple_name(current, input);
        for (member, has_prefix) in members.into_iter().rev() {
            name = match name.filter(|prefix| has_prefix && !prefix.trim().is_empty()) {
                Some(prefix) => Some(format!("{prefix}_{}", member.unwrap_or_default())),
                None => member,
            };
        }
        name
    }

    fn simple_name(&self, expr: &'a Expr<'q>, input: &Columns) -> Option<String> {
        match &expr.kind {
            ExprKind::Name(name) => Some(name.text.clone().into_owned()),
            ExprKind::Named(named) => named.name().map(|name| name.text.clone().into_owned()),
            ExprKind::Call { name, arguments } => self.call_name(name, arguments, input),
            _ => None,
        }
    }

    fn call_name(&self, name: &Name<'q>, arguments: &'a [NamedExpr<'q>], input: &Columns) -> Option<String> {
        if self.scope.find(&name.text).is_some() {
            return None;
        }
        let first = || arguments.first().and_then(|argument| self.argument_name(argument, input));
        match self.built_in(&name.text)?.naming {
            NamingRule::First => first(),
            NamingRule::Only if arguments.len() == 1 => first(),
            NamingRule::None | NamingRule::Only => None,
            NamingRule::Prefix(prefix) => Some(format!("{prefix}_{}", first().unwrap_or_default())),
            NamingRule::Fixed(fixed) => Some(fixed.to_owned()),
            NamingRule::Column => match &self.constant_of(&arguments.first()?.value)?.value {
                Value::String(text) => input.find(text).map(|column| column.name.clone()),
                _ => None,
            },
        }
    }

    /// The name of an argument, for the names of columns that are made of it.
    pub(super) fn argument_name(&self, argument: &'a NamedExpr<'q>, input: &Columns) -> Option<String> {
        match argument.name() {
            Some(name) => Some(name.text.clone().into_owned()),
            None => self.result_name(&argument.value, input),
        }
    }

    /// The built-in function of that name; inside an aggregation, aggregates come first.
    pub(super) fn built_in(&self, name: &str) -> Option<crate::schema::Function<'a>> {
        let schema: &'a crate::schema::Schema = self.schema;
        let preferred = if self.is_aggregating { schema.function_of_kind(name, FunctionKind::Aggregate) } else { None };
        preferred.or_else(|| schema.function(name))
    }
}

fn member_name(member: &Expr<'_>) -> Option<String> {
    match &member.kind {
        ExprKind::Name(name) | ExprKind::Call { name, .. } => Some(name.text.clone().into_owned()),
        _ => element_name(member),
    }
}

fn element_name(index: &Expr<'_>) -> Option<String> {
    match &index.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text.value.clone().into_owned()),
        ExprKind::Literal(Literal::Long(text)) => Some((*text).to_owned()),
        _ => None,
    }
}
