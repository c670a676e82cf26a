//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises. A supervisor may be several processes or
//! threads, start CMD by whatever call, learn of signals and of ends by whatever means, and reap
//! in whatever way.

mod command;
mod ends;
mod orphans;
mod quiet;
mod signals;
#[cfg(test)]
mod testing;

pub(super) use command::{runs_the_command, starts_with_clean_signals};
pub(super) use ends::{passes_the_status_on, retries_interrupted_calls, says_not_found};
pub(super) use orphans::reaps_every_orphan;
pub(super) use quiet::waits_without_polling;
pub(super) use signals::{forwards_signals, keeps_the_first_signal};
