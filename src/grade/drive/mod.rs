//! Gets all examinations of a run made, whatever becomes of the workers.
//!
//! The driver looks at what is missing, cuts it into chunks and gives them to an engine; when
//! nothing is missing, it is done. It remembers nothing that is not on disk: it can be killed at any
//! time, and another one goes on.

mod driver;
mod local;
mod plan;
mod slurm;
mod ssh;

#[cfg(test)]
mod fake;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use driver::{Driver, MOST_TRIES, NotGraded, Step, Tally};
pub use local::Local;
pub use slurm::{Order, Slurm, Wishes};
pub use ssh::{Host, HostsError, Ssh};

use super::WORKER_COMMAND;
use super::run::{Chunk, RunError};
use crate::model::shell_word;

/// Something that has workers: this machine, or a scheduler of many.
pub trait Engine {
    /// Has workers work on these chunks, some time; not on the machines to be avoided.
    ///
    /// # Errors
    /// If not all of them will be worked on. What was begun all the same does no harm.
    fn submit(&mut self, chunks: &[Chunk], avoid: &[String]) -> Result<(), EngineError>;

    /// What it believes of these chunks; in no order, and of those it knows.
    ///
    /// # Errors
    /// If it cannot be asked at the moment: then nothing is believed.
    fn poll(&mut self, chunks: &[&str]) -> Result<Vec<(String, Hint)>, EngineError>;

    /// Ends the workers of these chunks, where there still are some.
    fn cancel(&mut self, chunks: &[&str]);

    /// What people should know of its machines, each once.
    fn remarks(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// What an engine believes of a chunk. Only a hint: the results are the truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// No worker has begun.
    Waiting,
    /// A worker is at it.
    Running,
    /// There is no worker, and there will be none; how it ended.
    Gone(String),
}

/// Why an engine does not do what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// It may work when it is tried again.
    #[error("{0}")]
    Transient(String),
    /// It will not.
    #[error("{0}")]
    Final(String),
}

/// How far a driver may trust its engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// For how long a running worker may be silent before it is taken for lost; `None` where the
    /// engine knows for certain.
    pub lease: Option<Duration>,
    /// After how many chunks in a row that came to nothing at all the engine is given up.
    pub fruitless: u32,
    /// How many chunks are worked on at the same time, about.
    pub slots: usize,
}

impl Trust {
    /// That of an engine whose workers are on other machines, and of whom it only believes to know how
    /// they do.
    fn elsewhere(slots: usize) -> Self {
        Self {
            // File attributes are cached for up to a minute over NFS, nfs(5).
            lease: Some(Duration::from_secs(60)),
            fruitless: 20,
            slots,
        }
    }
}

/// The worker of the run with this id in this directory, as words for a shell: this program, in the same
/// place on every machine. What is missing is the chunk's name.
fn worker(run: &Path, id: &str) -> String {
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("syslab"));
    let word = |path: &Path| shell_word(&path.to_string_lossy());
    let (program, run, id) = (word(&program), word(run), shell_word(id));
    format!("{program} {WORKER_COMMAND} {run} {id}")
}

/// Why a driver cannot go on. What was found out until then is kept.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The run's directory does not work.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The engine does not work.
    #[error("the engine takes no work: {0}")]
    Engine(String),
    /// Workers end before they begin.
    #[error("workers come to nothing: {0}")]
    Fruitless(String),
    /// The numbers do not add up: a bug.
    #[error("of {of} submissions {missing} are unaccounted for")]
    Unaccounted {
        /// Neither graded nor given up.
        missing: usize,
        /// All.
        of: usize,
    },
}
