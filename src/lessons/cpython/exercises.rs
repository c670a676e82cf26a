//! The trace exercises of the lesson `cpython`: predict, run, compare with what the kernel saw.
//!
//! The programs are Python's, and each runs under whatever python3 is installed: an answer is never
//! known beforehand, but computed from the recording of the run that the reader just made.

mod importing;
mod reaching;
mod starting;

use crate::model::Recording;
use crate::model::curriculum::Exercise;
use crate::model::recording::Made;

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

/// The last call by which the program became another one.
fn started(recording: &Recording) -> Result<Made<'_>, String> {
    own(recording)
        .filter(|made| made.call.name == "execve" && made.value().is_some())
        .last()
        .ok_or_else(|| "no Python was started".to_owned())
}
