//! The trace exercises of the lesson `fds`: predict, run, compare with what the kernel saw.
//!
//! Each program gets arguments that depend on a seed, and each answer is computed from the
//! recording of the run that the reader just made. None is about io_uring: what goes through a ring
//! cannot be traced.

mod bytes;
mod leaks;
mod tables;

use crate::model::curriculum::Exercise;

/// In the order in which the text speaks of their subjects.
pub static EXERCISES: &[Exercise] = &[
    tables::STALE,
    tables::OFFSET,
    tables::UNLINKED,
    leaks::LEAKED,
    leaks::EXHAUSTED,
    leaks::COLLECTED,
    bytes::MAPPED,
    bytes::SENT,
];
