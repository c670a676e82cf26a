//! Resource limits: how much there is, and how much of it is used.

use crate::model::snapshot::Limit;
use crate::ui::padded;

use crate::report::figures::{bytes, span};

/// What a limit counts.
#[derive(Clone, Copy)]
enum Unit {
    Bytes,
    Seconds,
    Microseconds,
    Number,
}

/// Limits in the words of getrlimit(2), by name.
const WORDS: &[(&str, &str, Unit)] = &[
    ("CPU", "processor time", Unit::Seconds),
    ("FSIZE", "file size", Unit::Bytes),
    ("DATA", "data", Unit::Bytes),
    ("STACK", "stack", Unit::Bytes),
    ("CORE", "core file", Unit::Bytes),
    ("RSS", "resident set", Unit::Bytes),
    ("NPROC", "processes", Unit::Number),
    ("NOFILE", "open files", Unit::Number),
    ("MEMLOCK", "locked memory", Unit::Bytes),
    ("AS", "address space", Unit::Bytes),
    ("LOCKS", "file locks", Unit::Number),
    ("SIGPENDING", "queued signals", Unit::Number),
    ("MSGQUEUE", "message queues", Unit::Bytes),
    ("NICE", "nice ceiling", Unit::Number),
    ("RTPRIO", "realtime prio", Unit::Number),
    ("RTTIME", "realtime", Unit::Microseconds),
];

/// Columns of the longest of these words.
const WIDEST: usize = 14;

/// Whether a limit is worth a line: at least half of it is used, or the parent may use more.
pub(super) fn matters(limit: &Limit) -> bool {
    let is_near = share(limit).is_some_and(|share| share >= 50);
    is_near || limit.is_below_parent == Some(true)
}

/// How much of a limit is used, per cent.
pub(super) fn share(limit: &Limit) -> Option<u64> {
    let (used, soft) = (limit.used?, limit.soft?);
    match (used, soft) {
        (0, _) => Some(0),
        (_, 0) => Some(100),
        _ => Some(used.saturating_mul(100) / soft),
    }
}

/// `open files     ████████░░ 82 of 100`. Blanks are such that the words are not torn apart.
pub(super) fn told(limit: &Limit, is_all: bool) -> String {
    let (words, unit) = WORDS
        .iter()
        .find(|(name, ..)| *name == limit.name)
        .map_or((limit.name.as_str(), Unit::Number), |(_, words, unit)| {
            (*words, *unit)
        });
    let figure = |value: u64| match unit {
        Unit::Bytes => bytes(value),
        Unit::Seconds => span(value.saturating_mul(1000)),
        Unit::Microseconds => span(value / 1000),
        Unit::Number => value.to_string(),
    };
    let soft = limit.soft.map(figure);
    let mut text = match (limit.used, &soft) {
        (Some(used), Some(soft)) => format!(
            "{} {} of {soft}",
            bar(share(limit).unwrap_or(0)),
            figure(used)
        ),
        (Some(used), None) => format!("{}, without limit", figure(used)),
        (None, Some(soft)) => format!("at most {soft}"),
        (None, None) => "without limit".to_owned(),
    };
    if limit.is_below_parent == Some(true) {
        text.push_str(", less than its parent");
    }
    if is_all && limit.hard != limit.soft {
        let hard = limit.hard.map_or_else(|| "any".to_owned(), figure);
        text.push_str(&format!(" (may be raised to {hard})"));
    }
    format!("{} {text}", padded(words, WIDEST))
}

/// Ten cells; one that is not quite used up is not full.
fn bar(share: u64) -> String {
    const CELLS: u64 = 10;
    let full = (share * CELLS / 100).min(CELLS);
    let full = full.max(u64::from(share > 0));
    "█".repeat(full as usize) + &"░".repeat((CELLS - full) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(name: &str, soft: Option<u64>, used: Option<u64>) -> Limit {
        Limit {
            name: name.into(),
            soft,
            hard: None,
            used,
            is_below_parent: None,
        }
    }

    #[test]
    fn what_is_near_matters() {
        let files = |used| limit("NOFILE", Some(100), Some(used));
        assert!(matters(&files(95)));
        assert!(!matters(&files(49)));
        assert!(!matters(&limit("NOFILE", None, Some(5))));
        assert!(!matters(&limit("MEMLOCK", Some(0), Some(0))));
        let set = Limit {
            is_below_parent: Some(true),
            ..limit("FSIZE", Some(8192), None)
        };
        assert!(matters(&set));
        assert_eq!(
            told(&set, false),
            "file size      at most 8 KiB, less than its parent"
        );
        assert_eq!(
            told(&files(95), false),
            "open files     █████████░ 95 of 100"
        );
        assert_eq!(
            told(&files(1), true),
            "open files     █░░░░░░░░░ 1 of 100 (may be raised to any)"
        );
    }
}
