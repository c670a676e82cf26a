//! What one run was seen to do: what was asked, whether CMD was run and how it ended.
//!
//! Facts that all judges of this lab share. None of them decides anything, but that a run which
//! reached a limit of the experiment's has failed, and that a run which cannot be followed cannot
//! be judged.

use super::asked::Asked;
use super::report::{self, Report};
use crate::lessons::sight;
use crate::model::experiment::ACTOR;
use crate::model::recording::Made;
use crate::model::{
    Arg, ExecState, ExitStatus, Failure, Objection, Recording, Stream, Task, Trial, What, World,
};

/// One run, with what was asked of it.
pub(super) struct Observed<'a> {
    /// What was recorded.
    pub(super) recording: &'a Recording,
    /// What was asked.
    pub(super) asked: Asked,
}

/// A process that became the actor.
#[derive(Clone, Copy)]
pub(super) struct Command<'a> {
    /// The process.
    pub(super) task: Task,
    /// The event of its exec.
    pub(super) exec: usize,
    /// What the kernel said of it then.
    pub(super) state: &'a ExecState,
}

impl<'a> Observed<'a> {
    /// Looks at the run of a trial; every experiment of this lab has one.
    ///
    /// # Errors
    /// A failure if it reached a limit of the experiment's; blind if it cannot be judged.
    pub(super) fn new(trial: &Trial<'a>) -> Result<Self, Objection> {
        let recording = sight::recording(trial, 0)?;
        let args = trial.experiment.runs.first().map(|run| run.args.as_slice());
        let observed = Self {
            recording,
            asked: Asked::of(args.unwrap_or_default()),
        };
        match sight::limited(recording, 0) {
            None => Ok(observed),
            Some(failure) => Err(observed.with_strikes(failure).into()),
        }
    }

