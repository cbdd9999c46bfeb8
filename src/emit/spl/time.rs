//! Functions on times in the expressions of `eval`.
//!
//! Times are seconds since 1970, so that parts of a day and of a week are arithmetic and in UTC, as in KQL.

use super::compute::{Column, compute, seconds};
use super::function::{constant, integer};
use super::quote;
use crate::ir::{Expr, ExprKind};
use crate::schema::Value;

const DAY: i64 = 86_400;

/// A call about times, where the target can say it.
pub(super) fn write(name: &str, arguments: &[Expr], column: Column<'_>) -> Option<String> {
    let value = |expr: &Expr| compute(expr, column);
    let part = |time: &str, whole: i64, unit: i64| format!("floor(({time} % {whole})/{unit})");
    // Months and years have no fixed length: only the calendar of the search's user has them.
    let of_calendar =
        |format: &str, time: &Expr| Some(format!("tonumber(strftime({}, {}))", value(time)?, quote(format)));
    Some(match (name, arguments) {
        ("now", []) => "now()".to_owned(),
        ("now" | "ago", [offset]) => {
            let sign = if name == "ago" { '-' } else { '+' };
            format!("(now() {sign} {})", value(offset)?)
        }
        ("format_datetime", [time, format]) => {
            format!("strftime({}, {})", value(time)?, quote(&strftime(constant(format)?)?))
        }
        ("startofmonth", [time]) => format!("relative_time({}, \"@mon\")", value(time)?),
        ("startofyear", [time]) => format!("relative_time({}, \"@y\")", value(time)?),
        ("getmonth" | "monthofyear", [time]) => of_calendar("%m", time)?,
        ("getyear", [time]) => of_calendar("%Y", time)?,
        ("dayofmonth", [time]) => of_calendar("%d", time)?,
        ("dayofyear", [time]) => of_calendar("%j", time)?,
        ("week_of_year" | "weekofyear", [time]) => of_calendar("%V", time)?,
        ("datetime_diff", [unit, later, earlier]) => {
            // It counts crossed boundaries, as the difference of two floors does.
            let length = length(constant(unit)?)?;
            format!("(floor({}/{length}) - floor({}/{length}))", value(later)?, value(earlier)?)
        }
        ("hourofday" | "gethour", [time]) => part(&value(time)?, DAY, 3600),
        // The first day of 1970 was a Thursday; the result is a time span.
        ("dayofweek", [time]) => format!("(((floor({}/{DAY}) + 4) % 7) * {DAY})", value(time)?),
        ("datetime_part", [unit, time]) => {
            let text = value(time)?;
            match constant(unit)?.to_ascii_lowercase().as_str() {
                "hour" => part(&text, DAY, 3600),
                "minute" => part(&text, 3600, 60),
                "second" => part(&text, 60, 1),
                "day" => of_calendar("%d", time)?,
                "month" => of_calendar("%m", time)?,
                "year" => of_calendar("%Y", time)?,
                "dayofyear" => of_calendar("%j", time)?,
                "week_of_year" | "weekofyear" => of_calendar("%V", time)?,
                _ => return None,
            }
        }
        ("datetime_add", [unit, amount, time]) => {
            let length = length(constant(unit)?)?;
            format!("({} + ({} * {length}))", value(time)?, value(amount)?)
        }
        ("startofday", [time]) => format!("(floor({}/{DAY})*{DAY})", value(time)?),
        ("startofday", [time, days]) => format!("((floor({}/{DAY}) + {})*{DAY})", value(time)?, integer(days)?),
        // Weeks begin on Sundays.
        ("startofweek", [time]) => format!("((floor((floor({}/{DAY}) + 4)/7)*7 - 4)*{DAY})", value(time)?),
        ("bin" | "floor", [number, step]) => format!("({})", bin(&value(number)?, step)?),
        _ => return None,
    })
}

/// A number or time rounded down to a multiple. Times are multiples from the first day of year 1 on, as KQL has them,
/// which makes weeks begin on another day than counted from 1970.
pub(super) fn bin(value: &str, step: &Expr) -> Option<String> {
    const TICKS_TO_1970: i64 = 719_162 * DAY * 10_000_000;
    match step.kind {
        ExprKind::Value(Value::Timespan(ticks)) if ticks > 0 => {
            let (step, offset) = (seconds(ticks), seconds(TICKS_TO_1970 % ticks));
            Some(if offset == "0" {
                format!("floor({value}/{step})*{step}")
            } else {
                format!("floor(({value} + {offset})/{step})*{step} - {offset}")
            })
        }
        ExprKind::Value(Value::Integer(step)) => Some(format!("floor({value}/{step})*{step}")),
        _ => None,
    }
}

/// A unit of time in seconds, where it always has the same length.
fn length(unit: &str) -> Option<i64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => DAY,
        "week" => 7 * DAY,
        _ => return None,
    })
}

/// A text with a time in seconds, whether a `T` or a blank stands between day and hour.
pub(in super::super) fn epoch(text: &str) -> String {
    format!("strptime(replace({text}, \"T\", \" \"), \"%Y-%m-%d %H:%M:%S\")")
}

/// Whether the function's result depends on the time zone of the user who searches.
pub(super) fn is_of_calendar(name: &str, arguments: &[Expr]) -> bool {
    const OF_CALENDAR: &[&str] = &[
        "format_datetime",
        "startofmonth",
        "startofyear",
        "getmonth",
        "monthofyear",
        "getyear",
        "dayofmonth",
        "dayofyear",
        "week_of_year",
        "weekofyear",
        "todatetime",
    ];
    let is_of_day = |unit: &str| matches!(unit.to_ascii_lowercase().as_str(), "hour" | "minute" | "second");
    OF_CALENDAR.contains(&name)
        || (name == "datetime_part" && arguments.first().and_then(constant).is_some_and(|unit| !is_of_day(unit)))
}

/// A format of `format_datetime` as `strftime` has it; `None` if it has a part that `strftime` lacks.
fn strftime(format: &str) -> Option<String> {
    let (mut text, mut rest) = (String::new(), format);
    while let Some(first) = rest.chars().next() {
        let length = rest.chars().take_while(|&c| c == first).count() * first.len_utf8();
        let (run, after) = rest.split_at(length);
        let written = match run {
            "yyyy" => "%Y",
            "yy" => "%y",
            "MM" => "%m",
            "dd" => "%d",
            "HH" => "%H",
            "hh" => "%I",
            "mm" => "%M",
            "ss" => "%S",
            "tt" => "%p",
            "fff" => "%3N",
            "ffffff" => "%6N",
            _ if first.is_ascii_alphabetic() || first == '%' => return None,
            separators => separators,
        };
        text.push_str(written);
        rest = after;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::strftime;

    #[test]
    fn formats_of_times_are_translated_or_refused() {
        assert_eq!(strftime("yyyy-MM-dd HH:mm").as_deref(), Some("%Y-%m-%d %H:%M"));
        assert_eq!(strftime("dd/MM/yyyy").as_deref(), Some("%d/%m/%Y"));
        assert_eq!(strftime("d MMM"), None);
    }
}
