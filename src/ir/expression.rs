//! Resolved expressions and predicates.

use super::Pipeline;
use crate::schema::{Origin, ScalarType, Value};
use crate::span::Span;

/// A resolved expression.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type, if known.
    pub ty: ScalarType,
    /// Place in the query; for a value that a `let` names, the place of its use.
    pub span: Span,
}

/// Kinds of expression.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub enum ExprKind {
    /// A column.
    Field(Field),
    /// A constant; constants behind a `let` are inlined.
    Value(Value),
    /// Every one of these. Never nested directly, never empty.
    And(Vec<Expr>),
    /// At least one of these. Never nested directly, never empty.
    Or(Vec<Expr>),
    /// `not(…)`; also how a negated operator such as `!has` or `!=` is written.
    Not(Box<Expr>),
    /// A test of one value.
    Test(Box<Test>),
    /// `iff`, `case`: the first branch whose condition is true; null conditions count as false.
    Case {
        /// Condition and value.
        branches: Vec<(Expr, Expr)>,
        /// Value if no condition holds.
        otherwise: Box<Expr>,
    },
    /// A call of a scalar or aggregate function.
    Call {
        /// Its name.
        name: String,
        /// Its arguments; a star is [`ExprKind::Star`].
        arguments: Vec<Expr>,
    },
    /// Arithmetic.
    Arithmetic {
        /// Which.
        op: ArithmeticOp,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `-x`
    Negate(Box<Expr>),
    /// Property or element of a dynamic value.
    Member {
        /// The dynamic value.
        base: Box<Expr>,
        /// Property name or index.
        key: MemberKey,
    },
    /// `*`
    Star,
    /// A sub-query: `toscalar(…)`, or the list of `in (T | project x)`.
    Subquery(Box<Pipeline>),
    /// What is named but not modelled, with the reason.
    Opaque(String),
}

impl Expr {
    /// Looks at the expressions right below, in order. A sub-query is none of them.
    pub fn for_each_child<'e>(&'e self, each: &mut dyn FnMut(&'e Self)) {
        match &self.kind {
            ExprKind::Field(_) | ExprKind::Value(_) | ExprKind::Star | ExprKind::Subquery(_) | ExprKind::Opaque(_) => {}
            ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Call { arguments: parts, .. } => {
                parts.iter().for_each(each);
            }
            ExprKind::Not(inner) | ExprKind::Negate(inner) => each(inner),
            ExprKind::Test(test) => {
                each(&test.subject);
                test.operands.iter().for_each(each);
            }
            ExprKind::Case { branches, otherwise } => {
                for (when, then) in branches {
                    each(when);
                    each(then);
                }
                each(otherwise);
            }
            ExprKind::Arithmetic { left, right, .. } => {
                each(left);
                each(right);
            }
            ExprKind::Member { base, key } => {
                each(base);
                if let MemberKey::Computed(key) = key {
                    each(key);
                }
            }
        }
    }

    /// The expressions right below, in order. A sub-query is none of them.
    pub fn children(&self) -> Vec<&Self> {
        let mut children = Vec::new();
        self.for_each_child(&mut |child| children.push(child));
        children
    }

    /// The sub-queries in it.
    pub fn queries(&self) -> Vec<&Pipeline> {
        match &self.kind {
            ExprKind::Subquery(pipeline) => vec![pipeline],
            _ => self.children().into_iter().flat_map(Self::queries).collect(),
        }
    }

    /// The rows of which `toscalar(…)` takes one value.
    pub fn scalar_query(&self) -> Option<&Pipeline> {
        match &self.kind {
            ExprKind::Call { name, arguments } if name == "toscalar" => match arguments.as_slice() {
                [Expr { kind: ExprKind::Subquery(pipeline), .. }] => Some(pipeline),
                _ => None,
            },
            _ => None,
        }
    }
}

/// How a dynamic value is entered.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub enum MemberKey {
    /// `d.name`, `d["name"]`; case-sensitive.
    Property(String),
    /// `d[0]`; negative counts from the end.
    Index(i64),
    /// `d[expression]`
    Computed(Box<Expr>),
}

/// A column reference.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Field {
    /// The column's name at this point of the pipeline.
    pub name: String,
    /// Where its value comes from.
    pub origin: Origin,
    /// Place of the reference.
    pub span: Span,
}

impl Field {
    /// Table and column, if the field is a plain, perhaps renamed, table column.
    pub fn table_column(&self) -> Option<(&str, &str)> {
        match &self.origin {
            Origin::Table { table, column, .. } => Some((table, column)),
            Origin::Event { .. } | Origin::Computed { .. } | Origin::Made(_) | Origin::Several(_) | Origin::Unknown => {
                None
            }
        }
    }
}

/// Arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[expect(missing_docs, reason = "`as_str` says how each is written")]
pub enum ArithmeticOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl ArithmeticOp {
    /// KQL's sign.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
        }
    }
}

