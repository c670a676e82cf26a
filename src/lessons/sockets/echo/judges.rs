//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises. What clients saw decides; the calls of the
//! server are shown, and counted where the claim is about them.

mod bytes;
#[cfg(test)]
mod testing;

pub(super) use bytes::{
    echoes, finishes_partial_writes, honours_half_close, serves_others_while_one_stalls,
};
