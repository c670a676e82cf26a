//! What the demos do through tokio-uring: copying, serving and sending. A build for musl has no
//! tokio-uring, which does not compile for it; there each says so and does nothing.

#[cfg(target_env = "musl")]
mod absent;
#[cfg(not(target_env = "musl"))]
mod copy;
#[cfg(not(target_env = "musl"))]
mod send;
#[cfg(not(target_env = "musl"))]
mod serve;

#[cfg(target_env = "musl")]
pub(super) use absent::{copy, echo, send};
#[cfg(not(target_env = "musl"))]
pub(super) use copy::copy;
#[cfg(not(target_env = "musl"))]
pub(super) use send::send;
#[cfg(not(target_env = "musl"))]
pub(super) use serve::echo;

/// Whether this build has tokio-uring.
pub(super) const IS_HERE: bool = cfg!(not(target_env = "musl"));

/// What is said where it has not.
pub(super) const ABSENT: &str =
    "this build for musl has no tokio-uring; one that `cargo install` makes for glibc has it";
