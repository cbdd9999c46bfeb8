//! `declare pattern`: names that stand for queries by their arguments.

use super::{Expr, Name, Parameter, Pipeline, Statement};
use crate::span::Span;

/// `declare pattern name [= (parameters)[path] { (arguments)[.path] = { body }; … }]`
#[derive(Debug, Clone, PartialEq)]
pub struct PatternDeclaration<'q> {
    /// Name of the pattern.
    pub name: Name<'q>,
    /// Its parameters.
    pub parameters: Vec<Parameter<'q>>,
    /// The parameter behind the arguments, if any.
    pub path: Option<Parameter<'q>>,
    /// What it stands for.
    pub matches: Vec<PatternMatch<'q>>,
}

/// One line of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternMatch<'q> {
    /// The argument values that select it.
    pub arguments: Vec<Expr<'q>>,
    /// The path value that selects it.
    pub path: Option<Expr<'q>>,
    /// What the pattern stands for then.
    pub body: Vec<Statement<'q>>,
    /// Its text.
    pub span: Span,
}

/// A node or an edge of a `graph-match` pattern.
#[derive(Debug, Clone, PartialEq)]
pub enum GraphElement<'q> {
    /// `(name)` or `()`
    Node {
        /// Its name.
        name: Option<Name<'q>>,
        /// Its text.
        span: Span,
    },
    /// `-[name*min..max]->`, `-->`, `<--`, `--`, …
    Edge {
        /// Its name.
        name: Option<Name<'q>>,
        /// Range of its length, if it is variable.
        range: Option<Box<(Expr<'q>, Expr<'q>)>>,
        /// Its text.
        span: Span,
    },
}

/// `nodes as N`, `edges`: an output of `graph-to-table`.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphOutput<'q> {
    /// Whether it gives nodes rather than edges.
    pub is_nodes: bool,
    /// Name of the table.
    pub alias: Option<Name<'q>>,
    /// Its text.
    pub span: Span,
}

/// One step of `scan`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanStep<'q> {
    /// Its name.
    pub name: Name<'q>,
    /// Whether it is `optional`.
    pub is_optional: bool,
    /// `all`, `last` or `none`, if given.
    pub output: Option<&'q str>,
    /// The condition.
    pub condition: Expr<'q>,
    /// What it sets.
    pub assignments: Vec<super::NamedExpr<'q>>,
    /// Its text.
    pub span: Span,
}

/// Body of an operator in parentheses or braces: `partition by x (…)`, `fork (…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct SubPipeline<'q> {
    /// Its name, where one may be given.
    pub name: Option<Name<'q>>,
    /// The operators, or a whole query in braces.
    pub pipeline: Pipeline<'q>,
    /// With the parentheses.
    pub span: Span,
}
