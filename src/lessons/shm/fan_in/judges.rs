//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises: it looks at the lines that come out, at how the
//! program ends, and at what it makes the kernel do meanwhile. A program may be one loop, threads or
//! processes.

mod idle;
mod merged;
mod refused;
#[cfg(test)]
mod testing;
mod unread;

pub(super) use idle::sleeps_when_idle;
pub(super) use merged::{merges_whole_lines, passes_the_last_line, waits_for_late_writers};
pub(super) use refused::says_not_a_fifo;
pub(super) use unread::stops_when_nobody_reads;
