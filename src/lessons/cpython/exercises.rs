//! The trace exercises of the lesson `cpython`: predict, run, compare with what the kernel saw.
//!
//! The programs are Python's, and each runs under whatever python3 is installed: an answer is never
//! known beforehand, but computed from the recording of the run that the reader just made.

mod importing;
mod reaching;
mod starting;

use crate::model::Recording;
use crate::model::curriculum::Exercise;
use crate::model::recording::{Arg, Made};

use super::super::answers::own;

/// In the order in which the text speaks of their subjects.
pub static EXERCISES: &[Exercise] = &[
    reaching::TO_KERNEL,
    starting::ENVIRONMENT,
    importing::IMPORTED,
    importing::COMPILED,
    starting::WHENCE,
    starting::PRINTS,
];

/// The first string among a call's arguments: the path, for those that take one.
fn path<'a>(made: &Made<'a>) -> Option<&'a str> {
    made.call.args.iter().find_map(|arg| match arg {
        Arg::Str(bytes) if bytes.cut == 0 => std::str::from_utf8(&bytes.data).ok(),
        _ => None,
    })
}

/// Files that were opened, by path, after event `since`.
fn opened(recording: &Recording, since: usize) -> impl Iterator<Item = (Made<'_>, &str)> {
    own(recording)
        .filter(move |made| {
            made.enter > since && made.call.name.starts_with("open") && made.value().is_some()
        })
        .filter_map(|made| Some((made, path(&made)?)))
}

/// Whether a call writes to standard output.
fn prints(made: &Made<'_>) -> bool {
    made.call.name == "write"
        && matches!(made.call.args.first(), Some(Arg::Fd(fd)) if fd.number == libc::STDOUT_FILENO)
}

/// The last call by which the program became another one.
fn started(recording: &Recording) -> Result<Made<'_>, String> {
    own(recording)
        .filter(|made| made.call.name == "execve" && made.value().is_some())
        .last()
        .ok_or_else(|| "no Python was started".to_owned())
}
