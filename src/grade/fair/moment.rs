//! Points in time, as platforms and policies write them.

use std::fmt;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Seconds since 1970-01-01T00:00:00Z, leap seconds left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

impl Moment {
    /// Reads `2026-11-26T23:59:00+01:00`, or with a blank for the T, `Z` or ` UTC` for the offset,
    /// `+0100`, and with parts of a second, which are cut off; see RFC 3339.
    ///
    /// `None` for anything else, also for a time without an offset: nobody knows when that is.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (year, rest) = number(text, 4)?;
        let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
        let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
        let (hour, rest) = number(rest.strip_prefix(['T', 't', ' '])?, 2)?;
        let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
        let (second, rest) = match rest.strip_prefix(':') {
            Some(rest) => number(rest, 2)?,
            None => (0, rest),
        };
        let rest = match rest.strip_prefix('.') {
            Some(rest) => rest.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest,
        };
        let is_possible = (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second <= 60;
        let days = is_possible.then(|| days_since_1970(year, month, day))?;
        let local = days * DAY + hour * HOUR + minute * MINUTE + second;
        Some(Self(local - offset(rest.trim_start())?))
    }

    /// How many minutes this is after the other, begun ones included; 0 if it is not after it.
    pub fn minutes_after(self, other: Self) -> u64 {
        let seconds = u64::try_from(self.0 - other.0).unwrap_or(0);
        seconds.div_ceil(MINUTE.unsigned_abs())
    }

    /// So many minutes later.
    pub fn plus_minutes(self, minutes: u64) -> Self {
        let seconds = i64::try_from(minutes)
            .unwrap_or(i64::MAX / MINUTE)
            .saturating_mul(MINUTE);
        Self(self.0.saturating_add(seconds))
    }
}

impl fmt::Display for Moment {
    /// `2026-11-26T22:59:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, second) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        let (year, month, day) = date(days);
        let (hour, minute) = (second / HOUR, second % HOUR / MINUTE);
        let second = second % MINUTE;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

fn number(text: &str, digits: usize) -> Option<(i64, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    let is_number = number.bytes().all(|b| b.is_ascii_digit());
    Some((is_number.then(|| number.parse().ok())??, rest))
}

/// Seconds east of Greenwich.
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z" | "UTC") {
        return Some(0);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, rest) = number(rest, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':').unwrap_or(rest), 2)?;
    (rest.is_empty() && hours < 24 && minutes < 60)
        .then_some(sign * (hours * HOUR + minutes * MINUTE))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of a year that begins in March, before its month (0 is March).
fn days_before(month_from_march: i64) -> i64 {
    (153 * month_from_march + 2) / 5
}

/// Days in 400 years of the Gregorian calendar, after which it repeats.
const CYCLE: i64 = 146_097;

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March have their leap day at the end.
    let year = if month < 3 { year - 1 } else { year };
    let (cycle, year) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = days_before((month + 9) % 12) + day - 1;
    cycle * CYCLE + year * 365 + year / 4 - year / 100 + of_year - EPOCH
}

fn date(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH;
    let (cycle, day) = (days.div_euclid(CYCLE), days.rem_euclid(CYCLE));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let civil = if month < 10 { month + 3 } else { month - 9 };
    let year = year + cycle * 400 + i64::from(civil < 3);
    (year, civil, of_year - days_before(month) + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn platforms_write_times_in_many_ways() {
        assert_eq!(at("1970-01-01T00:00:00Z"), Moment(0));
        assert_eq!(at("2000-03-01T00:00:00Z"), Moment(951_868_800));
        let same = at("2021-09-13T14:05:44-07:00");
        assert_eq!(at("2021-09-13 14:05:44.163416000 -07:00"), same);
        assert_eq!(at("2021-09-13 21:05:44 UTC"), same);
        assert_eq!(at("2021-09-13 23:05:44 +0200"), same);
        assert_eq!(same.to_string(), "2021-09-13T21:05:44Z");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2021-09-13",
            "2021-09-13T14:05:44",
            "2021-02-29T00:00:00Z",
            "2021-13-01T00:00Z",
            "2021-09-13T24:00:00Z",
            "2021-09-13T14:05:44+7",
            "２021-09-13T14:05:44Z",
            "2021-09-1é",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn begun_minutes_count() {
        let due = at("2026-11-26T23:59:00Z");
        assert_eq!(at("2026-11-26T23:59:00Z").minutes_after(due), 0);
        assert_eq!(at("2026-11-26T23:59:01Z").minutes_after(due), 1);
        assert_eq!(at("2026-11-26T12:00:00Z").minutes_after(due), 0);
        assert_eq!(due.plus_minutes(2).to_string(), "2026-11-27T00:01:00Z");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(seconds in -60_000_000_000i64..200_000_000_000) {
            let moment = Moment(seconds);
            prop_assert_eq!(at(&moment.to_string()), moment);
        }

        #[test]
        fn no_text_breaks_it(text in any::<String>()) {
            let _ = Moment::parse(&text);
        }
    }
}
