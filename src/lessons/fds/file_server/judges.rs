//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! What a client should get follows from what it says or sends ([`exchange`]); the calls of the
//! server are shown, and counted where the claim is about them.

mod answers;
mod exchange;
mod server;
#[cfg(test)]
mod testing;
mod transfers;

pub(super) use self::answers::{passes_two_gib, serves_files, stays_inside_root};
pub(super) use self::server::{
    leaks_no_descriptor, serves_others, stops_on_sigterm, survives_resets,
};
pub(super) use self::transfers::{
    LATE, continues_partial_sends, copies_nothing, survives_truncation,
};

/// How long a server may do what it has to do when clients have come or gone, on the run's clock.
pub(super) const SETTLE_MS: u64 = 500;
