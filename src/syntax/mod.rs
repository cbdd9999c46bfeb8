//! The KQL tree as written.
//!
//! Nodes are plain values; names and literals borrow from the query text. Nothing is resolved here and no later stage
//! patches a node: facts live in tables indexed by [`ExprId`]. What is not understood stays in the tree as `Unknown`
//! or `Invalid` with its span.

mod expression;
mod literal;
mod operator;
mod outline;
mod pattern;
mod visit;
mod print;

pub use expression::*;
pub use literal::*;
pub use operator::*;
pub use outline::{Layout, Outline, outline};
pub use pattern::*;
pub use print::print;
pub use visit::*;

use std::borrow::Cow;

use crate::span::Span;

/// A whole query text: one block of statements.
#[derive(Debug, Clone, PartialEq)]
pub struct Query<'q> {
    /// The statements in order.
    pub statements: Vec<Statement<'q>>,
    /// Every `//` comment, without its line end, in order.
    pub comments: Vec<Span>,
    /// Number of expressions: every [`ExprId`] of the tree is below it.
    pub expressions: u32,
}

impl<'q> Query<'q> {
    /// The tabular statements that give a result.
    pub fn results(&self) -> impl Iterator<Item = &Pipeline<'q>> {
        self.statements.iter().filter_map(|statement| match &statement.kind {
            StatementKind::Query(pipeline) => Some(pipeline),
            _ => None,
        })
    }

    /// The value of the `let` whose name stands at `declared`, unless it is a function.
    pub fn let_pipeline(&self, declared: Span) -> Option<&Pipeline<'q>> {
        self.walk().find_map(|node| {
            let Node::Statement(statement) = node else { return None };
            match &statement.kind {
                StatementKind::Let { name, value: LetValue::Pipeline(pipeline) } if name.span == declared => {
                    Some(pipeline)
                }
                _ => None,
            }
        })
    }
}

/// A name as written: an identifier, or any text in `['…']`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name<'q> {
    /// The name itself, without brackets, quotes and escapes.
    pub text: Cow<'q, str>,
    /// Where it stands, brackets included.
    pub span: Span,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement<'q> {
    /// What it is.
    pub kind: StatementKind<'q>,
    /// Its text, without the `;`.
    pub span: Span,
}

/// Kinds of statement.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind<'q> {
    /// `let name = value`
    Let {
        /// The new name.
        name: Name<'q>,
        /// What it stands for.
        value: LetValue<'q>,
    },
    /// A tabular or scalar expression: the result of the query.
    Query(Pipeline<'q>),
    /// `set option [= value]`
    Set {
        /// The request property.
        name: Name<'q>,
        /// Its value, if any.
        value: Option<Expr<'q>>,
    },
    /// `declare query_parameters (…)`
    DeclareParameters(Vec<Parameter<'q>>),
    /// `declare pattern name [= …]`
    DeclarePattern(PatternDeclaration<'q>),
    /// `alias database name = value`
    Alias {
        /// The new name.
        name: Name<'q>,
        /// The database.
        value: Expr<'q>,
    },
    /// `restrict access to (…)`
    Restrict(Vec<Expr<'q>>),
    /// A statement that could not be read; the parser has reported why.
    Invalid,
}

/// Right side of a `let`.
#[derive(Debug, Clone, PartialEq)]
pub enum LetValue<'q> {
    /// A scalar or tabular expression; a pipeline without operators is a plain expression.
    Pipeline(Pipeline<'q>),
    /// `(parameters) { body }`
    Function(FunctionDeclaration<'q>),
}

/// A user-defined function.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionDeclaration<'q> {
    /// Whether it is written `view (…)`.
    pub is_view: bool,
    /// Parameters in order.
    pub parameters: Vec<Parameter<'q>>,
    /// Statements of the body; the last one, if any, is the result.
    pub body: Vec<Statement<'q>>,
    /// From `view` or `(` to `}`.
    pub span: Span,
}

/// A parameter of a function or of the query.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter<'q> {
    /// Its name.
    pub name: Name<'q>,
    /// Its type.
    pub kind: ParameterKind<'q>,
    /// Value when the call leaves it out.
    pub default: Option<Expr<'q>>,
    /// Its text.
    pub span: Span,
}

/// Type of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterKind<'q> {
    /// `name:type`
    Scalar(TypeName<'q>),
    /// `name:(column:type, …)`
    Table(Vec<ColumnDeclaration<'q>>),
    /// `name:(*)`
    AnyTable,
}

/// `name:type` in a schema. `type` is `None` where the syntax lets it be left out.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDeclaration<'q> {
    /// Name of the column.
    pub name: Name<'q>,
    /// Its type.
    pub ty: TypeName<'q>,
    /// Its text.
    pub span: Span,
}

/// A type as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeName<'q> {
    /// The word, such as `string` or `int64`.
    pub text: &'q str,
    /// Where it stands.
    pub span: Span,
}

/// A source and the operators it flows through.
///
/// Also stands for a lone expression, which is a pipeline without operators.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline<'q> {
    /// What comes before the first pipe.
    pub head: Head<'q>,
    /// The operators behind each pipe.
    pub operators: Vec<Operator<'q>>,
    /// From the head to the last operator.
    pub span: Span,
}

impl<'q> Pipeline<'q> {
    /// The expression, if this is a lone one.
    pub fn as_expression(&self) -> Option<&Expr<'q>> {
        match &self.head {
            Head::Expr(expr) if self.operators.is_empty() => Some(expr),
            _ => None,
        }
    }
}

/// What a pipeline starts with.
#[derive(Debug, Clone, PartialEq)]
pub enum Head<'q> {
    /// A table, function call, sub-query, `datatable`, or a scalar.
    Expr(Expr<'q>),
    /// An operator that needs no source, such as `union`, `print`, `range`, or, inside `mv-apply`, any other.
    Operator(Box<Operator<'q>>),
}
