//! The trace exercises of the lesson `shm`: predict, run, compare with what the kernel saw.
//!
//! Each program gets arguments that depend on a seed, and each answer is computed from the
//! recording of the run that the reader just made. Loads and stores are no calls: a program says
//! what it has found in memory.

mod locks;
mod memory;
mod pipes;

use crate::model::curriculum::Exercise;

/// In the order in which the text speaks of their subjects.
pub static EXERCISES: &[Exercise] = &[
    pipes::FULL,
    pipes::FIFO,
    memory::RIGHTS,
    memory::LEFT,
    locks::FUTEXES,
    locks::ROBUST,
];
