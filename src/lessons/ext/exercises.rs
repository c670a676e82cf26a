//! The trace exercises of the lesson `ext`: predict, run, compare with what the kernel saw.
//!
//! The programs are Python's and need no compiler: what is native in them is the C library, which
//! they reach through ctypes, and files that only look like modules.

mod calling;
mod loading;
mod lock;
mod memory;

use crate::model::curriculum::Exercise;

/// In the order in which the text speaks of their subjects.
pub static EXERCISES: &[Exercise] = &[
    loading::SUFFIX,
    memory::FREED,
    lock::HUNG,
    loading::COPIES,
    calling::WIDTHS,
    calling::ERRNO,
];
