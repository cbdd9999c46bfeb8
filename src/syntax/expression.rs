//! Scalar expressions, calls and tabular sources as written.

use super::{ColumnDeclaration, DynamicValue, Literal, Name, Pipeline, TypeName};
use crate::span::Span;

/// Number of an expression within its query, for tables of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

impl ExprId {
    /// As an index into a table of facts.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr<'q> {
    /// Its number.
    pub id: ExprId,
    /// Its text.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind<'q>,
}

/// Kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind<'q> {
    /// A column, table, variable or function without arguments.
    Name(Name<'q>),
    /// A name with `*` in it, such as `Device*`, where one is allowed.
    Wildcard(&'q str),
    /// `*` alone.
    Star,
    /// A literal.
    Literal(Literal<'q>),
    /// `dynamic(…)`
    Dynamic(Box<DynamicValue<'q>>),
    /// `typeof(…)`
    Typeof(Vec<TypeofPart<'q>>),
    /// `-x`, `+x`
    Unary {
        /// Which sign.
        op: UnaryOp,
        /// What it applies to.
        operand: Box<Expr<'q>>,
    },
    /// `a op b`
    Binary {
        /// Which operator.
        op: BinaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// Left operand.
        left: Box<Expr<'q>>,
        /// Right operand.
        right: Box<Expr<'q>>,
    },
    /// `a in (…)`, `a has_any (…)`, …
    In {
        /// Which operator.
        op: InOp,
        /// Where the operator stands.
        op_span: Span,
        /// Left operand.
        left: Box<Expr<'q>>,
        /// The list: expressions, or one [`ExprKind::Pipeline`].
        list: Vec<Expr<'q>>,
        /// The parentheses and what stands between.
        list_span: Span,
    },
    /// `a between (low .. high)`
    Between {
        /// Whether it is `!between`.
        is_negated: bool,
        /// Where the operator stands.
        op_span: Span,
        /// Left operand.
        left: Box<Expr<'q>>,
        /// Lower end, inclusive.
        low: Box<Expr<'q>>,
        /// Upper end, inclusive; a timespan counts from `low`.
        high: Box<Expr<'q>>,
    },
    /// `f(…)`
    Call {
        /// The function.
        name: Name<'q>,
        /// The arguments.
        arguments: Vec<NamedExpr<'q>>,
    },
    /// `a.b`; `b` may be a call (`database('d').f()`).
    Path {
        /// What stands before the dot.
        base: Box<Expr<'q>>,
        /// What stands behind it: a name, a call or a wildcard.
        member: Box<Expr<'q>>,
    },
    /// `a[b]`
    Element {
        /// What stands before the bracket.
        base: Box<Expr<'q>>,
        /// What stands in it.
        index: Box<Expr<'q>>,
    },
    /// `(a)`, and `[a]`, which Kusto's parser takes for the same
    Parenthesized(Box<Expr<'q>>),
    /// A sub-query: a pipeline with an operator, where an expression may stand.
    Pipeline(Box<Pipeline<'q>>),
    /// `name = value` where one expression stands alone (`where a = 1`): legal for Kusto's parser, never useful.
    Named(Box<NamedExpr<'q>>),
    /// `toscalar(…)`
    ToScalar(Box<Pipeline<'q>>),
    /// `totable(…)`
    ToTable(Box<Pipeline<'q>>),
    /// `materialize(…)`, only as the value of a `let`.
    Materialize(Box<Pipeline<'q>>),
    /// `datatable(columns)[values]`
    Datatable {
        /// The columns.
        columns: Vec<ColumnDeclaration<'q>>,
        /// The values, row by row.
        values: Vec<Expr<'q>>,
    },
    /// `externaldata(columns)[urls] with (…)`
    ExternalData {
        /// The columns.
        columns: Vec<ColumnDeclaration<'q>>,
        /// Where the data lie.
        urls: Vec<Expr<'q>>,
        /// Properties of the reading.
        properties: Vec<NamedParameter<'q>>,
    },
    /// `entity_group […]`
    EntityGroup(Vec<Expr<'q>>),
    /// `{name}`: a parameter that a client fills in before the query is sent.
    ClientParameter(&'q str),
    /// A rare special form that is accepted but not modelled, such as `materialized-view-combine`.
    Unknown,
    /// What could not be read; the parser has reported why.
    Invalid,
}

/// A part of `typeof(…)`.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeofPart<'q> {
    /// `*`: the columns of the input.
    Star(Span),
    /// A type alone.
    Type(TypeName<'q>),
    /// `name:type`
    Column(ColumnDeclaration<'q>),
}

impl<'q> TypeofPart<'q> {
    /// The type that it names, if it names one.
    pub fn ty(&self) -> Option<TypeName<'q>> {
        match self {
            Self::Star(_) => None,
            Self::Type(ty) => Some(*ty),
            Self::Column(column) => Some(column.ty),
        }
    }
}

/// An element of a list that may give its value a name: `x = f(a)`, `(a, b) = f(c)`, or just `f(a)`.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedExpr<'q> {
    /// The new names; empty if none is given.
    pub names: Vec<Name<'q>>,
    /// The value.
    pub value: Expr<'q>,
    /// Names and value.
    pub span: Span,
}

impl<'q> NamedExpr<'q> {
    /// The new name, if exactly one is given.
    pub fn name(&self) -> Option<&Name<'q>> {
        match self.names.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }
}

/// `kind=inner`, `hint.strategy=shuffle`, `withsource=T`, `format="csv"`
#[derive(Debug, Clone, PartialEq)]
pub struct NamedParameter<'q> {
    /// The parameter, as written, such as `kind` or `hint.shufflekey`.
    pub name: &'q str,
    /// Where the name stands.
    pub name_span: Span,
    /// The value: a word is an [`ExprKind::Name`].
    pub value: Expr<'q>,
    /// Name and value.
    pub span: Span,
}

/// Signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Minus,
    /// `+`
    Plus,
}

/// Operators with two operands.
///
/// Spellings that Kusto treats alike (`<>` and `!=`, `notcontains` and `!contains`) are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "`as_str` says how each is written")]
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    EqualCi,
    NotEqualCi,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Contains,
    NotContains,
    ContainsCs,
    NotContainsCs,
    StartsWith,
    NotStartsWith,
    StartsWithCs,
    NotStartsWithCs,
    EndsWith,
    NotEndsWith,
    EndsWithCs,
    NotEndsWithCs,
    Has,
    NotHas,
    HasCs,
    NotHasCs,
    HasPrefix,
    NotHasPrefix,
    HasPrefixCs,
    NotHasPrefixCs,
    HasSuffix,
    NotHasSuffix,
    HasSuffixCs,
    NotHasSuffixCs,
    Like,
    NotLike,
    LikeCs,
    NotLikeCs,
    MatchesRegex,
    SearchColon,
}

/// Every binary operator with its spelling. Later spellings of the same operator are old ones.
pub const BINARY_OPERATORS: &[(&str, BinaryOp)] = &[
    ("or", BinaryOp::Or),
    ("and", BinaryOp::And),
    ("==", BinaryOp::Equal),
    ("!=", BinaryOp::NotEqual),
    ("<>", BinaryOp::NotEqual),
    ("=~", BinaryOp::EqualCi),
    ("!~", BinaryOp::NotEqualCi),
    ("<", BinaryOp::Less),
    ("<=", BinaryOp::LessOrEqual),
    (">", BinaryOp::Greater),
    (">=", BinaryOp::GreaterOrEqual),
    ("+", BinaryOp::Add),
    ("-", BinaryOp::Subtract),
    ("*", BinaryOp::Multiply),
    ("/", BinaryOp::Divide),
    ("%", BinaryOp::Modulo),
    ("contains", BinaryOp::Contains),
    ("!contains", BinaryOp::NotContains),
    ("notcontains", BinaryOp::NotContains),
    ("contains_cs", BinaryOp::ContainsCs),
    ("containscs", BinaryOp::ContainsCs),
    ("!contains_cs", BinaryOp::NotContainsCs),
    ("notcontainscs", BinaryOp::NotContainsCs),
    ("startswith", BinaryOp::StartsWith),
    ("!startswith", BinaryOp::NotStartsWith),
    ("startswith_cs", BinaryOp::StartsWithCs),
    ("!startswith_cs", BinaryOp::NotStartsWithCs),
    ("endswith", BinaryOp::EndsWith),
    ("!endswith", BinaryOp::NotEndsWith),
    ("endswith_cs", BinaryOp::EndsWithCs),
    ("!endswith_cs", BinaryOp::NotEndsWithCs),
    ("has", BinaryOp::Has),
    ("!has", BinaryOp::NotHas),
    ("has_cs", BinaryOp::HasCs),
    ("!has_cs", BinaryOp::NotHasCs),
    ("hasprefix", BinaryOp::HasPrefix),
    ("!hasprefix", BinaryOp::NotHasPrefix),
    ("hasprefix_cs", BinaryOp::HasPrefixCs),
    ("!hasprefix_cs", BinaryOp::NotHasPrefixCs),
    ("hassuffix", BinaryOp::HasSuffix),
    ("!hassuffix", BinaryOp::NotHasSuffix),
    ("hassuffix_cs", BinaryOp::HasSuffixCs),
    ("!hassuffix_cs", BinaryOp::NotHasSuffixCs),
    ("like", BinaryOp::Like),
    ("notlike", BinaryOp::NotLike),
    ("likecs", BinaryOp::LikeCs),
    ("notlikecs", BinaryOp::NotLikeCs),
    ("matches regex", BinaryOp::MatchesRegex),
    (":", BinaryOp::SearchColon),
];

impl BinaryOp {
    /// The operator of a spelling.
    pub fn from_spelling(text: &str) -> Option<Self> {
        BINARY_OPERATORS.iter().find(|(spelling, _)| *spelling == text).map(|(_, op)| *op)
    }

    /// How it is written today.
    pub fn as_str(self) -> &'static str {
        BINARY_OPERATORS.iter().find(|(_, op)| *op == self).map_or("", |(spelling, _)| spelling)
    }
}

/// Operators with a list on the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InOp {
    /// `in`: equal to an element, case-sensitive.
    In,
    /// `!in`
    NotIn,
    /// `in~`: equal to an element in any letter case.
    InCi,
    /// `!in~`
    NotInCi,
    /// `has_any`: an element is a term of the value, in any letter case.
    HasAny,
    /// `has_all`: every element is a term of the value, in any letter case.
    HasAll,
}

impl InOp {
    /// The operator of a spelling.
    pub fn from_spelling(text: &str) -> Option<Self> {
        Some(match text {
            "in" => Self::In,
            "!in" => Self::NotIn,
            "in~" => Self::InCi,
            "!in~" => Self::NotInCi,
            "has_any" => Self::HasAny,
            "has_all" => Self::HasAll,
            _ => return None,
        })
    }

    /// How it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::NotIn => "!in",
            Self::InCi => "in~",
            Self::NotInCi => "!in~",
            Self::HasAny => "has_any",
            Self::HasAll => "has_all",
        }
    }
}
