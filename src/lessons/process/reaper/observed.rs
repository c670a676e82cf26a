//! What the judges ask a recording: who CMD is, who belongs to whom, how the two ended.

use std::collections::{HashMap, HashSet};

use crate::lessons::sight;
use crate::model::experiment::{ACTOR, ENDING_SIGNALS};
use crate::model::recording::{FIRST, Made};
use crate::model::text::signal_name;
use crate::model::{
    Arg, ExecState, ExitStatus, Failure, Objection, Recording, Task, Trial, What, World,
};

/// One run, with what was read out of its recording.
pub(super) struct Observed<'a> {
    /// All of it.
    pub recording: &'a Recording,
    /// The process that a thread belongs to, where that is another task.
    leaders: HashMap<Task, Task>,
    /// Who started each process: the process, and the event.
    parents: HashMap<Task, (Task, usize)>,
    /// CMD, once it has begun.
    pub command: Option<Command<'a>>,
}

/// CMD's process.
#[derive(Clone, Copy)]
pub(super) struct Command<'a> {
    /// Its id.
    pub task: Task,
    /// The event at which it began.
    pub began: usize,
    /// What it began with.
    pub state: &'a ExecState,
}

impl<'a> Observed<'a> {
    /// Reads the trial's only run.
    ///
    /// # Errors
    /// Blind if it cannot be followed; see [`sight::recording`].
    pub(super) fn new(trial: &Trial<'a>) -> Result<Self, Objection> {
        let recording = sight::recording(trial, 0)?;
        let mut observed = Self {
            recording,
            leaders: HashMap::new(),
            parents: HashMap::new(),
            command: None,
        };
        for (at, event) in recording.events.iter().enumerate() {
            match &event.what {
                What::Fork {
                    task,
                    child,
                    thread,
                } => {
                    let process = observed.process(*task);
                    if *thread {
                        observed.leaders.insert(*child, process);
                    } else {
                        observed.parents.insert(*child, (process, at));
                    }
                }
                What::Exec(task, state) if observed.command.is_none() && state.path == ACTOR => {
                    observed.command = Some(Command {
                        task: *task,
                        began: at,
                        state,
                    });
                }
                _ => {}
            }
        }
        Ok(observed)
    }

    /// The process that a task is a thread of.
    pub(super) fn process(&self, task: Task) -> Task {
        *self.leaders.get(&task).unwrap_or(&task)
    }

