//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises: what the counter is in the end, what the program
//! says, how it ends, and what is left. Which lock it is, or whether it is one atomic instruction, is
//! not looked at.

mod counted;
mod left;
mod survived;
#[cfg(test)]
mod testing;
mod waited;

pub(super) use counted::{counts_right, locks};
pub(super) use left::leaves_nothing;
pub(super) use survived::survives_a_dead_holder;
pub(super) use waited::waits_without_spinning;
