//! What one run of a shell was seen to do: what came out of it, what it started, how it ended.
//!
//! Facts that several judges share. None of them decides anything.

use std::collections::BTreeSet;

use crate::lessons::sight;
use crate::model::experiment::ACTOR;
use crate::model::recording::FIRST;
use crate::model::{
    ExecState, ExitStatus, Failure, Objection, Recording, Stream, Task, Trial, What, World,
};

/// A run, with what was read out of its recording.
pub(super) struct Observed<'a> {
    /// What was recorded.
    pub(super) recording: &'a Recording,
}

/// A program that began.
#[derive(Clone, Copy)]
pub(super) struct Begun<'a> {
    /// The event.
    pub(super) at: usize,
    /// The process.
    pub(super) task: Task,
    /// What it began with.
    pub(super) state: &'a ExecState,
}

impl<'a> Observed<'a> {
    /// Looks at the trial's run.
    ///
    /// # Errors
    /// Blind if it cannot be judged.
    pub(super) fn new(trial: &Trial<'a>) -> Result<Self, Objection> {
        sight::recording(trial, 0).map(|recording| Self { recording })
    }

    /// Fails if a limit ended the run.
    pub(super) fn within_limits(&self) -> Result<(), Failure> {
        match sight::limited(self.recording, 0) {
            None => Ok(()),
            Some(failure) => Err(self.in_order(self.with_strikes(failure))),
        }
    }

    /// Every start of the actor, by whatever process of the shell's.
    pub(super) fn actors(&self) -> impl Iterator<Item = Begun<'a>> {
        self.begun().filter(|begun| begun.state.path == ACTOR)
    }

    fn begun(&self) -> impl Iterator<Item = Begun<'a>> {
        let events = &self.recording.events;
        events
            .iter()
            .enumerate()
            .filter_map(|(at, event)| match &event.what {
                What::Exec(task, state) => Some(Begun {
                    at,
                    task: *task,
                    state,
                }),
                _ => None,
            })
    }

    /// When and how a process ended, if it did.
    pub(super) fn end(&self, task: Task) -> Option<(usize, ExitStatus)> {
        let events = self.recording.events.iter().enumerate();
        events.rev().find_map(|(at, event)| match event.what {
            What::End {
                task: ended,
                status,
                ..
            } if ended == task => Some((at, status)),
            _ => None,
        })
    }

    /// Moments of rest, with the zombies.
    pub(super) fn rests(&self) -> impl Iterator<Item = (usize, &'a [Task])> {
        let events = &self.recording.events;
        events
            .iter()
            .enumerate()
            .filter_map(|(at, event)| match &event.what {
                What::Rest(zombies) => Some((at, zombies.as_slice())),
                _ => None,
            })
    }

    /// Processes that had become another program than the shell's own, and had not ended, at an
    /// event. What a shell may have beside its commands (threads, helpers) is not among them.
    pub(super) fn commands_at(&self, at: usize) -> BTreeSet<Task> {
        let own = self
            .recording
            .events
            .iter()
            .rev()
            .find_map(|event| match &event.what {
                What::Exec(FIRST, state) => Some(state.path.as_str()),
                _ => None,
            });
        let mut alive = BTreeSet::new();
        for event in self.recording.events.iter().take(at) {
            match &event.what {
                What::Exec(task, state) if Some(state.path.as_str()) != own => {
                    alive.insert(*task);
                }
                What::End { task, .. } => {
                    alive.remove(task);
                }
                _ => {}
            }
        }
        alive.remove(&FIRST);
        alive
    }

    /// Whether the shell itself became its last command, as it may, without a fork.
    pub(super) fn became_a_command(&self) -> bool {
        self.actors().any(|begun| begun.task == FIRST)
    }

    /// The event by which byte `offset` of standard output had come out.
    pub(super) fn received_at(&self, offset: usize) -> Option<usize> {
        self.recording.received_at(Stream::Stdout, offset)
    }

    /// The first message on standard error.
    pub(super) fn complaint(&self) -> Option<usize> {
        self.recording
            .world()
            .find(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)))
            .map(|(at, _)| at)
    }

    /// The failure of a first process that did not end as it should have: `wanted`.
    pub(super) fn ended_otherwise(&self, wanted: &str) -> Failure {
        let failure = match self.recording.outcome() {
            Some((at, ExitStatus::Code(code))) => Failure::new(format!(
                "it exited with status {code}; it should have exited with {wanted}"
            ))
            .showing(at),
            Some((at, status @ ExitStatus::Signal(_))) => {
                let name = status.to_string().replace("signal ", "");
                Failure::new(format!(
                    "{name} ended it; it should have exited with {wanted}"
                ))
                .showing(at)
            }
            None => Failure::new("its first process was not seen to end"),
        };
        self.in_order(self.with_complaint(failure))
    }

    /// Adds the last thing said on standard error.
    pub(super) fn with_complaint(&self, failure: Failure) -> Failure {
        let said = self
            .recording
            .world()
            .filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)))
            .last();
        said.map_or(failure.clone(), |(at, _)| failure.showing(at))
    }

    /// Adds the calls at which a fault struck.
    pub(super) fn with_strikes(&self, mut failure: Failure) -> Failure {
        for (at, ..) in self.recording.struck() {
            failure = failure.showing(at);
            if let Some(call) = self.recording.struck_call(at) {
                failure = failure.showing(call);
            }
        }
        failure
    }

    /// Puts the evidence in order.
    pub(super) fn in_order(&self, mut failure: Failure) -> Failure {
        failure
            .evidence
            .sort_by_key(|shown| (shown.run, shown.event));
        failure
    }
}
