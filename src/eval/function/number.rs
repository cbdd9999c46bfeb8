//! Functions of numbers.

use super::super::time::Timestamp;
use super::{ANY, Call, Datum, Function, Outcome};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { names: &["bin", "floor"], least: 2, most: 2, body: bin },
    Function {
        names: &["abs"],
        least: 1,
        most: 1,
        body: |call| {
            Ok(match call.get(0) {
                Datum::Long(number) => Datum::Long(number.wrapping_abs()),
                Datum::Real(number) => Datum::Real(number.abs()),
                Datum::Span(ticks) => Datum::Span(ticks.wrapping_abs()),
                _ => Datum::Null,
            })
        },
    },
    Function {
        names: &["ceiling"],
        least: 1,
        most: 1,
        body: |call| Ok(call.get(0).to_real().map_or(Datum::Null, |number| Datum::Real(number.ceil()))),
    },
    Function { names: &["round"], least: 1, most: 2, body: round },
    Function { names: &["min_of"], least: 2, most: ANY, body: |call| Ok(extreme(call, false)) },
    Function { names: &["max_of"], least: 2, most: ANY, body: |call| Ok(extreme(call, true)) },
    Function {
        names: &["binary_and"],
        least: 2,
        most: 2,
        body: |call| {
            let both = call.get(0).to_long().zip(call.get(1).to_long());
            Ok(both.map_or(Datum::Null, |(left, right)| Datum::Long(left & right)))
        },
    },
    Function {
        names: &["binary_or"],
        least: 2,
        most: 2,
        body: |call| {
            let both = call.get(0).to_long().zip(call.get(1).to_long());
            Ok(both.map_or(Datum::Null, |(left, right)| Datum::Long(left | right)))
        },
    },
];

/// Half goes to the even neighbour.
fn round(call: &Call<'_>) -> Outcome {
    let digits = if call.arguments.len() > 1 { call.get(1).to_long() } else { Some(0) };
    let digits = digits.and_then(|digits| i32::try_from(digits).ok());
    let both = call.get(0).to_real().zip(digits);
    Ok(both.map_or(Datum::Null, |(number, digits)| {
        let scale = 10_f64.powi(digits);
        Datum::Real((number * scale).round_ties_even() / scale)
    }))
}

/// Rounds down to a multiple. Times count from the first day of year 1.
fn bin(call: &Call<'_>) -> Outcome {
    let down = |number: i64, size: i64| number.checked_rem_euclid(size).filter(|_| size > 0).map(|rest| number - rest);
    Ok(match (call.get(0), call.get(1)) {
        (Datum::Long(number), Datum::Long(size)) => down(*number, *size).map_or(Datum::Null, Datum::Long),
        (Datum::Time(time), Datum::Span(size)) => {
            down(time.0, *size).map_or(Datum::Null, |ticks| Datum::Time(Timestamp(ticks)))
        }
        (Datum::Span(ticks), Datum::Span(size)) => down(*ticks, *size).map_or(Datum::Null, Datum::Span),
        (number @ (Datum::Long(_) | Datum::Real(_)), size @ (Datum::Long(_) | Datum::Real(_))) => {
            match (number.to_real(), size.to_real()) {
                (Some(number), Some(size)) if size > 0.0 => Datum::Real((number / size).floor() * size),
                _ => Datum::Null,
            }
        }
        _ => Datum::Null,
    })
}

fn extreme(call: &Call<'_>, is_largest: bool) -> Datum {
    let values = call.arguments.iter().filter(|value| **value != Datum::Null);
    let found = if is_largest { values.max_by(|a, b| a.rank(b)) } else { values.min_by(|a, b| a.rank(b)) };
    found.cloned().unwrap_or(Datum::Null)
}