    /// Every process that became the actor.
    pub(super) fn commands(&self) -> impl Iterator<Item = Command<'a>> {
        let events = self.recording.events.iter().enumerate();
        events.filter_map(|(exec, event)| match &event.what {
            What::Exec(task, state) if state.path == ACTOR => Some(Command {
                task: *task,
                exec,
                state,
            }),
            _ => None,
        })
    }

    /// CMD, which was run once.
    ///
    /// # Errors
    /// If it was not run, or more than once.
    pub(super) fn command(&self) -> Result<Command<'a>, Failure> {
        let mut commands = self.commands();
        let Some(command) = commands.next() else {
            let failure = Failure::new("it never ran CMD")
                .hint("Which call was to begin CMD, and what did it answer?");
            return Err(self.with_last_words(failure));
        };
        match commands.next() {
            None => Ok(command),
            Some(again) => Err(Failure::new("it ran CMD more than once")
                .hint("Which processes come as far as the exec?")
                .showing(command.exec)
                .showing(again.exec)),
        }
    }

    /// How CMD ended, with the event.
    ///
    /// # Errors
    /// If the program itself ended before.
    pub(super) fn end(&self, command: &Command<'_>) -> Result<(usize, ExitStatus), Failure> {
        let events = self.recording.events.iter().enumerate().skip(command.exec);
        let end = events.clone().find_map(|(at, event)| match event.what {
            What::End { task, status, .. } if task == command.task => Some((at, status)),
            _ => None,
        });
        let own = self.recording.outcome().map(|(at, _)| at);
        match (end, own) {
            (Some(end), None) => Ok(end),
            (Some(end), Some(own)) if end.0 <= own => Ok(end),
            (_, own) => {
                let failure = Failure::new("it ended while CMD was still running")
                    .hint("Which call returns when a child has ended, and not before?")
                    .showing(command.exec);
                Err(own.into_iter().fold(failure, Failure::showing))
            }
        }
    }

    /// What its processes were like when the first one began.
    ///
    /// # Errors
    /// Blind if the kernel was not asked, or did not answer.
    pub(super) fn start(&self) -> Result<&'a ExecState, Objection> {
        self.recording
            .start()
            .filter(|state| !state.limits.is_empty())
            .ok_or_else(|| Objection::Blind("the limits at its start were not recorded".to_owned()))
    }

    /// Fails unless the program exited with this status.
    pub(super) fn exited_with(&self, wanted: i32) -> Result<(), Failure> {
        let failure = match self.recording.outcome() {
            Some((_, ExitStatus::Code(code))) if code == wanted => return Ok(()),
            Some((at, ExitStatus::Code(code))) => {
                Failure::new(format!("it exited with status {code} and not {wanted}")).showing(at)
            }
            Some((at, status @ ExitStatus::Signal(_))) => {
                let name = status.to_string().replace("signal ", "");
                let why = format!("{name} ended it; it should have exited with status {wanted}");
                Failure::new(why).showing(at)
            }
            None => Failure::new("its first process was not seen to end"),
        };
        Err(self.with_last_words(failure))
    }

    /// Fails if it said nothing on standard error, or if it reported an end although there was
    /// none.
    pub(super) fn said_why(&self) -> Result<(), Failure> {
        if let Some(report) = self.reports().first() {
            let why = format!("it reported {:?} of a CMD that was never run", report.text);
            return Err(Failure::new(why).showing(report.at));
        }
        if self.recording.received(Stream::Stderr).is_empty() {
            let failure = Failure::new("it said nothing on standard error");
            let end = self.recording.outcome().map(|(at, _)| at);
            return Err(end.into_iter().fold(failure, Failure::showing));
        }
        Ok(())
    }

    /// The lines of standard error that begin as the report does.
    pub(super) fn reports(&self) -> Vec<Report> {
        report::reports(self.recording)
    }

    /// The one report.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub(super) fn report(&self) -> Result<Report, Failure> {
        let mut reports = self.reports();
        let hint = "What does the handout say of the line, word by word?";
        if let [_, another, ..] = &reports[..] {
            return Err(Failure::new("it reported more than once")
                .hint(hint)
                .showing(reports[0].at)
                .showing(another.at));
        }
        reports.pop().ok_or_else(|| {
            let why = "no line on standard error begins with \"exit \" or \"signal \"";
            self.with_last_words(Failure::new(why).hint(hint))
        })
    }

    /// Adds how the program ended, and its last message.
    pub(super) fn with_last_words(&self, failure: Failure) -> Failure {
        let said = self
            .recording
            .world()
            .filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)));
        let said = said.map(|(at, _)| at).last();
        let ended = self.recording.outcome().map(|(at, _)| at);
        in_order(
            said.into_iter()
                .chain(ended)
                .fold(failure, Failure::showing),
        )
    }

    /// Adds what a fault or the sweep struck first.
    pub(super) fn with_strikes(&self, failure: Failure) -> Failure {
        let Some((strike, ..)) = self.recording.struck().next() else {
            return failure;
        };
        let call = self.recording.struck_call(strike);
        in_order(
            call.into_iter()
                .fold(failure.showing(strike), Failure::showing),
        )
    }

    /// Adds the last call before event `before` that set this limit, of whatever process.
    pub(super) fn with_setting(&self, failure: Failure, name: &str, before: usize) -> Failure {
        let setting = self
            .recording
            .calls()
            .take_while(|made| made.enter < before)
            .filter(|made| made.errno().is_none() && sets(made, name))
            .last();
        in_order(
            setting
                .into_iter()
                .fold(failure, |failure, made| failure.showing(made.enter)),
        )
    }
}

/// Whether a call sets this limit.
fn sets(made: &Made<'_>, name: &str) -> bool {
    let new = match made.call.name.as_str() {
        "prlimit64" => 2,
        "setrlimit" => 1,
        _ => return false,
    };
    let is_null = matches!(made.call.args.get(new), Some(Arg::Word(word)) if word == "NULL");
    let limit = made.call.args.get(new - 1);
    !is_null && matches!(limit, Some(Arg::Word(word)) if word.strip_prefix("RLIMIT_") == Some(name))
}

/// Puts the evidence in the order of the time line.
pub(super) fn in_order(mut failure: Failure) -> Failure {
    failure
        .evidence
        .sort_by_key(|shown| (shown.run, shown.event));
    failure
}
