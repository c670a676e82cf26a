//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! What a client should get follows from what it sends and what is there ([`exchange`]); the calls
//! of the server are shown, and counted where the claim is about them.

mod answers;
mod exchange;
mod server;
#[cfg(test)]
mod testing;

pub(super) use self::answers::{
    answers_head, bounds_headers, keeps_alive, reads_split_requests, says_not_found, serves_files,
    stays_inside_root,
};
pub(super) use self::server::{
    leaks_no_descriptor, serves_big_files, sleeps_when_idle, stops_on_sigterm, survives_resets,
    survives_slow_clients,
};

/// How long a server may do what it has to do when clients have come or gone, on the run's clock.
pub(super) const SETTLE_MS: u64 = 500;

/// How long it is then watched.
pub(super) const IDLE_MS: u64 = 2000;
