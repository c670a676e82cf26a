//! `syslab sockets serve` and `syslab sockets load`, against raw sockets and against each other.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod harness;
mod load;
mod serve;

pub(crate) use harness::Served;
