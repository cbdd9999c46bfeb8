//! Functions of time.

use super::super::time::{DAY, SECOND, Timestamp};
use super::{Call, Datum, Function, Outcome};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        names: &["now"],
        least: 0,
        most: 1,
        body: |call| {
            let offset = if let Datum::Span(ticks) = call.get(0) { *ticks } else { 0 };
            Ok(Datum::Time(Timestamp(call.evaluator.now()?.0.saturating_add(offset))))
        },
    },
    Function {
        names: &["ago"],
        least: 1,
        most: 1,
        body: |call| match call.get(0) {
            Datum::Span(ticks) => Ok(Datum::Time(Timestamp(call.evaluator.now()?.0.saturating_sub(*ticks)))),
            _ => Err("the argument is no length of time".to_owned()),
        },
    },
    Function { names: &["startofday"], least: 1, most: 2, body: |call| start(call, Unit::Day, 0) },
    Function { names: &["startofweek"], least: 1, most: 2, body: |call| start(call, Unit::Week, 0) },
    Function { names: &["startofmonth"], least: 1, most: 2, body: |call| start(call, Unit::Month, 0) },
    Function { names: &["startofyear"], least: 1, most: 2, body: |call| start(call, Unit::Year, 0) },
    Function { names: &["endofday"], least: 1, most: 2, body: |call| start(call, Unit::Day, 1) },
    Function { names: &["endofweek"], least: 1, most: 2, body: |call| start(call, Unit::Week, 1) },
    Function { names: &["endofmonth"], least: 1, most: 2, body: |call| start(call, Unit::Month, 1) },
    Function { names: &["endofyear"], least: 1, most: 2, body: |call| start(call, Unit::Year, 1) },
    Function {
        names: &["hourofday"],
        least: 1,
        most: 1,
        body: |call| Ok(with_time(call, 0, |time| Datum::Long(time.parts().clock / (3_600 * SECOND)))),
    },
    Function {
        names: &["dayofmonth"],
        least: 1,
        most: 1,
        body: |call| Ok(with_time(call, 0, |time| Datum::Long(time.parts().day))),
    },
    Function {
        names: &["monthofyear", "getmonth"],
        least: 1,
        most: 1,
        body: |call| Ok(with_time(call, 0, |time| Datum::Long(time.parts().month))),
    },
    Function {
        names: &["getyear"],
        least: 1,
        most: 1,
        body: |call| Ok(with_time(call, 0, |time| Datum::Long(time.parts().year))),
    },
    // A length of time since Sunday.
    Function {
        names: &["dayofweek"],
        least: 1,
        most: 1,
        body: |call| Ok(with_time(call, 0, |time| Datum::Span(time.day_of_week() * DAY))),
    },
    Function { names: &["datetime_part"], least: 2, most: 2, body: part },
    Function { names: &["datetime_diff"], least: 3, most: 3, body: difference },
    Function { names: &["datetime_add"], least: 3, most: 3, body: add },
];

/// A unit of the calendar or the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

impl Unit {
    fn parse(word: &str) -> Result<Self, String> {
        Ok(match word.to_ascii_lowercase().as_str() {
            "year" => Self::Year,
            "quarter" => Self::Quarter,
            "month" => Self::Month,
            "week" => Self::Week,
            "day" => Self::Day,
            "hour" => Self::Hour,
            "minute" => Self::Minute,
            "second" => Self::Second,
            _ => return Err(format!("the unit `{word}` is not modelled")),
        })
    }

    /// How many of the unit have begun since year 1, which is what `datetime_diff` subtracts.
    fn count(self, time: Timestamp) -> i64 {
        let parts = time.parts();
        match self {
            Self::Year => parts.year,
            Self::Quarter => parts.year * 4 + (parts.month - 1) / 3,
            Self::Month => parts.year * 12 + parts.month,
            // Weeks begin on Sunday.
            Self::Week => (time.0.div_euclid(DAY) + 1).div_euclid(7),
            Self::Day => time.0.div_euclid(DAY),
            Self::Hour => time.0.div_euclid(3_600 * SECOND),
            Self::Minute => time.0.div_euclid(60 * SECOND),
            Self::Second => time.0.div_euclid(SECOND),
        }
    }
}

