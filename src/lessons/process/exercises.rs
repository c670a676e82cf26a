//! The trace exercises of the lesson `process`: predict, run, compare with what the kernel saw.
//!
//! Each program gets arguments that depend on a seed, and each answer is computed from the
//! recording of the run that the reader just made.

mod calls;
mod children;
mod ending;
mod interrupts;
mod limits;
mod log;
mod masks;
mod starting;

use crate::lessons::dice;
use crate::model::curriculum::Exercise;

/// In the order in which the text speaks of their subjects.
pub static EXERCISES: &[Exercise] = &[
    masks::BLOCKED,
    masks::MERGED,
    masks::AFTER_EXEC,
    interrupts::INTERRUPTED,
    interrupts::RESTARTED,
    interrupts::WAITS,
    log::DESCRIPTOR,
    log::FILE_LIMIT,
    log::ACKNOWLEDGE,
    log::GROUP,
    ending::LEAVING,
    ending::STATUS,
    starting::BUFFERED,
    starting::INHERITED,
    starting::SEARCH,
    children::RAW_STATUS,
    children::ORPHAN,
    children::SIGNALLED,
    limits::REACHED,
];
