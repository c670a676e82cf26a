//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises. Programs may acknowledge late, in groups,
//! from several threads or processes, through any descriptor, and make records durable in any way
//! that the manual knows.

mod complete;
mod errors;
mod kept;
mod order;
mod stops;
#[cfg(test)]
mod testing;

pub(super) use complete::{
    acknowledges_every_record, finishes_short_writes, retries_interrupted_calls,
};
pub(super) use errors::{never_trusts_a_failed_sync, refuses_on_full_disk};
pub(super) use kept::{loses_nothing_on_sigkill, loses_nothing_on_sigterm};
pub(super) use order::{loses_nothing_on_power_loss, syncs_before_ack};
pub(super) use stops::stops_when_idle;
