//! Clocks, and times as people write them; see clock_gettime(2) and localtime(3).
#![expect(
    unsafe_code,
    reason = "localtime_r(3) fills in a structure of the C library"
)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::time::{ClockId, clock_gettime};

/// Time since boot, sleep of the machine included (CLOCK_BOOTTIME): what processes are dated by.
pub fn since_boot() -> Duration {
    clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(Duration::ZERO, Duration::from)
}

/// The clock of absolute time-outs (CLOCK_MONOTONIC).
pub fn monotonic() -> Duration {
    clock_gettime(ClockId::CLOCK_MONOTONIC).map_or(Duration::ZERO, Duration::from)
}

/// Processor time of this thread so far (CLOCK_THREAD_CPUTIME_ID), to the nanosecond.
///
/// What getrusage(2) says of a thread that runs may be as old as the last tick of the scheduler.
pub fn of_thread() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

/// Processor time of all threads of this process so far (CLOCK_PROCESS_CPUTIME_ID).
pub fn of_process() -> Duration {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

/// A moment as RFC 3339 has it, in the user's time zone: `2026-11-26T01:17:10+01:00`.
pub fn rfc3339(moment: SystemTime) -> String {
    let seconds = moment
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let seconds = seconds.try_into().unwrap_or(0);
    // SAFETY: `tm` is plain data, for which all zeroes is a value (its zone is a null pointer);
    // both pointers are to live locals.
    let time = unsafe {
        let mut time: libc::tm = std::mem::zeroed();
        if libc::localtime_r(&raw const seconds, &raw mut time).is_null() {
            return seconds.to_string();
        }
        time
    };
    let (sign, offset) = match time.tm_gmtoff {
        west if west < 0 => ('-', -west),
        east => ('+', east),
    };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
        i64::from(time.tm_year) + 1900,
        time.tm_mon + 1,
        time.tm_mday,
        time.tm_hour,
        time.tm_min,
        time.tm_sec,
        offset / 3600,
        offset / 60 % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_date_time_and_zone() {
        let text = rfc3339(UNIX_EPOCH + Duration::from_secs(86_400 * 365));
        // In whichever zone: within a day of the first of January 1971.
        assert!(text.starts_with("197"), "{text}");
        assert_eq!(text.len(), "1971-01-01T00:00:00+00:00".len());
        let before = monotonic();
        assert!(since_boot() >= before);
    }

    #[test]
    fn a_process_has_used_what_its_thread_has() {
        let thread = of_thread();
        assert!(thread > Duration::ZERO);
        assert!(of_process() >= thread);
    }
}
