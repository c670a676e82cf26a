//! The tools `inspect` of the lessons: what running processes are and wait for, and what they have
//! open.

pub mod descriptors;
pub mod processes;
mod target;
mod watch;
