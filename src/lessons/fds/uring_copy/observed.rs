//! What one run was seen to do: how it ended, and what became of the files.
//!
//! Facts that all judges of this lab share. None of them decides anything, but that a run which
//! reached a limit of the experiment's has failed, and that a run which cannot be followed cannot
//! be judged.

use crate::lessons::sight;
use crate::model::recording::{Likeness, Made};
use crate::model::{
    ExitStatus, Failure, Mode, Objection, Payload, Recording, Run, Stream, Trial, World,
};

/// One run of a trial.
pub(super) struct Observed<'a> {
    /// What was recorded.
    pub(super) recording: &'a Recording,
    /// What was asked.
    run: &'a Run,
    /// Its index.
    index: usize,
}

impl<'a> Observed<'a> {
    /// Looks at a run of a trial.
    ///
    /// # Errors
    /// A failure if it reached a limit of the experiment's; blind if it cannot be judged.
    pub(super) fn new(trial: &Trial<'a>, index: usize) -> Result<Self, Objection> {
        let recording = sight::recording(trial, index)?;
        let run = trial.experiment.runs.get(index);
        let run = run.ok_or_else(|| Objection::Blind("it was asked nothing".to_owned()))?;
        let observed = Self {
            recording,
            run,
            index,
        };
        match sight::limited(recording, index) {
            None => Ok(observed),
            Some(failure) => Err(observed.in_order(observed.with_strike(failure)).into()),
        }
    }

    /// The name that is to be the copy's.
    pub(super) fn to(&self) -> &'a str {
        self.run.args.get(1).map_or("", String::as_str)
    }

    /// What this file is compared with; `None` if it is not.
    pub(super) fn content(&self, path: &str) -> Option<&'a Payload> {
        let mut compared = self.run.compare.iter();
        compared
            .find(|(name, _)| name == path)
            .map(|(_, content)| content)
    }

    /// How a file compared in the end, with the event; `None`: it did not exist.
    ///
    /// # Errors
    /// Blind if it was not compared.
    pub(super) fn likeness(&self, path: &str) -> Result<(usize, Option<Likeness>), Objection> {
        self.recording
            .world()
            .filter_map(|(at, world)| match world {
                World::Compared(name, found) if name == path => Some((at, *found)),
                _ => None,
            })
            .last()
            .ok_or_else(|| Objection::Blind(format!("what became of {path} was not seen")))
    }

    /// What a name was the name of, at the beginning and in the end, with the events.
    pub(super) fn modes(&self, path: &str) -> Vec<(usize, Option<Mode>)> {
        self.recording
            .world()
            .filter_map(|(at, world)| match world {
                World::Mode(name, mode) if name == path => Some((at, *mode)),
                _ => None,
            })
            .collect()
    }

    /// How long the source was made while it was copied, with the event.
    pub(super) fn resized(&self) -> Option<(usize, u64)> {
        self.recording.world().find_map(|(at, world)| match world {
            World::Resized(_, len) => Some((at, *len)),
            _ => None,
        })
    }

    /// The status with which it exited; `None` if it did not.
    pub(super) fn status(&self) -> Option<i32> {
        match self.recording.outcome() {
            Some((_, ExitStatus::Code(code))) => Some(code),
            _ => None,
        }
    }

    /// Fails unless the program exited with this status.
    pub(super) fn exited_with(&self, wanted: i32) -> Result<(), Failure> {
        let why = match self.recording.outcome() {
            Some((_, ExitStatus::Code(code))) if code == wanted => return Ok(()),
            Some((_, ExitStatus::Code(code))) => {
                format!("it exited with status {code} and not {wanted}")
            }
            Some((_, status)) => {
                let name = status.to_string().replace("signal ", "");
                format!("{name} ended it; it should have exited with status {wanted}")
            }
            None => "its first process was not seen to end".to_owned(),
        };
        Err(self.with_last_words(Failure::new(why)))
    }

    /// Fails if it said nothing on standard error.
    pub(super) fn said_why(&self) -> Result<(), Failure> {
        match self.recording.received(Stream::Stderr).is_empty() {
            true => Err(self.with_last_words(Failure::new("it said nothing on standard error"))),
            false => Ok(()),
        }
    }

    /// Adds how the program ended, and its last message.
    pub(super) fn with_last_words(&self, failure: Failure) -> Failure {
        let said = self
            .recording
            .world()
            .filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)));
        let said = said.map(|(at, _)| at).last();
        let ended = self.recording.outcome().map(|(at, _)| at);
        let failure = said
            .into_iter()
            .chain(ended)
            .fold(failure, |failure, at| self.showing(failure, at));
        self.in_order(self.with_strike(failure))
    }

    /// Adds what a fault struck first, and how the source was changed then.
    fn with_strike(&self, failure: Failure) -> Failure {
        let strike = self.recording.struck().next().map(|(at, ..)| at);
        let call = strike.and_then(|at| self.recording.struck_call(at));
        let resized = self.resized().map(|(at, _)| at);
        [strike, call, resized]
            .into_iter()
            .flatten()
            .fold(failure, |failure, at| self.showing(failure, at))
    }

    /// Adds an event of this run.
    pub(super) fn showing(&self, failure: Failure, at: usize) -> Failure {
        failure.showing_in(self.index, at)
    }

    /// Puts the evidence in the order of the time line, each event once.
    pub(super) fn in_order(&self, mut failure: Failure) -> Failure {
        failure
            .evidence
            .sort_by_key(|shown| (shown.run, shown.event));
        failure.evidence.dedup();
        failure
    }

    /// All calls of this name.
    pub(super) fn calls(&self, name: &'static str) -> impl Iterator<Item = Made<'a>> {
        self.recording
            .calls()
            .filter(move |made| made.call.name == name)
    }
}
