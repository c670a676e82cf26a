//! A whole class: from what a learning platform gives to grades that can be defended.
//!
//! Nothing here runs a submission and nothing prints: `intake` puts submissions into directories,
//! `fair` turns scorecards into grades, `similarity` compares sources. The formats that grades
//! leave in are in `report`.

pub mod fair;
pub mod intake;
pub mod similarity;
