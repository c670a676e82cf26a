//! What decides: one judge per check, each a pure function of what was recorded.
//!
//! A judge asks only for what the handout promises. A shell may start its commands in any order
//! and by any call, execute the last one in its own place, have some of them built in, and keep
//! descriptors of its own as long as its commands do not get them.

mod background;
mod input;
mod printed;
mod started;
mod terminal;
#[cfg(test)]
mod testing;

pub(super) use background::runs_in_background;
pub(super) use input::survives_bad_input;
pub(super) use printed::{pipes, redirects, reports_status, runs_a_command};
pub(super) use started::{closes_what_it_opened, leaves_signals_alone};
pub(super) use terminal::handles_interrupt;
