//! Formats of a scorecard, of a snapshot of processes, and of what a load has found out: each a
//! function of the same value.
//!
//! Nothing here runs anything or decides anything; what a format shows is in the value.
//! Scorecards hold text from submissions, snapshots that of any process: no format lets it reach
//! a terminal as it is.

mod json;
mod load;
mod processes;
mod text;

pub use json::{json, load_json, processes_json};
pub use load::load;
pub use processes::{changes, processes};
pub use text::{Detail, text};

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub const SCORECARD_SCHEMA: &str = include_str!("scorecard.schema.json");

/// The JSON Schema (draft 2020-12) of what [`processes_json`] writes.
pub const PROCESSES_SCHEMA: &str = include_str!("processes.schema.json");

/// The JSON Schema (draft 2020-12) of what [`load_json`] writes.
pub const LOAD_SCHEMA: &str = include_str!("load.schema.json");
