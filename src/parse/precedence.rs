//! How tightly operators bind.
//!
//! Loosest first: `or`, `and`, equality and sets, relations, sums, products, string operators. String operators bind
//! tighter than arithmetic: `n + 1 has "2"` is `n + (1 has "2")`.

use crate::syntax::BinaryOp;

/// A level of the table; higher binds tighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Or,
    And,
    Equality,
    Relation,
    Sum,
    Product,
    StringTest,
}

impl Level {
    /// Whether operators of this level may follow one another: `a + b + c`, but not `a == b == c`.
    pub(super) fn chains(self) -> bool {
        matches!(self, Self::Or | Self::And | Self::Sum | Self::Product)
    }
}

/// The level of an operator. `in` and `between` are [`Level::Equality`].
pub(super) fn level(op: BinaryOp) -> Level {
    match op {
        BinaryOp::Or => Level::Or,
        BinaryOp::And => Level::And,
        BinaryOp::Equal | BinaryOp::NotEqual => Level::Equality,
        BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => Level::Relation,
        BinaryOp::Add | BinaryOp::Subtract => Level::Sum,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => Level::Product,
        BinaryOp::EqualCi
        | BinaryOp::NotEqualCi
        | BinaryOp::Contains
        | BinaryOp::NotContains
        | BinaryOp::ContainsCs
        | BinaryOp::NotContainsCs
        | BinaryOp::StartsWith
        | BinaryOp::NotStartsWith
        | BinaryOp::StartsWithCs
        | BinaryOp::NotStartsWithCs
        | BinaryOp::EndsWith
        | BinaryOp::NotEndsWith
        | BinaryOp::EndsWithCs
        | BinaryOp::NotEndsWithCs
        | BinaryOp::Has
        | BinaryOp::NotHas
        | BinaryOp::HasCs
        | BinaryOp::NotHasCs
        | BinaryOp::HasPrefix
        | BinaryOp::NotHasPrefix
        | BinaryOp::HasPrefixCs
        | BinaryOp::NotHasPrefixCs
        | BinaryOp::HasSuffix
        | BinaryOp::NotHasSuffix
        | BinaryOp::HasSuffixCs
        | BinaryOp::NotHasSuffixCs
        | BinaryOp::Like
        | BinaryOp::NotLike
        | BinaryOp::LikeCs
        | BinaryOp::NotLikeCs
        | BinaryOp::MatchesRegex
        | BinaryOp::SearchColon => Level::StringTest,
    }
}

/// Whether `*` may stand on the left: `* == "x"`, `* has "x"`.
pub(super) fn takes_star(op: BinaryOp) -> bool {
    op == BinaryOp::Equal || level(op) == Level::StringTest
}
