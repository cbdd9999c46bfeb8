//! The facts of one query.

use std::collections::HashMap;
use std::sync::Arc;

use crate::schema::{Column, Columns, ScalarType, Value};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprId, InOp, Operator, Pipeline};

/// Everything that the analysis found out about a query.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// By [`ExprId`].
    pub(super) expressions: Vec<ExprFacts>,
    /// Columns after each operator, by the operator's span.
    pub(super) after: HashMap<Span, Arc<Columns>>,
    /// Columns that each pipeline starts with, by the pipeline's span.
    pub(super) sources: HashMap<Span, Arc<Columns>>,
    /// Columns of the last result, if the query has a tabular one.
    pub result: Option<Columns>,
    /// Every test of a value that stands in the query, in order of position.
    pub predicates: Vec<Predicate>,
    /// Tables and functions that give rows, in order of position.
    pub tables: Vec<TableUse>,
    /// Joins and lookups, in no order.
    pub joins: Vec<JoinUse>,
    /// Names that the schema does not know, in order of position.
    pub unresolved: Vec<Unresolved>,
    /// Relative time bounds (`ago(14d)`, `now(-14d)`), in order of position.
    pub lookbacks: Vec<Lookback>,
    /// Parts from which no direct way leads to the result.
    pub(super) unclear: Vec<Span>,
}

impl Facts {
    /// The type of an expression.
    pub fn type_of(&self, expr: &Expr<'_>) -> ScalarType {
        self.expressions.get(expr.id.index()).map_or(ScalarType::Unknown, |facts| facts.ty)
    }

    /// What the name in an expression means.
    pub fn binding(&self, expr: &Expr<'_>) -> Option<&Binding> {
        self.expressions.get(expr.id.index())?.binding.as_ref()
    }

    /// The value of an expression, if it is constant: literals, `let` constants and lists of them.
    pub fn constant(&self, expr: &Expr<'_>) -> Option<&Constant> {
        self.expressions.get(expr.id.index())?.constant.as_deref()
    }

    /// The columns after an operator. Open and empty if the analysis did not reach it.
    pub fn columns_after(&self, operator: &Operator<'_>) -> Columns {
        self.after.get(&operator.span).map_or_else(Columns::open, |columns| Columns::clone(columns))
    }

    /// The columns in front of the first operator of a pipeline.
    pub fn columns_of_source(&self, pipeline: &Pipeline<'_>) -> Columns {
        self.sources.get(&pipeline.span).map_or_else(Columns::open, |columns| Columns::clone(columns))
    }

    /// Whether it cannot be said what a row more at that place does to the result: see [`Predicate::is_unclear`].
    pub fn is_unclear(&self, place: Span) -> bool {
        self.unclear.iter().any(|part| part.contains(place))
    }

    /// Brings every list into the order of position.
    pub(super) fn sort(&mut self) {
        self.predicates.sort_by_key(|predicate| (predicate.span.start, std::cmp::Reverse(predicate.span.end)));
        self.tables.sort_by_key(|table| table.span);
        self.unresolved.sort_by_key(|unresolved| unresolved.span);
        self.lookbacks.sort_by_key(|lookback| lookback.span);
    }

    /// The columns that a pipeline ends with.
    pub fn columns_of(&self, pipeline: &Pipeline<'_>) -> Columns {
        match pipeline.operators.last() {
            Some(operator) => self.columns_after(operator),
            None => self.columns_of_source(pipeline),
        }
    }
}

/// Facts of one expression.
#[derive(Debug, Clone, Default)]
pub struct ExprFacts {
    /// Its type.
    pub ty: ScalarType,
    /// What its name means, if it is a name, a call or a path that ends in one.
    pub binding: Option<Binding>,
    /// Its value, if constant. Shared, because a list may be used many times.
    pub constant: Option<Arc<Constant>>,
}

