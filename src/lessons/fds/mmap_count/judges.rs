//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises. A program may map files as a whole or in parts,
//! privately or shared, in threads and in other processes, and look at the bytes in any way.

mod counted;
mod left;
mod looked;
#[cfg(test)]
mod testing;

pub(super) use counted::{counts_lines, survives_truncation};
pub(super) use left::leaks_no_mapping;
pub(super) use looked::maps_the_file;
