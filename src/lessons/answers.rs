//! What exercises of all lessons ask of a recording, and how their answers are put into words.

use crate::model::curriculum::Answer;
use crate::model::recording::{Arg, FIRST, Made, Recording};

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

/// The first string among a call's arguments: the path, for those that take one.
pub(in crate::lessons) fn path<'a>(made: &Made<'a>) -> Option<&'a str> {
    made.call.args.iter().find_map(|arg| match arg {
        Arg::Str(bytes) if bytes.cut == 0 => std::str::from_utf8(&bytes.data).ok(),
        _ => None,
    })
}

/// Files that were opened, by path, after event `since`.
pub(in crate::lessons) fn opened(
    recording: &Recording,
    since: usize,
) -> impl Iterator<Item = (Made<'_>, &str)> {
    own(recording)
        .filter(move |made| {
            made.enter > since && made.call.name.starts_with("open") && made.value().is_some()
        })
        .filter_map(|made| Some((made, path(&made)?)))
}

/// Whether a call writes to standard output.
pub(in crate::lessons) fn prints(made: &Made<'_>) -> bool {
    made.call.name == "write"
        && matches!(made.call.args.first(), Some(Arg::Fd(fd)) if fd.number == libc::STDOUT_FILENO)
}

/// The write to standard output with exactly this text.
pub(in crate::lessons) fn said<'a>(
    recording: &'a Recording,
    text: &[u8],
) -> Result<Made<'a>, String> {
    own(recording)
        .filter(prints)
        .find(|made| matches!(made.call.args.get(1), Some(Arg::Str(bytes)) if bytes.data == text))
        .ok_or_else(|| {
            let text = String::from_utf8_lossy(text);
            format!("the program did not say {:?}", text.trim_end())
        })
}
