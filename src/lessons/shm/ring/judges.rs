//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises. Either side may be one process or several, with
//! or without threads, in any language; it may sleep on and be woken by whatever it likes.

mod death;
mod delivery;
mod idle;
mod memory;
mod schedule;
#[cfg(test)]
mod testing;

pub(super) use death::notices_a_dead_peer;
pub(super) use delivery::{delivers, starts_in_either_order, wraps};
pub(super) use idle::blocks_without_spinning;
pub(super) use memory::uses_only_shared_memory;
pub(super) use schedule::publishes_in_order;