fn with_time(call: &Call<'_>, index: usize, then: impl FnOnce(Timestamp) -> Datum) -> Datum {
    call.get(index).to_time().map_or(Datum::Null, then)
}

/// The start of the unit that the time is in, moved by the second argument; the end is one tick before the next start.
fn start(call: &Call<'_>, unit: Unit, ends: i64) -> Outcome {
    let offset = call.get(1).to_long().unwrap_or(0) + ends;
    Ok(with_time(call, 0, |time| {
        let parts = time.parts();
        let start = match unit {
            Unit::Year => Timestamp::of_day(parts.year + offset, 1, 1),
            Unit::Quarter | Unit::Month => Timestamp::of_day(parts.year, parts.month + offset, 1),
            Unit::Week => Timestamp::of_day(parts.year, parts.month, parts.day - time.day_of_week() + 7 * offset),
            Unit::Day | Unit::Hour | Unit::Minute | Unit::Second => {
                Timestamp::of_day(parts.year, parts.month, parts.day + offset)
            }
        };
        Datum::Time(Timestamp(start.0 - ends))
    }))
}

fn part(call: &Call<'_>) -> Outcome {
    let word = call.text(0).to_ascii_lowercase();
    let Some(time) = call.get(1).to_time() else { return Ok(Datum::Null) };
    let parts = time.parts();
    let seconds = parts.clock / SECOND;
    Ok(Datum::Long(match word.as_str() {
        "year" => parts.year,
        "quarter" => (parts.month - 1) / 3 + 1,
        "month" => parts.month,
        "week_of_year" | "weekofyear" => iso_week(time),
        "day" => parts.day,
        "dayofyear" => (time.0 - Timestamp::of_day(parts.year, 1, 1).0) / DAY + 1,
        "hour" => seconds / 3_600,
        "minute" => seconds / 60 % 60,
        "second" => seconds % 60,
        "millisecond" => parts.clock % SECOND / 10_000,
        _ => return Err(format!("the part `{word}` is not modelled")),
    }))
}

/// The week of the year after ISO 8601: the one that holds its Thursday.
fn iso_week(time: Timestamp) -> i64 {
    let from_monday = (time.day_of_week() + 6) % 7;
    let thursday = Timestamp(time.0 + (3 - from_monday) * DAY);
    (thursday.0 - Timestamp::of_day(thursday.parts().year, 1, 1).0) / (7 * DAY) + 1
}

/// Counts the borders between the two times, not whole units.
fn difference(call: &Call<'_>) -> Outcome {
    let unit = Unit::parse(&call.text(0))?;
    let both = call.get(1).to_time().zip(call.get(2).to_time());
    Ok(both.map_or(Datum::Null, |(left, right)| Datum::Long(unit.count(left) - unit.count(right))))
}

fn add(call: &Call<'_>) -> Outcome {
    let unit = Unit::parse(&call.text(0))?;
    let Some(amount) = call.get(1).to_long() else { return Ok(Datum::Null) };
    Ok(with_time(call, 2, |time| {
        let ticks = |length: i64| Timestamp(time.0.saturating_add(amount.saturating_mul(length)));
        Datum::Time(match unit {
            Unit::Year => months(time, amount.saturating_mul(12)),
            Unit::Quarter => months(time, amount.saturating_mul(3)),
            Unit::Month => months(time, amount),
            Unit::Week => ticks(7 * DAY),
            Unit::Day => ticks(DAY),
            Unit::Hour => ticks(3_600 * SECOND),
            Unit::Minute => ticks(60 * SECOND),
            Unit::Second => ticks(SECOND),
        })
    }))
}

/// The same day so many months later, or the last day of a shorter month.
fn months(time: Timestamp, amount: i64) -> Timestamp {
    let parts = time.parts();
    let amount = amount.clamp(-120_000, 120_000);
    let first = Timestamp::of_day(parts.year, parts.month + amount, 1);
    let next = Timestamp::of_day(parts.year, parts.month + amount + 1, 1);
    let day = parts.day.min((next.0 - first.0) / DAY);
    Timestamp(first.0 + (day - 1) * DAY + parts.clock)
}
