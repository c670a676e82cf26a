//! Formats of a scorecard, of a gradebook ([`exports`]), of what there is to learn, of a snapshot of
//! processes, of a descriptor table, of shared memory, of recordings, of a kernel's launch, and of what a
//! load has found out: each a function of the same value.
//!
//! Nothing here runs anything or decides anything; what a format shows is in the value.
//! Scorecards hold text from submissions, snapshots and tables that of any process: no format lets it reach
//! a terminal as it is.

pub mod book;
mod compare;
mod descriptors;
mod diagnosis;
pub mod exports;
mod figures;
mod hints;
pub mod html;
mod json;
mod kernel;
mod listing;
mod load;
mod memory;
mod names;
mod processes;
mod text;

pub use compare::compared;
pub use descriptors::{descriptors, growth, growth_lines, openings};
pub use diagnosis::{
    CapabilityHere, DIAGNOSIS_SCHEMA_VERSION, Diagnosis, Found, Health, LabHere, LessonHere, ToDo,
    diagnosis, diagnosis_json,
};
pub use hints::{HintStep, hints};
pub use json::{descriptors_json, json, load_json, memory_json, openings_json, processes_json};
pub use kernel::{counted, kernel, kernel_json};
pub use listing::{
    LISTING_SCHEMA_VERSION, ListedDemo, ListedExercise, ListedLab, ListedLesson, ListedTool,
    Listing, State, listing, listing_json,
};
pub use load::load;
pub use memory::memory;
pub use processes::{changes, processes};
pub use text::{Detail, EvidenceRow, evidence_rows, text};

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub const SCORECARD_SCHEMA: &str = include_str!("scorecard.schema.json");

/// The JSON Schema (draft 2020-12) of what [`processes_json`] writes.
pub const PROCESSES_SCHEMA: &str = include_str!("processes.schema.json");

/// The JSON Schema (draft 2020-12) of what [`descriptors_json`] writes.
pub const DESCRIPTORS_SCHEMA: &str = include_str!("descriptors.schema.json");

/// The JSON Schema (draft 2020-12) of what [`memory_json`] writes.
pub const MEMORY_SCHEMA: &str = include_str!("memory.schema.json");

/// The JSON Schema (draft 2020-12) of what [`load_json`] writes.
pub const LOAD_SCHEMA: &str = include_str!("load.schema.json");

/// The JSON Schema (draft 2020-12) of what [`diagnosis_json`] writes.
pub const DIAGNOSIS_SCHEMA: &str = include_str!("diagnosis.schema.json");

/// The JSON Schema (draft 2020-12) of what [`listing_json`] writes.
pub const LISTING_SCHEMA: &str = include_str!("listing.schema.json");
