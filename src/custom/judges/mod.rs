//! What decides: for each claim a pure function of what was recorded.
//!
//! A claim asks for what its author's handout promises, in whatever way a program brings it about.
//! Each function says when it fails, and what its blind spot is.

mod cost;
mod counted;
mod descriptors;
mod durable;
mod ends;
mod files;
mod openings;
mod printed;
mod processes;
mod selected;
#[cfg(test)]
mod testing;

use crate::lessons::sight;
use crate::model::{Claim, Failure, Judgement, Objection, Pass, Recording, Trial};

/// What a claim comes to: nothing, or what is the matter.
type Held = Result<(), Objection>;

/// Strikes that a failure shows; a fault may strike at every call.
const STRIKES_SHOWN: usize = 2;

/// Decides the claims of all runs of a trial, in their order.
///
/// Fails with the first that does not hold; a run that a limit ended fails whatever it claims.
///
/// # Errors
/// The failure; blind, if a run used what the tracer cannot follow, or a claim is about what was not
/// recorded.
pub fn judge(trial: &Trial<'_>) -> Judgement {
    let mut count = 0;
    for (nth, run) in trial.experiment.runs.iter().enumerate() {
        let recording = sight::recording(trial, nth)?;
        if let Some(failure) = sight::limited(recording, nth) {
            return Err(with_strikes(failure, recording, nth).into());
        }
        for stated in &run.claims {
            held(&stated.claim, recording, trial).map_err(|objection| match objection {
                Objection::Fail(mut failure) => {
                    for shown in &mut failure.evidence {
                        shown.run = nth;
                    }
                    if !stated.hint.is_empty() {
                        failure.hint.clone_from(&stated.hint);
                    }
                    with_strikes(failure, recording, nth).into()
                }
                other => other,
            })?;
            count += 1;
        }
    }
    Ok(Pass::of("claims", count))
}

fn held(claim: &Claim, recording: &Recording, trial: &Trial<'_>) -> Held {
    match claim {
        Claim::Ends(ended) => ends::ends(recording, *ended),
        Claim::Prints { stream, wanted } => printed::prints(recording, *stream, wanted),
        Claim::File {
            path,
            wanted,
            once_printed,
        } => files::file(recording, path, wanted.as_ref(), once_printed),
        Claim::Holds { directory, names } => files::holds(recording, directory, names),
        Claim::Closes { below } => descriptors::closes(recording, below),
        Claim::KeepsNone { more } => descriptors::keeps_none(recording, *more),
        Claim::StartsClean => processes::starts_clean(recording),
        Claim::LeavesNoProcess => processes::leaves_none(recording),
        Claim::Reaps => processes::reaps(recording),
        Claim::Durable {
            path,
            before_output,
        } => durable::durable(recording, path, *before_output),
        Claim::Order { first, then, each } => counted::order(recording, first, then, *each),
        Claim::Calls {
            of,
            at_least,
            at_most,
            during,
        } => counted::calls(recording, of, (*at_least, *at_most), *during),
        Claim::Cost {
            times,
            of_run,
            free_ms,
        } => {
            let other = sight::recording(trial, *of_run)?;
            cost::cost(recording, other, *times, *free_ms)
        }
    }
}

/// Adds the first calls at which a fault or the sweep struck, and puts the evidence in order.
fn with_strikes(failure: Failure, recording: &Recording, run: usize) -> Failure {
    let struck = recording.struck().take(STRIKES_SHOWN);
    let mut failure = struck.fold(failure, |failure, (at, ..)| {
        let failure = failure.showing_in(run, at);
        match recording.struck_call(at) {
            Some(call) => failure.showing_in(run, call),
            None => failure,
        }
    });
    failure
        .evidence
        .sort_by_key(|shown| (shown.run, shown.event));
    failure
}

/// The failure, with how the program ended, and the last that it said on standard error.
fn with_end(recording: &Recording, failure: Failure) -> Failure {
    let said = recording.world().filter(|(_, world)| {
        matches!(
            world,
            crate::model::World::Received(crate::model::Stream::Stderr, _)
        )
    });
    let said = said.last().map(|(at, _)| at);
    let end = recording.outcome().map(|(at, _)| at);
    said.into_iter().chain(end).fold(failure, Failure::showing)
}
