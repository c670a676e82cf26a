//! Days, as progress files have them: `2026-03-01`, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

/// In place of a day that has not been.
pub(super) const NEVER: &str = "-";

/// Today.
pub(in crate::commands) fn today() -> String {
    const SECONDS_A_DAY: u64 = 86_400;
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / SECONDS_A_DAY);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Whether the text has the form of a day, or is [`NEVER`].
pub(super) fn is_day(text: &str) -> bool {
    let digits = |c: char| if c.is_ascii_digit() { '0' } else { c };
    text == NEVER || text.chars().map(digits).eq("0000-00-00".chars())
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil(days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut left = days;
    let mut year = 1970;
    while left >= 365 + u64::from(is_leap(year)) {
        left -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_calendars_do() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(58), (1970, 2, 28));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(19_723), (2024, 1, 1));
        assert_eq!(civil(20_088), (2024, 12, 31));
        assert_eq!(civil(47_540), (2100, 2, 28));
        assert_eq!(civil(47_541), (2100, 3, 1));
    }

    #[test]
    fn a_day_is_known_by_its_form() {
        assert!(is_day("2026-03-01") && is_day(&today()) && is_day("-"));
        for text in ["", "2026-3-1", "2026-03-01x", "yesterday", "2026/03/01"] {
            assert!(!is_day(text), "{text}");
        }
    }
}