    /// CMD.
    ///
    /// # Errors
    /// If it never began.
    pub(super) fn command(&self) -> Result<Command<'a>, Failure> {
        self.command.ok_or_else(|| {
            let failure = Failure::new("CMD never began").hint(
                "Which call turns a process into another program, and what did it answer here?",
            );
            let tried = self.calls_named(&["execve", "execveat"]).last();
            let failure = tried.iter().fold(failure, |f, made| f.showing(made.enter));
            self.with_end(failure)
        })
    }

    /// Whether an event's task is CMD or was started by it, directly or not, after CMD began.
    pub(super) fn is_of_command(&self, task: Task) -> bool {
        let Some(command) = self.command else {
            return false;
        };
        let mut process = self.process(task);
        let mut seen = HashSet::new();
        while seen.insert(process) {
            if process == command.task {
                return true;
            }
            match self.parents.get(&process) {
                Some((parent, at)) if *parent != command.task || *at > command.began => {
                    process = *parent;
                }
                _ => return false,
            }
        }
        false
    }

    /// CMD's process, its parent, and so on up to the first process.
    pub(super) fn line_of_command(&self) -> Vec<Task> {
        let mut line = Vec::new();
        let mut next = self.command.map(|command| command.task);
        while let Some(process) = next.filter(|process| !line.contains(process)) {
            line.push(process);
            next = self.parents.get(&process).map(|(parent, _)| *parent);
        }
        line
    }

    /// The process that started a process.
    pub(super) fn parent_of(&self, process: Task) -> Option<Task> {
        self.parents.get(&process).map(|(parent, _)| *parent)
    }

    /// The event at which a process was started.
    pub(super) fn start_of(&self, process: Task) -> Option<usize> {
        self.parents.get(&process).map(|(_, at)| *at)
    }

    /// How a task ended, and at which event; what a limit ended did not end by itself.
    pub(super) fn end_of(&self, task: Task) -> Option<(usize, ExitStatus)> {
        let limit = self.recording.limit();
        let over = limit.map_or(self.recording.events.len(), |(at, ..)| at);
        let mut events = self.recording.events[..over].iter().enumerate().rev();
        events.find_map(|(at, event)| match event.what {
            What::End {
                task: ended,
                status,
                ..
            } if ended == task => Some((at, status)),
            _ => None,
        })
    }

    /// The calls with one of these names.
    pub(super) fn calls_named(&self, names: &[&str]) -> impl Iterator<Item = Made<'a>> {
        self.recording
            .calls()
            .filter(move |made| names.contains(&made.call.name.as_str()))
    }

    /// Events at which CMD got this signal.
    pub(super) fn arrivals(&self, signo: i32) -> Vec<usize> {
        let Some(command) = self.command else {
            return Vec::new();
        };
        let events = self.recording.events.iter().enumerate();
        events
            .skip(command.began)
            .filter_map(|(at, event)| match event.what {
                What::Signal(task, its) if its == signo && self.process(task) == command.task => {
                    Some(at)
                }
                _ => None,
            })
            .collect()
    }

    /// The events at which the world sent one of the six signals, with its number.
    pub(super) fn sent(&self) -> Vec<(usize, i32)> {
        self.recording
            .world()
            .filter_map(|(at, world)| match world {
                World::Signalled(signo) if ENDING_SIGNALS.contains(signo) => Some((at, *signo)),
                _ => None,
            })
            .collect()
    }

    /// Adds how the first process ended to what a failure shows, if it did.
    pub(super) fn with_end(&self, failure: Failure) -> Failure {
        match self.recording.outcome() {
            // Whom a limit ended did not end by itself.
            Some((at, _)) if self.recording.limit().is_none() => failure.showing(at),
            _ => failure,
        }
    }

    /// Adds what the first process waits in, or how it ended.
    pub(super) fn with_wait(&self, failure: Failure) -> Failure {
        let waiting = self.recording.in_flight();
        let first = waiting.iter().rfind(|made| made.task == SUPERVISOR);
        let failure = first
            .into_iter()
            .fold(failure, |f, made| f.showing(made.enter));
        self.with_end(failure)
    }

    /// Adds the strikes in front of what a failure shows, and the calls that were struck.
    pub(super) fn with_strikes(&self, failure: Failure) -> Failure {
        let mut shown = Failure {
            evidence: Vec::new(),
            ..failure
        };
        for (strike, ..) in self.recording.struck().take(2) {
            shown = shown.showing(strike);
            if let Some(call) = self.recording.struck_call(strike) {
                shown = shown.showing(call);
            }
        }
        for event in failure.evidence {
            shown = shown.showing(event.event);
        }
        shown
    }

    /// The failure of a run that a limit ended, with this hint.
    pub(super) fn limited(&self, hint: &str) -> Result<(), Failure> {
        match sight::limited(self.recording, 0) {
            None => Ok(()),
            Some(failure) => Err(self.with_strikes(failure.hint(hint))),
        }
    }
}

/// What the first process has to exit with if CMD ended so.
pub(super) fn passed_on(status: ExitStatus) -> i32 {
    match status {
        ExitStatus::Code(code) => code,
        ExitStatus::Signal(signo) => 128 + signo,
    }
}

/// How a process ended, in words that follow a subject.
pub(super) fn ended(status: ExitStatus) -> String {
    match status {
        ExitStatus::Code(code) => format!("exited with status {code}"),
        ExitStatus::Signal(signo) => format!("was ended by {}", signal_name(signo)),
    }
}

/// Whether a call is about CMD and sends it this signal, whatever became of it.
pub(super) fn sends(made: &Made<'_>, command: Task, signo: i32) -> bool {
    let has_signal = made
        .call
        .args
        .iter()
        .any(|arg| matches!(arg, Arg::Word(word) if *word == signal_name(signo)));
    let is_about = match made.call.name.as_str() {
        // A group is named by the negative id of its leader.
        "kill" => {
            matches!(made.call.args.first(), Some(Arg::Int(to)) if to.unsigned_abs() == u64::from(command))
        }
        "tkill" | "tgkill" | "rt_sigqueueinfo" | "rt_tgsigqueueinfo" => {
            matches!(made.call.args.first(), Some(Arg::Int(to)) if *to == i64::from(command))
        }
        _ => false,
    };
    has_signal && is_about
}

/// The calls that send a signal to a process by its id; whose a pidfd is, the kernel does not say.
pub(super) const SENDING: &[&str] = &[
    "kill",
    "tkill",
    "tgkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
];

/// The first process.
pub(super) const SUPERVISOR: Task = FIRST;
