//! From recordings to judgements.
//!
//! A judge asks only for what the handout promises, and by what: threads or helpers beside the
//! workers, names or none, and whatever way a sum comes back are the program's own affair.

mod copies;
mod ended;
mod passed;
mod writable;

#[cfg(test)]
mod testing;

pub(super) use copies::shares_one_copy;
pub(super) use ended::{cleans_up, says_no_memory, sums_right, survives_a_dead_worker};
pub(super) use passed::passes_no_data;
pub(super) use writable::maps_read_only;
