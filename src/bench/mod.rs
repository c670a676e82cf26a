//! Builds a submission, runs experiments on it and examines a lab.

pub mod matrix;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use crate::model::{Experiment, Finding, Recording, Scorecard, Strike};

/// What is to be examined, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Slug of the lesson.
    pub lesson: String,
    /// Slug of the lab.
    pub lab: String,
    /// The directory with the submission.
    pub submission: PathBuf,
    /// What the experiments are made from.
    pub seed: u64,
    /// Ids of the checks to make; empty: all.
    pub only: Vec<String>,
    /// Trials at the same time.
    pub jobs: usize,
    /// Multiplies every time limit.
    pub timeout_scale: f64,
    /// How often everything is done.
    pub repeat: u32,
}

/// What a worker says while it works.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Progress {
    /// The submission is being built.
    Building,
    /// Trials made of those known for a check.
    Check {
        /// The check's id.
        id: String,
        /// Trials done.
        done: u64,
        /// Trials known so far: a sweep learns its points from its first trial.
        of: u64,
    },
    /// A check is decided.
    Finished(Box<Finding>),
}

/// Why there is no scorecard.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The worker could not be started, or talked to.
    #[error("cannot start the worker")]
    Worker(#[from] std::io::Error),
    /// The worker said why it cannot.
    #[error("{}", causes.join(": "))]
    Refused {
        /// Outermost first.
        causes: Vec<String>,
        /// What to do about it; may be empty.
        hint: String,
    },
    /// The worker ended without a word.
    #[error("the worker ended without a result ({0})")]
    Lost(String),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
}

/// What is to be observed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Observation {
    /// A directory with a program, as a submission has it.
    pub program: PathBuf,
    /// What is done to it.
    pub experiment: Experiment,
    /// Trials at the same time.
    pub jobs: usize,
}

/// One trial of an observed experiment.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The strike and the point, from 1, if this is a trial of a sweep.
    pub point: Option<(Strike, u32)>,
    /// One recording a run.
    pub runs: Vec<Recording>,
    /// Why nothing can be said, if so.
    pub trouble: Option<String>,
}

fn absent() -> BenchError {
    BenchError::Refused {
        causes: vec!["this build of syslab has no engine".to_owned()],
        hint: String::new(),
    }
}

/// Examines a submission in a worker process of its own.
///
/// # Errors
/// If the worker cannot do its work; what the submission does wrong is no error.
pub fn examine(
    _request: &Request,
    _interrupted: &AtomicBool,
    _progress: &mut dyn FnMut(Progress),
) -> Result<Scorecard, BenchError> {
    Err(absent())
}

/// Builds the program and performs the experiment, every trial of its sweep if it has one.
///
/// # Errors
/// If the program cannot be built, or this machine cannot observe it.
pub fn observe(
    _observation: &Observation,
    _interrupted: &AtomicBool,
) -> Result<Vec<Observed>, BenchError> {
    Err(absent())
}