/// `subject op operands`
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Test {
    /// What is tested; `*` for a test of every column.
    pub subject: Expr,
    /// How.
    pub op: TestOp,
    /// With what: one for most operators, two for [`TestOp::Between`], any number for lists, none for
    /// [`TestOp::IsEmpty`]. Lists that are constant are flattened into values.
    pub operands: Vec<Expr>,
    /// Place of the operator, or of the function's name.
    pub op_span: Span,
}

/// Tests with the exact meaning that KQL gives them (`kql-semantics`: string operators, null).
///
/// All are false, not null, for an empty or null subject, except the order comparisons, which are null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub enum TestOp {
    /// `==`: equal, case-sensitive.
    Equal,
    /// `=~`: equal in any letter case.
    EqualCi,
    /// `contains`: substring in any letter case.
    Contains,
    /// `contains_cs`
    ContainsCs,
    /// `startswith`
    StartsWith,
    /// `startswith_cs`
    StartsWithCs,
    /// `endswith`
    EndsWith,
    /// `endswith_cs`
    EndsWithCs,
    /// `has`: literal occurrence bounded, at its alphanumeric ends, by non-alphanumeric characters; any letter case.
    Has,
    /// `has_cs`
    HasCs,
    /// `hasprefix`: as `has`, bounded only on the left.
    HasPrefix,
    /// `hasprefix_cs`
    HasPrefixCs,
    /// `hassuffix`: as `has`, bounded only on the right.
    HasSuffix,
    /// `hassuffix_cs`
    HasSuffixCs,
    /// `has_any`: `has` for at least one element.
    HasAny,
    /// `has_all`: `has` for every element.
    HasAll,
    /// `in`: `==` for at least one element.
    In,
    /// `in~`: `=~` for at least one element.
    InCi,
    /// Sigma's wildcards in any letter case: `*` is any text, `?` one character, and a backslash in front of these three
    /// takes their meaning. The pattern fits the whole value.
    Wildcard,
    /// The same, case-sensitive.
    WildcardCs,
    /// `matches regex`: found anywhere, case-sensitive unless the expression says otherwise.
    Regex,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `between`: inclusive at both ends.
    Between,
    /// `isempty`: null or the empty string.
    IsEmpty,
    /// `isnull`: null; never true for strings.
    IsNull,
    /// `ipv4_is_in_range`, `ipv4_is_in_any_range`: null if the subject is no IPv4 address.
    Ipv4InRange,
    /// `ipv6_is_in_range`, `ipv6_is_in_any_range`: IPv4 is accepted as mapped.
    Ipv6InRange,
    /// `ipv4_is_private`: one of the three RFC 1918 blocks; null if the subject is no IPv4 address.
    Ipv4IsPrivate,
}

impl TestOp {
    /// KQL's operator or function; of a test that KQL lacks, a word in the same style.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::EqualCi => "=~",
            Self::Contains => "contains",
            Self::ContainsCs => "contains_cs",
            Self::StartsWith => "startswith",
            Self::StartsWithCs => "startswith_cs",
            Self::EndsWith => "endswith",
            Self::EndsWithCs => "endswith_cs",
            Self::Has => "has",
            Self::HasCs => "has_cs",
            Self::HasPrefix => "hasprefix",
            Self::HasPrefixCs => "hasprefix_cs",
            Self::HasSuffix => "hassuffix",
            Self::HasSuffixCs => "hassuffix_cs",
            Self::HasAny => "has_any",
            Self::HasAll => "has_all",
            Self::In => "in",
            Self::InCi => "in~",
            Self::Wildcard => "fits",
            Self::WildcardCs => "fits_cs",
            Self::Regex => "matches regex",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Between => "between",
            Self::IsEmpty => "isempty",
            Self::IsNull => "isnull",
            Self::Ipv4InRange => "ipv4_is_in_range",
            Self::Ipv6InRange => "ipv6_is_in_range",
            Self::Ipv4IsPrivate => "ipv4_is_private",
        }
    }

    /// Whether letter case matters.
    pub fn is_case_sensitive(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::ContainsCs
                | Self::StartsWithCs
                | Self::EndsWithCs
                | Self::HasCs
                | Self::HasPrefixCs
                | Self::HasSuffixCs
                | Self::In
                | Self::WildcardCs
                | Self::Regex
        )
    }

    /// Whether it looks for whole terms.
    pub fn is_term_match(self) -> bool {
        matches!(
            self,
            Self::Has
                | Self::HasCs
                | Self::HasPrefix
                | Self::HasPrefixCs
                | Self::HasSuffix
                | Self::HasSuffixCs
                | Self::HasAny
                | Self::HasAll
        )
    }

    /// Whether its null result makes `not(…)` drop rows with an empty subject.
    pub fn is_null_for_null(self) -> bool {
        matches!(
            self,
            Self::Less
                | Self::LessOrEqual
                | Self::Greater
                | Self::GreaterOrEqual
                | Self::Ipv4InRange
                | Self::Ipv6InRange
                | Self::Ipv4IsPrivate
        )
    }
}
