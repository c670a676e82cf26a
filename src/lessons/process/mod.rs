//! The lesson `process`: signals, fork, exec, limits.

pub mod demos;
pub mod exercises;
