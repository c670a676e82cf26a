//! Performs one experiment on a program and hands back what was recorded: no checks, no judges.
//!
//! Trace exercises and demos are made of this.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use crate::model::{Experiment, Frame, Recording, Strike};

use super::examine::{BenchError, ask};
use super::job::{Order, Report};

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

/// Builds the program and performs the experiment, every trial of its sweep if it has one.
///
/// # Errors
/// If the program cannot be built, or this machine cannot observe it.
pub fn observe(
    observation: &Observation,
    interrupted: &AtomicBool,
) -> Result<Vec<Observed>, BenchError> {
    let mut observed = Vec::new();
    ask(
        &Order::Observe(observation.clone()),
        interrupted,
        &mut |report| {
            if let Report::Observed {
                point,
                runs,
                trouble,
            } = report
            {
                let runs: Result<Vec<Recording>, _> = runs.iter().map(|run| run.parse()).collect();
                match runs {
                    Ok(runs) => observed.push(Observed {
                        point,
                        runs,
                        trouble,
                    }),
                    Err(error) => return Some(Err(BenchError::Lost(error.to_string()))),
                }
                return None;
            }
            matches!(report, Report::AllObserved).then_some(Ok(()))
        },
    )?;
    Ok(observed)
}

/// The line of source at an address of a module of the submission.
///
/// The module's DWARF is hostile: it is read in a process of its own, with little memory and
/// little time.
pub fn lookup(submission: &Path, module: &str, address: u64) -> Option<Frame> {
    use crate::model::experiment::SUBMISSION_DIR;
    let own = module.strip_prefix(SUBMISSION_DIR)?.trim_start_matches('/');
    let binary = File::open(submission.join(own)).ok()?;
    super::lookup::frames(binary, module, &[address])?
        .pop()?
        .into_iter()
        .find(|frame| matches!(frame, Frame::Source { file, .. } if !file.starts_with('/')))
}
