//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! What a client should get follows from what it sends and what is there ([`exchange`]); what the
//! kernel says of the socket's name, and how many descriptors are open, decides the rest.

mod exchange;
mod requests;
mod server;
#[cfg(test)]
mod testing;

pub(super) use self::requests::{frames_messages, passes_the_descriptor, stays_inside_root};
pub(super) use self::server::{
    keeps_none, protects_the_socket, replaces_stale_sockets, serves_many, stops_on_sigterm,
};

/// How long a server may do what it has to do when clients have come or gone, on the run's clock.
pub(super) const SETTLE_MS: u64 = 500;
