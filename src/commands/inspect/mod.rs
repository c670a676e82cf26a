//! The tools `inspect` of the lessons: what running processes are and wait for, and what they have
//! open, and what memory they share.

pub mod descriptors;
pub mod memory;
pub mod processes;
mod target;
mod watch;
