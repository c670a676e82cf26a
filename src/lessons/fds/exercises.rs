//! The trace exercises of the lesson `fds`: predict, run, compare with what the kernel saw.

use crate::model::curriculum::Exercise;

/// In the order in which the text speaks of their subjects.
pub static EXERCISES: &[Exercise] = &[];
