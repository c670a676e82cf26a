//! syslab: learn systems programming on your own kernel.
//!
//! See ARCHITECTURE.md for a walk through the rooms. The binary is a thin wrapper around
//! [`cli`]; everything is in the library so that tests can reach it.

pub mod bench;
pub mod cli;
pub mod commands;
pub mod custom;
pub mod embedded;
pub mod exit;
pub mod gpu;
pub mod grade;
pub mod lessons;
pub mod model;
pub mod probes;
pub mod report;
pub mod sandbox;
pub mod stimulus;
pub mod sys;
pub mod tracer;
pub mod ui;
