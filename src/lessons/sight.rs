//! Whether a run was seen to its end: what every judge asks first.

use std::collections::HashMap;

use crate::model::recording::STRIKE;
use crate::model::{
    ExitStatus, Failure, LimitKind, Objection, Recording, Task, Trial, What, World, explain_limit,
};

/// The recording of run number `run` of a trial.
///
/// # Errors
/// Blind if it used what the tracer cannot follow, was not made, or was interrupted by the user.
pub(crate) fn recording<'a>(trial: &Trial<'a>, run: usize) -> Result<&'a Recording, Objection> {
    let Some(recording) = trial.runs.get(run) else {
        return Err(Objection::Blind(format!("run {} was not made", run + 1)));
    };
    for (_, world) in recording.world() {
        match world {
            World::Blind(what) => {
                let why = format!("it used {what}, which cannot be followed");
                return Err(Objection::Blind(why));
            }
            World::Limit(LimitKind::Interrupted, _) => {
                return Err(Objection::Blind("the run was interrupted".to_owned()));
            }
            _ => {}
        }
    }
    Ok(recording)
}

/// The failure of a run that a limit ended.
pub(crate) fn limited(recording: &Recording, run: usize) -> Option<Failure> {
    let failure = explain_limit(recording)?;
    let mut shifted = Failure {
        evidence: Vec::new(),
        ..failure
    };
    for shown in failure.evidence {
        shifted = shifted.showing_in(run, shown.event);
    }
    Some(shifted)
}

/// Whether this is the run by which a sweep finds its points: the experiment without its strike,
/// which shows nothing of what the sweep is about (and may wait for a signal that never comes).
pub(in crate::lessons) fn is_unstruck(trial: &Trial<'_>) -> bool {
    trial.experiment.sweep.is_some()
        && trial
            .runs
            .first()
            .is_some_and(|run| run.struck().all(|(_, _, fault)| fault != STRIKE))
}

/// How a process ended, in words that follow a subject.
pub(crate) fn how(status: ExitStatus) -> String {
    match status {
        ExitStatus::Code(code) => format!("exits with status {code}"),
        ExitStatus::Signal(signo) => {
            format!("is ended by {}", crate::model::text::signal_name(signo))
        }
    }
}

/// The process of each thread that is not its process' first.
pub(crate) fn processes(recording: &Recording) -> HashMap<Task, Task> {
    let mut processes = HashMap::new();
    for event in &recording.events {
        if let What::Fork {
            task,
            child,
            thread: true,
        } = event.what
        {
            let process = processes.get(&task).copied().unwrap_or(task);
            processes.insert(child, process);
        }
    }
    processes
}

/// Adds the hint where there is none yet.
pub(in crate::lessons) fn hinted(objection: Objection, hint: &str) -> Objection {
    match objection {
        Objection::Fail(failure) if failure.hint.is_empty() => failure.hint(hint).into(),
        other => other,
    }
}
