//! Builds a submission, runs experiments on it and examines a lab.
//!
//! Four kinds of process take part, each of them this binary under a hidden name:
//!
//! ```text
//! syslab check --(Request)--> worker --(Job)--> runner --> box --> the submission
//!              <--(Report)---        <--(TrialRecord)--
//! ```
//!
//! A *worker* ([`worker`]) belongs to one submission: a crash, leak or hang costs that one. It
//! builds, plans trials ([`plan`]), has them made by *runners* ([`runner`], [`runners`]) and asks the
//! judges ([`verdict`]). A runner traces one trial and plays the outside world ([`drive`]). The *box* is
//! the sandbox's. Nothing here prints.

pub mod boxes;
pub mod build;
mod crew;
pub mod crowds;
pub mod diagnosis;
pub mod drive;
pub mod examine;
pub mod exhibit;
pub mod identity;
pub mod inputs;
pub mod job;
pub mod listening;
pub mod live;
pub mod lookup;
pub mod machine;
pub mod matrix;
mod memory;
pub mod observe;
pub mod oracle;
pub mod plan;
pub mod runner;
pub mod runners;
pub mod see;
mod shrink;
pub mod steps;
pub mod streams;
mod trial;
pub mod verdict;
pub mod who;
pub mod worker;
pub mod writers;

/// The hidden command under which this binary is a worker.
pub const WORKER_COMMAND: &str = "__worker";

/// The hidden command under which this binary is copied for each trial.
pub const RUN_COMMAND: &str = "__run";

pub use diagnosis::diagnosis;
pub use examine::{BenchError, examine};
pub use job::{Audit, Progress, Request};
pub use machine::machine;
pub use observe::{Observation, Observed, observe};
