//! The labs about host programs: `raii` and `bridge`.
//!
//! A trial starts the device process (`gpu::host`), which starts the program and writes facts; the
//! judges here read them. What builds and starts a submission is the [`battery`].

mod battery;
mod checks;
mod judges;
mod labs;
mod runs;

pub(super) use battery::BATTERY;
pub(super) use labs::{BRIDGE, RAII};
