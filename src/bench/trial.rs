//! One trial: a lab directory of its own, and a runner that makes it.

use std::sync::atomic::{AtomicU32, Ordering};

use super::build::Built;
use super::job::{Job, TrialRecord};
use super::plan::{Kind, Work};
use super::runner::causes;
use super::runners::Runners;
use crate::model::{Experiment, Run};
use crate::sandbox::Workshop;

/// A number that no lab directory has had yet.
pub(super) fn next_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Has a runner make one trial, in this slot.
pub(super) fn make(
    runners: &Runners,
    workshop: &Workshop,
    built: &Built,
    (slot, work): (usize, &Work),
    timeout_scale: f64,
) -> TrialRecord {
    let lab = match workshop.lab_dir(next_number(), work.experiment.files_kib()) {
        Ok(lab) => lab,
        Err(error) => return TrialRecord::broken(causes(&error).join(": ")),
    };
    let has_actor = work.experiment.runs.iter().any(Run::meets_actor);
    let actor = match has_actor.then(|| workshop.actor()).transpose() {
        Ok(actor) => actor,
        Err(error) => {
            return TrialRecord::broken(format!("cannot copy syslab into the workshop: {error}"));
        }
    };
    let mut experiment = Experiment {
        sweep: None,
        ..(*work.experiment).clone()
    };
    for run in &mut experiment.runs {
        // The runner decides nothing.
        run.claims.clear();
    }
    let job = Job {
        argv: built.argv.clone(),
        env: built.env.clone(),
        binds: built.binds.clone(),
        submission: workshop.submission_in(slot),
        lab: lab.path().to_owned(),
        actor,
        host_uid: workshop.host_uid(),
        experiment,
        strike: work.strike(),
        is_reference: work.kind == Kind::Reference,
        timeout_scale,
    };
    let record = runners.make(&job);
    record.unwrap_or_else(|error| TrialRecord::broken(format!("the runner broke: {error}")))
}
