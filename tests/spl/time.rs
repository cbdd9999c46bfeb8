//! Times: seconds since 1970, here always in UTC.

use super::{Outcome, unknown};

const DAY: f64 = 86_400.0;

/// How many seconds ago a time modifier like `-7d` or `now` is.
pub(super) fn window(text: &str) -> Outcome<f64> {
    if text == "now" {
        return Ok(0.0);
    }
    let parts = text
        .strip_prefix('-')
        .map(|rest| rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())));
    let seconds = parts.and_then(|(count, unit)| {
        let count: f64 = count.parse().ok()?;
        let length = match unit {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => DAY,
            "w" => 7.0 * DAY,
            _ => return None,
        };
        Some(count * length)
    });
    seconds.map_or_else(|| unknown(format!("the time modifier `{text}`")), Ok)
}

/// `relative_time` with a unit to snap to.
pub(super) fn snapped(time: f64, modifier: &str) -> Outcome<f64> {
    let (year, month, _) = civil((time / DAY).floor());
    Ok(match modifier {
        "@d" => (time / DAY).floor() * DAY,
        "@mon" => days(year, month, 1) * DAY,
        "@y" => days(year, 1.0, 1) * DAY,
        _ => return unknown(format!("the time modifier `{modifier}`")),
    })
}

/// `strftime`
pub(super) fn format(time: f64, format: &str) -> Outcome<String> {
    let day = (time / DAY).floor();
    let (year, month, of_month) = civil(day);
    let seconds = time - day * DAY;
    let (hour, minute, second) = ((seconds / 3600.0).floor(), (seconds / 60.0).floor() % 60.0, seconds.floor() % 60.0);
    let mut text = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        let length = if rest[at..].starts_with("%3N") || rest[at..].starts_with("%6N") { 3 } else { 2 };
        let Some(code) = rest.get(at..at + length) else { return unknown("a `%` at the end of a format") };
        let part = match code {
            "%Y" => format!("{year:04}"),
            "%y" => format!("{:02}", year % 100.0),
            "%m" => format!("{month:02}"),
            "%d" => format!("{of_month:02}"),
            "%H" => format!("{hour:02}"),
            "%I" => format!("{:02}", (hour + 11.0) % 12.0 + 1.0),
            "%M" => format!("{minute:02}"),
            "%S" => format!("{second:02}"),
            "%p" => if hour < 12.0 { "AM" } else { "PM" }.to_owned(),
            "%j" => format!("{:03}", day - days(year, 1.0, 1) + 1.0),
            "%3N" => format!("{:03}", (seconds.fract() * 1e3).floor()),
            "%6N" => format!("{:06}", (seconds.fract() * 1e6).floor()),
            other => return unknown(format!("the format `{other}`")),
        };
        text.push_str(&part);
        rest = &rest[at + length..];
    }
    Ok(text + rest)
}

/// `strptime`: what stands behind the format is not looked at.
pub(super) fn parse(text: &str, format: &str) -> Outcome<Option<f64>> {
    if format != "%Y-%m-%d %H:%M:%S" {
        return unknown(format!("the format `{format}`"));
    }
    let digits = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let marks = [(4, "-"), (7, "-"), (10, " "), (13, ":"), (16, ":")];
    if !marks.iter().all(|(at, mark)| text.get(*at..at + 1) == Some(mark)) {
        return Ok(None);
    }
    let read = || {
        let date = days(f64::from(digits(0..4)?), f64::from(digits(5..7)?), digits(8..10)?);
        let seconds = digits(11..13)? * 3600 + digits(14..16)? * 60 + digits(17..19)?;
        Some(date * DAY + f64::from(seconds))
    };
    Ok(read())
}

/// Days since 1970 of a date; years begin in March here, so that the leap day is their last.
fn days(year: f64, month: f64, of_month: u32) -> f64 {
    let year = if month < 3.0 { year - 1.0 } else { year };
    let of_year = ((153.0 * ((month + 9.0) % 12.0) + 2.0) / 5.0).floor() + f64::from(of_month) - 1.0;
    year * 365.0 + (year / 4.0).floor() - (year / 100.0).floor() + (year / 400.0).floor() + of_year - 719_468.0
}

/// Year, month and day of the month.
fn civil(day: f64) -> (f64, f64, f64) {
    let mut year = 1970.0 + (day / 365.2425).floor();
    while days(year + 1.0, 1.0, 1) <= day {
        year += 1.0;
    }
    while days(year, 1.0, 1) > day {
        year -= 1.0;
    }
    let mut month = 12.0;
    while days(year, month, 1) > day {
        month -= 1.0;
    }
    (year, month, day - days(year, month, 1) + 1.0)
}
