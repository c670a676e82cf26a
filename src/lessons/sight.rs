//! Whether a run was seen to its end: what every judge asks first.

use crate::model::recording::STRIKE;
use crate::model::{Failure, LimitKind, Objection, Recording, Trial, World, explain_limit};

/// The recording of run number `run` of a trial.
///
/// # Errors
/// Blind if it used what the tracer cannot follow, was not made, or was interrupted by the user.
pub(in crate::lessons) fn recording<'a>(
    trial: &Trial<'a>,
    run: usize,
) -> Result<&'a Recording, Objection> {
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
pub(in crate::lessons) fn limited(recording: &Recording, run: usize) -> Option<Failure> {
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

/// Adds the hint where there is none yet.
pub(in crate::lessons) fn hinted(objection: Objection, hint: &str) -> Objection {
    match objection {
        Objection::Fail(failure) if failure.hint.is_empty() => failure.hint(hint).into(),
        other => other,
    }
}