/// What a name means.
#[derive(Debug, Clone, PartialEq)]
pub enum Binding {
    /// A column of the rows at this point.
    Column(Column),
    /// A table of the schema.
    Table(String),
    /// A scalar `let`; the span is that of the name where it is declared.
    LetScalar(Span),
    /// A tabular `let`, or `as` name.
    LetTable(Span),
    /// A `let` function.
    LetFunction(Span),
    /// A parameter of the function whose body this is.
    Parameter(Span),
    /// A built-in scalar function, aggregate or plugin, by its name.
    BuiltIn(String),
    /// A function that is known to return rows but whose body is not in the query: an ASIM parser, `_GetWatchlist`.
    TableFunction(String),
}

/// A constant and where its parts are written.
#[derive(Debug, Clone, PartialEq)]
pub struct Constant {
    /// The value. A list is [`Value::Dynamic`] when it comes from `dynamic(…)`, one entry of `items` each.
    pub value: Value,
    /// The scalar parts in order: one for a scalar, the elements for a list.
    pub items: Vec<ConstantItem>,
}

/// A scalar part of a constant.
#[derive(Debug, Clone, PartialEq)]
pub struct ConstantItem {
    /// Its value.
    pub value: Value,
    /// The literal, where it is written: maybe in a `let` above.
    pub span: Span,
}

/// A test of a value, wherever it stands: `where`, `iff`, `countif`, `join … on` excluded.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent answers to independent questions")]
pub struct Predicate {
    /// The whole test.
    pub expr: ExprId,
    /// Place of the whole test.
    pub span: Span,
    /// What is tested.
    pub subject: Subject,
    /// How.
    pub op: PredicateOp,
    /// Place of the operator or function name.
    pub op_span: Span,
    /// The constant operands, lists flattened.
    pub values: Vec<ConstantItem>,
    /// Whether every operand is constant, so that `values` is all there is.
    pub is_complete: bool,
    /// Whether the row is kept when the test fails: the number of negations around it, its own `!` included, is odd.
    pub is_negated: bool,
    /// Whether a row that passes this test takes rows away from the result: it stands on the right of an anti join.
    pub is_in_exclusion: bool,
    /// Whether it cannot be said what more or fewer rows that pass this test do to the rows of the result: a later stage
    /// looks at all rows at once.
    pub is_unclear: bool,
    /// Whether it decides which rows are kept, rather than computing a value.
    pub is_filter: bool,
    /// The list in parentheses, for operators that have one.
    pub list_span: Option<Span>,
}

/// What a predicate tests.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Place of the whole left side.
    pub span: Span,
    /// The column, if the left side is one, perhaps inside functions that keep its text (`tolower(x)`, `tostring(x)`).
    pub column: Option<Column>,
    /// The names of those functions, outermost first.
    pub functions: Vec<String>,
    /// Its type.
    pub ty: ScalarType,
}

impl Subject {
    /// The column, if the left side is nothing but a column.
    pub fn plain_column(&self) -> Option<&Column> {
        self.column.as_ref().filter(|_| self.functions.is_empty())
    }
}

/// How a predicate tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PredicateOp {
    /// Any comparison or string operator.
    Binary(BinaryOp),
    /// An operator with a list.
    In(InOp),
    /// `between`
    Between,
    /// `!between`
    NotBetween,
    /// `isempty`, `isnotempty`, `ipv4_is_private`, …: a boolean function of the subject.
    Function,
}

/// A use of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableUse {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Whether the schema knows it.
    pub is_known: bool,
    /// Whether it is a function call (ASIM parser, watchlist).
    pub is_function: bool,
}

/// A `join` or `lookup`, and what its rows do to the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JoinUse {
    /// The operator.
    pub span: Span,
    /// As [`Predicate::is_in_exclusion`].
    pub is_in_exclusion: bool,
    /// As [`Predicate::is_unclear`].
    pub is_unclear: bool,
}

/// A name that the schema does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// What kind of thing was looked for.
    pub kind: UnresolvedKind,
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// Kinds of unresolved name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum UnresolvedKind {
    Table,
    Column,
    Function,
}

/// A relative time bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookback {
    /// The call.
    pub span: Span,
    /// How far back it reaches, in seconds, rounded up.
    pub seconds: i64,
}
