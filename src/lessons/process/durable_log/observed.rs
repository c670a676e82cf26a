//! What one run was seen to do: how it ended, what it acknowledged and when, what the log holds.
//!
//! Facts that all judges of this lab share. None of them decides anything, but that a run which
//! reached a limit has failed, and that a run which cannot be followed cannot be judged.

use super::LOGFILE;
use crate::lessons::sight;
pub(super) use crate::lessons::sight::is_unstruck;
use crate::model::recording::{Made, STRIKE};
use crate::model::{
    Arg, Bytes, ExitStatus, Failure, Object, Objection, Recording, Stream, Trial, World,
};

/// One run, with what was read out of its recording.
pub(super) struct Observed<'a> {
    /// Its number in the trial, from 0.
    pub(super) run: usize,
    /// What was recorded.
    pub(super) recording: &'a Recording,
    /// For each acknowledgement, in order of their numbers, the event with which it was given.
    pub(super) acks: Vec<usize>,
}

impl<'a> Observed<'a> {
    /// Looks at run number `run` of a trial.
    ///
    /// # Errors
    /// A failure if it reached a limit; blind if it used what the tracer cannot follow, or was
    /// not made, or was interrupted by the user.
    pub(super) fn new(trial: &Trial<'a>, run: usize) -> Result<Self, Objection> {
        let recording = sight::recording(trial, run)?;
        let observed = Self {
            run,
            recording,
            acks: acknowledgements(recording),
        };
        match sight::limited(recording, run) {
            None => Ok(observed),
            Some(failure) => Err(observed.with_strikes(failure).into()),
        }
    }

    /// Adds an event of this run as evidence.
    pub(super) fn showing(&self, failure: Failure, event: usize) -> Failure {
        failure.showing_in(self.run, event)
    }

    /// Adds the first calls at which a fault or the sweep struck, and puts the evidence in order.
    pub(super) fn with_strikes(&self, mut failure: Failure) -> Failure {
        for strike in strikes(self.recording).into_iter().take(STRIKES_SHOWN) {
            failure = self.showing(failure, strike.at);
            if let Some(made) = strike.made {
                failure = self.showing(failure, made.enter);
            }
        }
        failure
            .evidence
            .sort_by_key(|shown| (shown.run, shown.event));
        failure
    }

    /// Fails unless the first process exited with this status.
    pub(super) fn exited_with(&self, wanted: i32) -> Result<(), Failure> {
        let failure = match self.recording.outcome() {
            Some((_, ExitStatus::Code(code))) if code == wanted => return Ok(()),
            Some((at, ExitStatus::Code(code))) => self.showing(
                Failure::new(format!("it exited with status {code} and not {wanted}")),
                at,
            ),
            Some((at, status @ ExitStatus::Signal(_))) => {
                let name = status.to_string().replace("signal ", "");
                let failure = Failure::new(format!(
                    "{name} ended it; it should have exited with status {wanted}"
                ));
                self.showing(failure, at)
            }
            None => Failure::new("its first process was not seen to end"),
        };
        let said = self.said_last();
        Err(said.map_or(failure.clone(), |at| self.showing(failure, at)))
    }

    /// The last message on standard error.
    fn said_last(&self) -> Option<usize> {
        self.recording
            .world()
            .filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)))
            .map(|(at, _)| at)
            .last()
    }

    /// What the log held after the run, with the event that shows it; an absent log is empty.
    ///
    /// # Errors
    /// Blind if it was not recorded as a whole.
    pub(super) fn log(&self) -> Result<(usize, &'a [u8]), Objection> {
        let last = self
            .recording
            .world()
            .filter_map(|(at, world)| match world {
                World::File(path, content) if path == LOGFILE => Some((at, content)),
                _ => None,
            })
            .last();
        match last {
            Some((at, None)) => Ok((at, &[])),
            Some((at, Some(bytes))) if bytes.cut == 0 => Ok((at, &bytes.data)),
            Some(_) => Err(Objection::Blind(
                "the log was too long to be recorded".to_owned(),
            )),
            None => Err(Objection::Blind("the log was not recorded".to_owned())),
        }
    }
}

/// Strikes that a failure shows; a fault may strike at every call.
const STRIKES_SHOWN: usize = 2;

/// A moment at which a fault or the strike of a sweep took effect.
pub(super) struct Struck<'a> {
    /// The event that says so.
    pub(super) at: usize,
    /// Whether it was the strike of a sweep.
    pub(super) is_sweep: bool,
    /// The call that it hit.
    pub(super) made: Option<Made<'a>>,
}

/// Every strike of a fault or a sweep, with the call that it hit.
pub(super) fn strikes(recording: &Recording) -> Vec<Struck<'_>> {
    recording
        .struck()
        .map(|(at, _, fault)| Struck {
            at,
            is_sweep: fault == STRIKE,
            made: recording
                .struck_call(at)
                .and_then(|entry| recording.calls().find(|made| made.enter == entry)),
        })
        .collect()
}

