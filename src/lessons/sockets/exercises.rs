//! The trace exercises of the lesson `sockets`: predict, run, compare with what the kernel saw.
//!
//! Each program gets arguments that depend on a seed, and each answer is computed from the
//! recording of the run that the reader just made. Nothing leaves the program: it is both ends.

mod connections;
mod messages;
mod streams;

use crate::model::curriculum::Exercise;

/// In the order in which the text speaks of their subjects.
pub static EXERCISES: &[Exercise] = &[
    connections::BACKLOG,
    connections::FIN,
    streams::EAGAIN,
    streams::PIECES,
    streams::LEFT_BEHIND,
    connections::WRITER_SIGNAL,
    messages::DATAGRAMS,
    messages::PASSED,
];
