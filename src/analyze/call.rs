//! Calls of built-in functions, and of `let` functions where a value is wanted.

use super::predicate::tests_first_argument;
use super::scope::Definition;
use super::{Analyzer, Binding, Context, UnresolvedKind, typing};
use crate::schema::{Column, Columns, Function, FunctionKind, NamingRule, Origin, ReturnRule, ScalarType};
use crate::syntax::{Expr, ExprKind, Literal, Name, NamedExpr};

impl<'a, 'q> Analyzer<'a, 'q> {
    pub(super) fn call(
        &mut self,
        expr: &'a Expr<'q>,
        name: &Name<'q>,
        arguments: &'a [NamedExpr<'q>],
        context: Context<'_>,
    ) -> (ScalarType, Option<Binding>) {
        if let Some(Definition::Function { span, .. }) = self.scope.find(&name.text) {
            let binding = Binding::LetFunction(*span);
            return (self.call_declared(&name.text, None, arguments, context).scalar_type(), Some(binding));
        }
        let Some(function) = self.built_in(&name.text) else {
            return self.call_unknown(name, arguments, context);
        };
        let types = self.arguments(function, arguments, context);
        let ty = self.call_type(function, arguments, &types);
        if function.naming == NamingRule::Column {
            self.depends_on_values |=
                arguments.first().is_some_and(|argument| self.constant_of(&argument.value).is_none());
        }
        self.find_lookback_of_call(expr, function.name, arguments);
        if function.kind == FunctionKind::Scalar && tests_first_argument(function.name, ty) {
            self.record_function(expr, name, arguments, context);
        }
        (ty, Some(Binding::BuiltIn(function.name.to_owned())))
    }

    fn arguments(
        &mut self,
        function: Function<'a>,
        arguments: &'a [NamedExpr<'q>],
        context: Context<'_>,
    ) -> Vec<ScalarType> {
        let inner = if function.name == "not" { context.flipped() } else { context.operand() };
        // What stands inside an aggregate is computed for each row.
        let was_aggregating = self.is_aggregating;
        self.is_aggregating &= function.kind != FunctionKind::Aggregate;
        let types = arguments.iter().map(|argument| self.expression(&argument.value, inner)).collect();
        self.is_aggregating = was_aggregating;
        types
    }

    fn call_type(&self, function: Function<'a>, arguments: &'a [NamedExpr<'q>], types: &[ScalarType]) -> ScalarType {
        match function.returns {
            ReturnRule::Typeof(otherwise) => {
                let given = arguments.iter().find(|argument| matches!(argument.value.kind, ExprKind::Typeof(_)));
                given.map_or(otherwise, |argument| self.type_of(&argument.value))
            }
            // A call that gives several columns counts as the first of them.
            ReturnRule::Columns => match function.columns().next() {
                Some(column) => column.ty,
                None => types.first().copied().unwrap_or_default(),
            },
            rule => typing::call(rule, function.name, types),
        }
    }

    /// A function that the schema does not know as a scalar one. One that gives rows counts as its first value.
    fn call_unknown(
        &mut self,
        name: &Name<'q>,
        arguments: &'a [NamedExpr<'q>],
        context: Context<'_>,
    ) -> (ScalarType, Option<Binding>) {
        for argument in arguments {
            self.expression(&argument.value, context.operand());
        }
        let binding = self.table_function(&name.text).map(|function| function.name.to_owned());
        let is_known = binding.is_some() || self.scope.find(&name.text).is_some() || name.text == "table";
        if !is_known {
            self.unresolved(UnresolvedKind::Function, name);
        }
        (ScalarType::Unknown, binding.map(Binding::TableFunction))
    }

    /// The columns that a call gives, if it gives several. Their names are final.
    pub(super) fn columns_of_call(&self, expr: &'a Expr<'q>, input: &Columns) -> Option<Vec<Column>> {
        let ExprKind::Call { name, arguments } = &expr.kind else { return None };
        if self.scope.find(&name.text).is_some() {
            return None;
        }
        let function = self.built_in(&name.text)?;
        let (first, others) = arguments.split_first()?;
        match function.name {
            "arg_max" | "arg_min" | "argmax" | "argmin" => Some(self.extreme(function.name, first, others, input)),
            "take_any" => Some(self.any(arguments, input, None)),
            "any" if function.kind == FunctionKind::Aggregate => Some(self.any(arguments, input, Some("any"))),
            "percentile" | "percentiles" => Some(self.percentiles(expr, first, others, input)),
            "percentilew" | "percentilesw" => Some(self.percentiles(expr, first, others.get(1..)?, input)),
            "percentiles_array" | "percentilesw_array" => {
                let of = self.argument_name(first, input).unwrap_or_default();
                Some(vec![made(format!("percentiles_{of}"), ScalarType::Dynamic)])
            }
            "array_sort_asc" | "array_sort_desc" => {
                let sorted = |argument: &'a NamedExpr<'q>| {
                    let name = self.argument_name(argument, input).unwrap_or_default();
                    made(format!("{name}_sorted"), ScalarType::Dynamic)
                };
                Some(arguments.iter().map(sorted).collect())
            }
            _ if function.returns == ReturnRule::Columns => {
                let of = self.argument_name(first, input).unwrap_or_default();
                let column = |column: crate::schema::ColumnDefinition<'_>| {
                    made(format!("{}_{of}_{}", function.name, column.name), column.ty)
                };
                Some(function.columns().map(column).collect())
            }
            _ => None,
        }
    }

    /// `arg_max(x, a, *)`: `x` keeps its name, and the other columns of the row where it is greatest follow.
    fn extreme(
        &self,
        function: &str,
        first: &'a NamedExpr<'q>,
        others: &'a [NamedExpr<'q>],
        input: &Columns,
    ) -> Vec<Column> {
        let prefix = if function.ends_with("max") { "max" } else { "min" };
        let name = self.argument_name(first, input);
        let is_old = !function.contains('_');
        let shown = name.clone().unwrap_or_default();
        let first_name = match &name {
            Some(name) if !is_old => name.clone(),
            Some(_) | None => format!("{prefix}_{shown}"),
        };
        let rename = |name: String| if is_old { format!("{prefix}_{shown}_{name}") } else { name };
        let mut columns = vec![self.column_of_argument(first, first_name, input)];
        for (index, argument) in others.iter().enumerate() {
            if matches!(argument.value.kind, ExprKind::Star) {
                let rest = input.columns.iter().filter(|column| name.as_ref() != Some(&column.name));
                columns.extend(rest.map(|column| Column { name: rename(column.name.clone()), ..column.clone() }));
            } else {
                let name = self.argument_name(argument, input);
                let name = name.map_or_else(|| format!("{prefix}_{shown}_arg{}", index + 1), rename);
                columns.push(self.column_of_argument(argument, name, input));
            }
        }
        columns
    }

    fn any(&self, arguments: &'a [NamedExpr<'q>], input: &Columns, prefix: Option<&str>) -> Vec<Column> {
        let rename = |name: String| prefix.map_or_else(|| name.clone(), |prefix| format!("{prefix}_{name}"));
        let mut columns = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            if matches!(argument.value.kind, ExprKind::Star) {
                let all = input.columns.iter();
                columns.extend(all.map(|column| Column { name: rename(column.name.clone()), ..column.clone() }));
            } else {
                let name = match (self.argument_name(argument, input), prefix) {
                    (Some(name), _) => rename(name),
                    (None, Some(prefix)) => format!("{prefix}_"),
                    (None, None) => format!("any_arg{index}"),
                };
                columns.push(self.column_of_argument(argument, name, input));
            }
        }
        columns
    }

    fn percentiles(
        &self,
        call: &'a Expr<'q>,
        of: &'a NamedExpr<'q>,
        ranks: &'a [NamedExpr<'q>],
        input: &Columns,
    ) -> Vec<Column> {
        let of_name = self.argument_name(of, input).unwrap_or_default();
        let ty = match self.type_of(call) {
            ScalarType::Int => ScalarType::Long,
            ty => ty,
        };
        let rank_name = |rank: &NamedExpr<'q>| match &rank.value.kind {
            ExprKind::Literal(Literal::Long(text) | Literal::Real(text)) => text.replace('.', "_"),
            _ => String::new(),
        };
        ranks.iter().map(|rank| made(format!("percentile_{of_name}_{}", rank_name(rank)), ty)).collect()
    }

    /// A column that an aggregate picks from a row: it keeps its origin.
    fn column_of_argument(&self, argument: &'a NamedExpr<'q>, name: String, input: &Columns) -> Column {
        match self.plain_column(&argument.value, input) {
            Some(column) => Column { name, ..column.clone() },
            None => made(name, self.type_of(&argument.value)),
        }
    }
}

/// A column whose origin the caller fills in.
fn made(name: String, ty: ScalarType) -> Column {
    Column { name, ty, origin: Origin::Unknown }
}
