//! Formats of a scorecard: each a function of the same value.
//!
//! Nothing here runs anything or decides anything; what a format shows is in the scorecard.
//! Scorecards hold text from submissions: no format lets it reach a terminal as it is.

mod json;
mod text;

pub use json::json;
pub use text::{Detail, text};

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub const SCORECARD_SCHEMA: &str = include_str!("scorecard.schema.json");
