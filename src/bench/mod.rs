//! Builds a submission, runs experiments on it and examines a lab.

pub mod build;
mod machine;

pub use machine::machine;
