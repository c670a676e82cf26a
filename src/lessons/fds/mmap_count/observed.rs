//! What one run was seen to do: what was asked, what it printed, how it ended.
//!
//! Facts that all judges of this lab share. None of them decides anything, but that a run which
//! reached a limit of the experiment's has failed, and that a run which cannot be followed cannot
//! be judged.

use crate::lessons::sight;
use crate::model::{
    ExitStatus, Expected, Failure, Objection, Recording, Run, Stream, Trial, World,
};

/// A line of standard output that says how many lines something has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Count {
    /// The event with which its end came.
    pub(super) at: usize,
    /// The whole line.
    pub(super) text: String,
    /// The number, if there is one.
    pub(super) lines: Option<u64>,
    /// What follows the number.
    pub(super) name: String,
}

/// What is to be said of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due<'a> {
    /// This number of lines.
    Lines(&'a str, u64),
    /// A message on standard error.
    Message(&'a str),
}

/// One run, with what was asked of it.
pub(super) struct Observed<'a> {
    /// What was recorded.
    pub(super) recording: &'a Recording,
    /// What was done.
    pub(super) run: &'a Run,
    /// Standard output, line by line.
    pub(super) counts: Vec<Count>,
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
        match sight::limited(recording, 0) {
            Some(failure) => Err(failure.into()),
            None => Ok(Self {
                recording,
                run,
                counts: counts(recording),
            }),
        }
    }

    /// What is to be said, in order; the last may be the total.
    pub(super) fn due(&self) -> impl Iterator<Item = Due<'a>> {
        self.run
            .expects
            .iter()
            .filter_map(|expected| match expected {
                Expected::Output { line, any_of } => {
                    let text = std::str::from_utf8(any_of.first()?).ok()?;
                    Some(Due::Lines(line, text.parse().ok()?))
                }
                Expected::Message { line } => Some(Due::Message(line)),
                _ => None,
            })
    }

    /// The status with which it is to exit.
    pub(super) fn due_status(&self) -> i32 {
        let status = self.run.expects.iter().find_map(|expected| match expected {
            Expected::Status(status) => Some(*status),
            _ => None,
        });
        status.unwrap_or(0)
    }

    /// Everything on standard error.
    pub(super) fn messages(&self) -> String {
        String::from_utf8_lossy(&self.recording.received(Stream::Stderr)).into_owned()
    }

    /// The files that were mapped by the calls that faults struck.
    pub(super) fn struck_files(&self) -> Vec<String> {
        let entries: Vec<usize> = self
            .recording
            .struck()
            .filter_map(|(at, ..)| self.recording.struck_call(at))
            .collect();
        let calls = self.recording.calls();
        calls
            .filter(|made| entries.contains(&made.enter))
            .filter_map(|made| Some(made.object(4)?.name.clone()))
            .collect()
    }

    /// Fails unless it exits with this status.
    pub(super) fn exits_with(&self, wanted: i32) -> Result<(), Failure> {
        let failure = match self.recording.outcome() {
            Some((_, ExitStatus::Code(code))) if code == wanted => return Ok(()),
            Some((at, ExitStatus::Code(code))) => {
                let why = format!("it exits with status {code}, and not with {wanted}");
                Failure::new(why).showing(at)
            }
            Some((at, status @ ExitStatus::Signal(_))) => {
                let name = status.to_string().replace("signal ", "");
                Failure::new(format!("it is ended by {name}")).showing(at)
            }
            None => Failure::new("its first process was not seen to end"),
        };
        Err(self.with_circumstances(failure))
    }

    /// Adds what a fault struck, and what was said last on standard error.
    pub(super) fn with_circumstances(&self, mut failure: Failure) -> Failure {
        for (at, ..) in self.recording.struck().take(1) {
            let call = self.recording.struck_call(at);
            failure = call.into_iter().fold(failure.showing(at), Failure::showing);
        }
        let said = self.recording.world();
        let said = said.filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)));
        let last = said.map(|(at, _)| at).last();
        in_order(last.into_iter().fold(failure, Failure::showing))
    }
}

fn counts(recording: &Recording) -> Vec<Count> {
    let mut counts = Vec::new();
    let mut text = Vec::new();
    for (at, world) in recording.world() {
        let World::Received(Stream::Stdout, bytes) = world else {
            continue;
        };
        for byte in &bytes.data {
            if *byte == b'\n' {
                counts.push(count(at, &std::mem::take(&mut text)));
            } else {
                text.push(*byte);
            }
        }
    }
    if !text.is_empty() {
        // Without its end it is no line, and says nothing.
        counts.push(Count {
            at: recording.events.len().saturating_sub(1),
            lines: None,
            name: String::new(),
            text: String::from_utf8_lossy(&text).into_owned(),
        });
    }
    counts
}

/// Reads `COUNT NAME`; blanks before it are free, as wc(1) has them.
fn count(at: usize, line: &[u8]) -> Count {
    let text = String::from_utf8_lossy(line).into_owned();
    let (number, name) = text
        .trim_start_matches(' ')
        .split_once(' ')
        .unwrap_or((&text, ""));
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    Count {
        at,
        lines: is_number.then(|| number.parse().ok()).flatten(),
        name: name.to_owned(),
        text,
    }
}

/// Puts the evidence in the order of the time line.
pub(super) fn in_order(mut failure: Failure) -> Failure {
    failure
        .evidence
        .sort_by_key(|shown| (shown.run, shown.event));
    failure
}
