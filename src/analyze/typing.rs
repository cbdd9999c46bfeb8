//! Types of operators and of built-in functions.
//!
//! A `dynamic` operand takes part in arithmetic as if it had the type of the other one.

use crate::schema::ReturnRule;
use crate::schema::ScalarType::{
    self, Bool, Datetime, Decimal, Dynamic, Guid, Int, Long, Real, String, Timespan, Unknown,
};
use crate::syntax::BinaryOp;

/// The type of `left op right`.
pub(super) fn binary(op: BinaryOp, left: ScalarType, right: ScalarType) -> ScalarType {
    match op {
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => {
            arithmetic(op, left, right)
        }
        _ => Bool,
    }
}

fn arithmetic(op: BinaryOp, left: ScalarType, right: ScalarType) -> ScalarType {
    let (left, right) = match (left, right) {
        (Dynamic, Dynamic) => return Dynamic,
        (Dynamic, other) | (other, Dynamic) => (other, other),
        both => both,
    };
    match (op, left, right) {
        (BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Modulo, Datetime, Timespan)
        | (BinaryOp::Add, Timespan, Datetime) => Datetime,
        (BinaryOp::Subtract, Datetime, Datetime)
        | (BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Modulo, Timespan, Timespan) => Timespan,
        (BinaryOp::Divide, Timespan, Timespan) => Real,
        (BinaryOp::Multiply | BinaryOp::Divide, Timespan, number) if is_number(number) => Timespan,
        (BinaryOp::Multiply, number, Timespan) if is_number(number) => Timespan,
        _ => widest(&[left, right]),
    }
}

/// The type of `-x` and `+x`.
pub(super) fn signed(operand: ScalarType) -> ScalarType {
    match operand {
        Int => Long,
        other => other,
    }
}

fn is_number(ty: ScalarType) -> bool {
    matches!(ty, Int | Long | Real | Decimal)
}

/// The widest of number types; integers become `long`.
fn widest(types: &[ScalarType]) -> ScalarType {
    if types.is_empty() || !types.iter().copied().all(is_number) {
        Unknown
    } else if types.contains(&Decimal) {
        Decimal
    } else if types.contains(&Real) {
        Real
    } else {
        Long
    }
}

/// The type that values of all these types can be converted to.
fn common(types: &[ScalarType]) -> ScalarType {
    match types {
        [] => Unknown,
        [first, rest @ ..] if rest.iter().all(|ty| ty == first) => *first,
        _ if types.contains(&Unknown) => Unknown,
        _ if types.contains(&Dynamic) => Dynamic,
        _ => widest(types),
    }
}

/// The type of branches of which one is taken: `dynamic` gives way to any other.
fn alternative(types: &[ScalarType]) -> ScalarType {
    let others: Vec<ScalarType> = types.iter().copied().filter(|ty| *ty != Dynamic).collect();
    match (others.is_empty(), common(&others)) {
        (true, _) => Dynamic,
        (false, Unknown) if !others.contains(&Unknown) => Dynamic,
        (false, ty) => ty,
    }
}

/// The type of a call of the function `name`, whose arguments have these types.
pub(super) fn call(rule: ReturnRule, name: &str, arguments: &[ScalarType]) -> ScalarType {
    let first = arguments.first().copied().unwrap_or(Unknown);
    match rule {
        ReturnRule::Fixed(ty) | ReturnRule::Typeof(ty) => ty,
        ReturnRule::First => first,
        ReturnRule::Promoted | ReturnRule::Magnitude => signed(first),
        ReturnRule::Second => arguments.get(1).copied().unwrap_or(Unknown),
        ReturnRule::Common => common(arguments),
        ReturnRule::Alternative => alternative(&branches(name, arguments)),
        ReturnRule::Widest => widest(arguments),
        ReturnRule::Average => match first {
            Int | Long => Real,
            Bool | Dynamic | Guid | String | Unknown => Unknown,
            Datetime | Decimal | Real | Timespan => first,
        },
        ReturnRule::Rounded => match first {
            Datetime | Timespan => first,
            Bool | Decimal | Dynamic | Guid | Int | Long | Real | String | Unknown => widest(arguments),
        },
        ReturnRule::Columns | ReturnRule::Table => Unknown,
    }
}

/// The arguments of `iff` and `case` that are not conditions.
fn branches(name: &str, arguments: &[ScalarType]) -> Vec<ScalarType> {
    let last = arguments.len().saturating_sub(1);
    let is_branch = |index: usize| match name {
        "case" => index % 2 == 1 || index == last,
        _ => index > 0,
    };
    arguments.iter().enumerate().filter(|(index, _)| is_branch(*index)).map(|(_, ty)| *ty).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_keeps_times_and_widens_numbers() {
        assert_eq!(binary(BinaryOp::Add, Int, Int), Long);
        assert_eq!(binary(BinaryOp::Multiply, Long, Decimal), Decimal);
        assert_eq!(binary(BinaryOp::Subtract, Datetime, Datetime), Timespan);
        assert_eq!(binary(BinaryOp::Subtract, Dynamic, Datetime), Timespan);
        assert_eq!(binary(BinaryOp::Divide, Timespan, Timespan), Real);
        assert_eq!(binary(BinaryOp::Add, Dynamic, Dynamic), Dynamic);
        assert_eq!(binary(BinaryOp::Has, Dynamic, String), Bool);
    }

    #[test]
    fn branches_decide_the_type() {
        let case = |types: &[ScalarType]| call(ReturnRule::Alternative, "case", types);
        assert_eq!(case(&[Bool, Int, Bool, Real, Long]), Real);
        assert_eq!(case(&[Bool, Dynamic, String]), String);
        assert_eq!(case(&[Bool, Long, String]), Dynamic);
        assert_eq!(case(&[Bool, Unknown, String]), Unknown);
        assert_eq!(call(ReturnRule::Alternative, "iff", &[Bool, Dynamic, Dynamic]), Dynamic);
    }
}
