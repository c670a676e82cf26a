//! What exercises of all lessons ask of a recording, and how their answers are put into words.

use crate::model::curriculum::Answer;
use crate::model::recording::{FIRST, Made, Recording};

/// Calls of the first process, in order.
pub(in crate::lessons) fn own(recording: &Recording) -> impl Iterator<Item = Made<'_>> {
    recording.calls().filter(|made| made.task == FIRST)
}

/// An answer that is a number.
pub(in crate::lessons) fn number(value: u64, evidence: Vec<usize>, because: String) -> Answer {
    Answer {
        accepted: vec![value.to_string()],
        evidence,
        because,
    }
}

/// `1 record`, `2 records`.
pub(in crate::lessons) fn count(number: u64, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {what}{ending}")
}

/// A number and what it counts, where that has a plural of its own.
pub(in crate::lessons) fn plural(number: u64, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// Entries and returns, in order.
pub(in crate::lessons) fn both_ends(calls: &[Made<'_>]) -> Vec<usize> {
    let ends = calls.iter().flat_map(|made| [Some(made.enter), made.exit]);
    ends.flatten().collect()
}
