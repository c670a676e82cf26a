//! A whole class: from what a learning platform gives to grades that can be defended.
//!
//! `intake` puts submissions into directories, `run` is a directory in which they are graded,
//! `drive` gets all of them examined, by workers (`worker`) that may be anywhere; `fair` turns
//! scorecards into grades, `book` makes a gradebook of them, `similarity` compares sources. Nothing
//! here prints. The formats that grades leave in are in `report`.

pub mod book;
pub mod drive;
pub mod fair;
pub mod intake;
pub mod run;
pub mod similarity;
pub mod worker;

/// The hidden command under which this binary is the worker of a chunk.
pub const WORKER_COMMAND: &str = "__grade";
