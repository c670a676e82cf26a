//! Sizes, spans of time and sets of signals, as people read them.

/// A size: `512 KiB`, `3.4 MiB`, `1.2 GiB`.
pub(super) fn size(kib: u64) -> String {
    const STEP: u64 = 1024;
    match kib {
        0..STEP => format!("{kib} KiB"),
        kib if kib < STEP * STEP => tenths(kib, STEP, "MiB"),
        kib if kib < STEP * STEP * STEP => tenths(kib, STEP * STEP, "GiB"),
        kib => tenths(kib, STEP * STEP * STEP, "TiB"),
    }
}

/// A size in bytes; small ones exactly.
pub(super) fn bytes(bytes: u64) -> String {
    match bytes % 1024 {
        0 if bytes > 0 => size(bytes / 1024),
        _ if bytes < 1024 => format!("{bytes} B"),
        _ => size(bytes / 1024),
    }
}

/// So many of a unit, to one place, whole ones whole; not rounded up.
fn tenths(kib: u64, unit: u64, name: &str) -> String {
    let (whole, tenth) = (kib / unit, kib % unit * 10 / unit);
    match tenth {
        0 => format!("{whole} {name}"),
        tenth => format!("{whole}.{tenth} {name}"),
    }
}

/// A span of time: `0.42 s`, `12.3 s`, `5 min 3 s`, `2 h 3 min`, `3 d 4 h`.
pub(super) fn span(ms: u64) -> String {
    const SECOND: u64 = 1000;
    const MINUTE: u64 = 60 * SECOND;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let two = |large: u64, of: &str, small: u64, and: &str| match small {
        0 => format!("{large} {of}"),
        small => format!("{large} {of} {small} {and}"),
    };
    match ms {
        ms if ms % SECOND == 0 && ms < MINUTE => format!("{} s", ms / SECOND),
        ms if ms < SECOND => format!("0.{:02} s", ms / 10),
        ms if ms < MINUTE => format!("{}.{} s", ms / SECOND, ms % SECOND / 100),
        ms if ms < HOUR => two(ms / MINUTE, "min", ms % MINUTE / SECOND, "s"),
        ms if ms < DAY => two(ms / HOUR, "h", ms % HOUR / MINUTE, "min"),
        ms => two(ms / DAY, "d", ms % DAY / HOUR, "h"),
    }
}

/// Signals without the SIG that they all begin with; most of them by what is missing.
pub(super) fn signals(names: &[String]) -> String {
    /// From so many on, those that are missing are told.
    const MANY: usize = 33;
    let short = |name: &String| name.strip_prefix("SIG").unwrap_or(name).to_owned();
    if names.len() < MANY {
        return names.iter().map(short).collect::<Vec<_>>().join(" ");
    }
    let missing: Vec<String> = (1..=64)
        .map(crate::model::text::signal_name)
        .filter(|name| !names.contains(name))
        .map(|name| short(&name))
        .collect();
    match missing.is_empty() {
        true => "all".to_owned(),
        false => format!("all but {}", missing.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_a_unit_that_fits() {
        let shown = [0, 1023, 1024, 3500, 1 << 20, 1 << 31].map(size);
        assert_eq!(
            shown,
            ["0 KiB", "1023 KiB", "1 MiB", "3.4 MiB", "1 GiB", "2 TiB"]
        );
        assert_eq!([512, 8192, 1025].map(bytes), ["512 B", "8 KiB", "1 KiB"]);
        let shown = [0, 420, 5000, 12_345, 303_000, 7_380_000, 273_600_000].map(span);
        assert_eq!(
            shown,
            [
                "0 s",
                "0.42 s",
                "5 s",
                "12.3 s",
                "5 min 3 s",
                "2 h 3 min",
                "3 d 4 h"
            ]
        );
    }

    #[test]
    fn many_signals_are_told_by_those_that_are_missing() {
        let all: Vec<String> = (1..=64).map(crate::model::text::signal_name).collect();
        assert_eq!(signals(&all[..2]), "HUP INT");
        assert_eq!(signals(&all), "all");
        assert_eq!(signals(&all[2..]), "all but HUP INT");
        assert_eq!(signals(&[]), "");
    }
}
