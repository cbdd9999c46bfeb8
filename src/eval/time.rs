//! Points in time as Kusto counts them: ticks of 100 nanoseconds since the first day of year 1.

/// Ticks of one second.
pub(super) const SECOND: i64 = 10_000_000;
/// Ticks of one day.
pub(super) const DAY: i64 = 86_400 * SECOND;
/// Ticks from year 1 to 1970.
const UNIX_EPOCH: i64 = 719_162 * DAY;

/// A point in time, UTC, in ticks of 100 nanoseconds since 0001-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// The parts of a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    /// Ticks since midnight.
    pub(super) clock: i64,
}

impl Timestamp {
    /// Reads `2024-01-31`, `2024-01-31T10:00:00.1234567Z`, `2024-01-31 10:00`, with `Z`, `+02:00` or nothing (UTC).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let date = text.get(..10)?;
        let mut numbers = date.split('-').map(number);
        let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let is_date = date.as_bytes().get(4) == Some(&b'-') && (1..=12).contains(&month) && day >= 1;
        if !is_date || year < 1 || day > days_in_month(year, month) {
            return None;
        }
        let days = days_before(year, month, day);
        let rest = text.get(10..)?;
        let clock = if rest.is_empty() { 0 } else { clock(rest.strip_prefix(['T', 't', ' '])?)? };
        Some(Self(days * DAY + clock))
    }

    /// The point in time so many seconds after the start of 1970.
    pub(super) fn from_unix_ticks(ticks: i64) -> Option<Self> {
        ticks.checked_add(UNIX_EPOCH).map(Self)
    }

    pub(super) fn parts(self) -> Parts {
        let (days, clock) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        // A calendar that begins in March has its leap day at the end of its years.
        let shifted = days + 306;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        Parts {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            clock,
        }
    }

    /// The midnight at which that day begins; day and month may lie outside of their usual range.
    pub(super) fn of_day(year: i64, month: i64, day: i64) -> Self {
        let months = year * 12 + month - 1;
        Self((days_before(months.div_euclid(12), months.rem_euclid(12) + 1, 1) + day - 1) * DAY)
    }

    /// 0 is Sunday.
    pub(super) fn day_of_week(self) -> i64 {
        // The first day of year 1 was a Monday.
        (self.0.div_euclid(DAY) + 1).rem_euclid(7)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Parts { year, month, day, clock } = self.parts();
        let (seconds, ticks) = (clock / SECOND, clock % SECOND);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ticks:07}Z")
    }
}

/// A length of time as `tostring` writes it: `1.02:03:04.0000000`, without what is zero at both ends.
pub(super) fn timespan_text(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let ticks = ticks.unsigned_abs();
    let second = SECOND.unsigned_abs();
    let (days, seconds, rest) = (ticks / DAY.unsigned_abs(), ticks / second % 86_400, ticks % second);
    let days = if days == 0 { String::new() } else { format!("{days}.") };
    let rest = if rest == 0 { String::new() } else { format!(".{rest:07}") };
    format!("{sign}{days}{:02}:{:02}:{:02}{rest}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Reads what [`timespan_text`] writes.
pub(super) fn parse_timespan(text: &str) -> Option<i64> {
    let (text, sign) = text.trim().strip_prefix('-').map_or((text.trim(), 1), |rest| (rest, -1));
    let (days, clock_text) = match text.split_once(':')?.0.split_once('.') {
        Some((days, _)) => (number(days)?, text.get(days.len() + 1..)?),
        None => (0, text),
    };
    Some(sign * (days.checked_mul(DAY)?.checked_add(time_of_day(clock_text)?)?))
}

fn number(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

/// Ticks of `10:00:00.5+02:00`, moved to UTC.
fn clock(text: &str) -> Option<i64> {
    let zone = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (time, zone) = text.split_at(zone);
    let offset = match zone {
        "" | "Z" | "z" => 0,
        _ => {
            let (sign, zone) = zone.split_at(1);
            let (hours, minutes) = zone.split_once(':').unwrap_or((zone.get(..2)?, zone.get(2..)?));
            let minutes = if minutes.is_empty() { 0 } else { number(minutes)? };
            let ticks = (number(hours)? * 60 + minutes) * 60 * SECOND;
            if sign == "-" { -ticks } else { ticks }
        }
    };
    Some(time_of_day(time)? - offset)
}

fn time_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hours, minutes) = (number(parts.next()?)?, number(parts.next()?)?);
    let (seconds, fraction) = match parts.next() {
        None => (0, 0),
        Some(seconds) => match seconds.split_once('.') {
            None => (number(seconds)?, 0),
            Some((seconds, fraction)) => (number(seconds)?, number(&format!("{fraction:0<7}")[..7])?),
        },
    };
    let is_clock = hours < 24 && minutes < 60 && seconds < 60 && parts.next().is_none();
    is_clock.then(|| ((hours * 60 + minutes) * 60 + seconds) * SECOND + fraction)
}

/// Days from the first day of year 1 to that day.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 306
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_before(next_year, next_month, 1) - days_before(year, month, 1)
}

#[cfg(test)]
mod tests {
    use super::{DAY, Timestamp, parse_timespan, timespan_text};

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in 0..200_000 {
            let time = Timestamp((600_000 + day) * DAY);
            assert_eq!(Timestamp::parse(&time.to_string()), Some(time));
        }
    }

    #[test]
    fn zones_move_to_utc() {
        let utc = Timestamp::parse("2024-02-29T23:30:00.5Z");
        assert!(utc.is_some());
        assert_eq!(Timestamp::parse("2024-03-01 01:30:00.5+02:00"), utc);
        assert_eq!(Timestamp::parse("2024-02-29T23:30:00.500"), utc);
        assert_eq!(utc.map(|time| time.to_string()).as_deref(), Some("2024-02-29T23:30:00.5000000Z"));
        assert_eq!(Timestamp::parse("2023-02-29"), None);
        assert_eq!(Timestamp::parse("2024-01-01T25:00:00"), None);
        assert_eq!(Timestamp::parse("1970-01-01"), Timestamp::from_unix_ticks(0));
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!(timespan_text(DAY + 36_610_000_000), "1.01:01:01");
        assert_eq!(parse_timespan("1.01:01:01"), Some(DAY + 36_610_000_000));
        assert_eq!(parse_timespan("-00:00:01"), Some(-10_000_000));
        assert_eq!(parse_timespan("soon"), None);
    }
}
