//! What one run was seen to do: what was asked, what it printed, how it ended, what is left of it.
//!
//! Facts that all judges of this lab share, and the one question that all of them ask: whether it
//! ended as it should.

use crate::lessons::sight;
use crate::lessons::sight::how;
use crate::model::experiment::SHARED_DIR;
use crate::model::{
    ExitStatus, Expected, Failure, Objection, Recording, Run, Stream, Trial, What, World,
};

/// One run, with what was asked of it.
pub(super) struct Observed<'a> {
    /// What was recorded.
    pub(super) recording: &'a Recording,
    /// What was done.
    pub(super) run: &'a Run,
}

impl<'a> Observed<'a> {
    /// Looks at the run of a trial; every experiment of this lab has one.
    ///
    /// # Errors
    /// A failure if it reached a limit of the experiment's; blind if it cannot be judged.
    pub(super) fn new(trial: &Trial<'a>) -> Result<Self, Objection> {
        let recording = sight::recording(trial, 0)?;
        let Some(run) = trial.experiment.runs.first() else {
            return Err(Objection::Blind("the experiment has no run".to_owned()));
        };
        let observed = Self { recording, run };
        match sight::limited(recording, 0) {
            Some(failure) => Err(observed.with_circumstances(failure).into()),
            None => Ok(observed),
        }
    }

    /// A number that it was given.
    fn argument(&self, nth: usize) -> u64 {
        let argument = self.run.args.get(nth);
        argument.and_then(|arg| arg.parse().ok()).unwrap_or(0)
    }

    /// How many workers it was to start.
    pub(super) fn workers(&self) -> u64 {
        self.argument(0)
    }

    /// How many values it was to sum.
    pub(super) fn count(&self) -> u64 {
        self.argument(1)
    }

    /// Fails unless it ended as it should: with the sums and status 0, or, where something was done
    /// to it, with the message and the status that are due then.
    ///
    /// The sums and status 0 are right whatever was done: then it did not matter.
    pub(super) fn ends_as_due(&self) -> Result<(), Failure> {
        let Some((at, status)) = self.recording.outcome() else {
            let failure = Failure::new("its first process was not seen to end");
            return Err(self.with_circumstances(failure));
        };
        let expects = &self.run.expects;
        let wants_failure = expects.iter().find_map(|expected| match expected {
            Expected::Status(0) => None,
            Expected::Status(status) => Some(Some(*status)),
            Expected::Failure => Some(None),
            _ => None,
        });
        if status == ExitStatus::Code(0) {
            return self.prints_the_sums().map_err(|failure| {
                let why = match wants_failure {
                    Some(_) => format!("it exits with status 0, and {}", failure.why),
                    None => failure.why.clone(),
                };
                self.with_circumstances(Failure { why, ..failure })
            });
        }
        let failure = |why: String| self.with_circumstances(Failure::new(why).showing(at));
        let Some(wanted) = wants_failure else {
            return Err(failure(format!("it {}", how(status))));
        };
        if let Some(wanted) = wanted.filter(|wanted| status != ExitStatus::Code(*wanted)) {
            let how = how(status);
            return Err(failure(format!("it {how}, and not with status {wanted}")));
        }
        let is_message = |expected: &Expected| matches!(expected, Expected::Message { .. });
        let says_nothing = self.recording.received(Stream::Stderr).is_empty();
        if expects.iter().any(is_message) && says_nothing {
            let how = how(status);
            return Err(failure(format!(
                "it {how}, and says nothing on standard error"
            )));
        }
        Ok(())
    }

    /// Fails unless the sums were printed, and nothing else.
    fn prints_the_sums(&self) -> Result<(), Failure> {
        let due = self.run.expects.iter().find_map(|expected| match expected {
            Expected::Output { any_of, .. } => any_of.first(),
            _ => None,
        });
        let due = String::from_utf8_lossy(due.map_or(&[][..], Vec::as_slice));
        let printed = self.recording.received(Stream::Stdout);
        let printed = String::from_utf8_lossy(&printed);
        if printed == due {
            return Ok(());
        }
        let said = self.recording.world();
        let said = said.filter(|(_, world)| matches!(world, World::Received(Stream::Stdout, _)));
        let last = said.map(|(at, _)| at).last();
        let show = |failure: Failure| match last {
            Some(at) => failure.showing(at),
            None => failure,
        };
        let mut lines = printed.lines();
        for due in due.lines() {
            match lines.next() {
                Some(line) if line == due => {}
                Some(line) => {
                    let why = format!("it printed {line:?}, where {due:?} is due");
                    return Err(show(Failure::new(why)));
                }
                None => return Err(show(Failure::new(format!("it printed no line {due:?}")))),
            }
        }
        Err(show(Failure::new(match lines.next() {
            Some(line) => format!("it printed {line:?} as well"),
            None => "its last line has no end".to_owned(),
        })))
    }

    /// Fails if something is left in /dev/shm, or a process is left that never ends.
    pub(super) fn leaves_nothing(&self) -> Result<(), Failure> {
        let left = self.recording.world().find_map(|(at, world)| match world {
            World::Left(place, names) if place == SHARED_DIR => Some((at, names)),
            _ => None,
        });
        let failure = match left {
            Some((_, names)) if names.is_empty() => return Ok(()),
            Some((at, names)) => {
                let names = names.join(" and ");
                Failure::new(format!("{names} is left in {SHARED_DIR}")).showing(at)
            }
            None => {
                let failure = Failure::new("processes of its are left when it has ended");
                match self.recording.outcome() {
                    Some((at, _)) => failure.showing(at),
                    None => failure,
                }
            }
        };
        Err(self.with_circumstances(failure))
    }

    /// Adds what was done to it, and what was said last on standard error.
    pub(super) fn with_circumstances(&self, mut failure: Failure) -> Failure {
        for (at, task, _) in self.recording.struck().take(1) {
            let call = self.recording.struck_call(at);
            failure = call.into_iter().fold(failure.showing(at), Failure::showing);
            let end = self.recording.events.iter().position(|event| {
                matches!(event.what, What::End { task: ended, status: ExitStatus::Signal(_), .. }
                    if ended == task)
            });
            failure = end.into_iter().fold(failure, Failure::showing);
        }
        let said = self.recording.world();
        let said = said.filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)));
        let last = said.map(|(at, _)| at).last();
        failure = last.into_iter().fold(failure, Failure::showing);
        failure
            .evidence
            .sort_by_key(|shown| (shown.run, shown.event));
        failure
    }
}
