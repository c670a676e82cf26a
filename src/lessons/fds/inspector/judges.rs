//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! What a descriptor is, is what the process said that made it, or what may be said of it where the
//! handout leaves a choice. How a submission found out is its own affair.

mod listed;
mod moving;
mod refused;
mod scaling;
#[cfg(test)]
mod testing;

pub(super) use listed::{
    escapes_names, lists_every_descriptor, marks_deleted_files, names_the_kinds, names_the_modes,
    names_the_sockets,
};
pub(super) use moving::survives_a_moving_target;
pub(super) use refused::says_why_not;
pub(super) use scaling::scales;