/// What descriptor 1 of the first process was at its first exec.
pub(super) fn stdout_of(recording: &Recording) -> Option<&Object> {
    recording.start()?.fd(1)
}

/// The event with which each acknowledgement was given: the entry of the write that holds its
/// newline. Lines that are not the acknowledgement that is due are passed over.
///
/// Where what came out of the program is not what it was seen to write to its standard output
/// (splice(2), a write that never returned), it is the event at which the outside world got it:
/// never too early.
fn acknowledgements(recording: &Recording) -> Vec<usize> {
    let received = recording.received(Stream::Stdout);
    let mut written = pieces_written(recording);
    let is_all = |pieces: &[(usize, &[u8])]| {
        let seen: usize = pieces.iter().map(|(_, piece)| piece.len()).sum();
        let mut rest = received.as_slice();
        seen >= received.len()
            && pieces.iter().all(|(_, piece)| {
                let common = piece.len().min(rest.len());
                let (head, tail) = rest.split_at(common);
                rest = tail;
                head == &piece[..common]
            })
    };
    if !is_all(&written) {
        written = recording
            .world()
            .filter_map(|(at, world)| match world {
                World::Received(Stream::Stdout, Bytes { data, .. }) => Some((at, data.as_slice())),
                _ => None,
            })
            .collect();
    }
    numbered_lines(&written)
}

/// What each write put into standard output, by the event of its entry.
fn pieces_written(recording: &Recording) -> Vec<(usize, &[u8])> {
    let Some(stdout) = stdout_of(recording) else {
        return Vec::new();
    };
    recording
        .calls()
        .filter(|made| matches!(made.call.name.as_str(), "write" | "writev" | "pwritev2"))
        .filter(|made| made.object(0).is_some_and(|object| object.is(stdout)))
        .filter_map(|made| {
            let count = usize::try_from(made.value()?).ok()?;
            match made.call.args.get(1) {
                Some(Arg::Str(bytes)) => Some((made.enter, bytes.data.get(..count)?)),
                _ => None,
            }
        })
        .collect()
}

/// The pieces in which the newlines of `ok 1`, `ok 2`, ... lie.
fn numbered_lines(pieces: &[(usize, &[u8])]) -> Vec<usize> {
    let mut acks = Vec::new();
    let mut line = Vec::new();
    let mut due = format!("ok {}", 1);
    for (at, piece) in pieces {
        for byte in *piece {
            if *byte != b'\n' {
                line.push(*byte);
                continue;
            }
            if line == due.as_bytes() {
                acks.push(*at);
                due = format!("ok {}", acks.len() + 1);
            }
            line.clear();
        }
    }
    acks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acks(trace: &str) -> Vec<usize> {
        acknowledgements(&trace.parse().unwrap())
    }

    const START: &str = r#"2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>"#;

    #[test]
    fn an_acknowledgement_is_given_with_its_newline_through_any_descriptor() {
        let given = acks(&format!(
            r#"{START}
            2 write(1<pipe:[2]>, "ok 1", 4) = 4
            2 write(7<pipe:[2]>, "\nok 2\nok", 8) = 6
            3 writev(1<pipe:[2]>, "ok 3\n", 1) = 5
            2 write(2<pipe:[3]>, "ok 4\n", 5) = 5
            2 write(4</lab/x [2]>, "ok 4\n", 5) = 5
            2 write(1<pipe:[2]>, "ok 4\n", 5) = -1 EINTR
            * stdout "ok 1\nok 2\nok 3\n""#
        ));
        assert_eq!(given, [3, 3, 5]);
    }

    #[test]
    fn what_came_out_unseen_counts_from_when_it_was_received() {
        let given = acks(&format!(
            r#"{START}
            2 splice(5<pipe:[9]>, NULL, 1<pipe:[2]>, NULL, 5, 0) = 5
            * stdout "ok 1\n"
            2 write(1<pipe:[2]>, "ok 2\n", 5) = 5
            * stdout "ok 2\n""#
        ));
        assert_eq!(given, [3, 6]);
    }

    #[test]
    fn what_is_still_in_the_pipe_has_been_given() {
        let given = acks(&format!(
            r#"{START}
            2 write(1<pipe:[2]>, "ok 1\nok 2\n", 10) = 10
            * stdout "ok 1\n""#
        ));
        assert_eq!(given, [1, 1]);
    }

    #[test]
    fn other_lines_are_passed_over() {
        let given = acks(&format!(
            r#"{START}
            2 write(1<pipe:[2]>, "hello\nok 1\nok 1\nok 3\nok 2\n", 26) = 26
            * stdout "hello\nok 1\nok 1\nok 3\nok 2\n""#
        ));
        assert_eq!(given.len(), 2);
    }
}
