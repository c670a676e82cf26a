//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises. Rings of any number and size, linked and
//! drained operations, registered files and buffers, a polling thread of the kernel, threads and
//! processes, a copy made in place or beside: all that is the program's affair.

mod changed;
mod copied;
mod refused;
mod rings;
#[cfg(test)]
mod testing;

pub(super) use changed::reaps_every_completion;
pub(super) use copied::{copies, replaces_whole};
pub(super) use refused::{says_no_ring, says_why_not};
pub(super) use rings::{keeps_the_ring_busy, uses_the_ring};
