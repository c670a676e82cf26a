//! What one run of the service was seen to do: what was asked, what it answered, what it held.
//!
//! Facts that all judges of this lab share. None of them decides anything, but that a run which
//! cannot be followed cannot be judged.

use crate::lessons::sight;
use crate::lessons::sight::how;
use crate::model::{
    ExitStatus, Expected, Failure, Objection, Recording, Run, Stream, Trial, World,
};

/// A line that the service was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// The line, without its newline.
    pub(super) line: &'a str,
    /// The right answer.
    pub(super) answer: &'a [u8],
}

/// A line that came out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The event with which its end came.
    pub(super) at: usize,
    /// The line, without its newline.
    pub(super) text: Vec<u8>,
}

/// One run, with what was said in it.
pub(super) struct Observed<'a> {
    /// What was recorded.
    pub(super) recording: &'a Recording,
    /// What was asked, in order.
    pub(super) asked: Vec<Asked<'a>>,
    /// What it answered, in order.
    pub(super) answers: Vec<Answer>,
    run: &'a Run,
}

impl<'a> Observed<'a> {
    /// Looks at the run of a trial; every experiment of this lab has one.
    ///
    /// # Errors
    /// Blind if it cannot be judged.
    pub(super) fn new(trial: &Trial<'a>) -> Result<Self, Objection> {
        let recording = sight::recording(trial, 0)?;
        let Some(run) = trial.experiment.runs.first() else {
            return Err(Objection::Blind("the experiment has no run".to_owned()));
        };
        let asked = run.expects.iter().filter_map(|expected| match expected {
            Expected::Output { line, any_of } => Some(Asked {
                line,
                answer: any_of.first()?,
            }),
            _ => None,
        });
        Ok(Self {
            recording,
            asked: asked.collect(),
            answers: answers(recording),
            run,
        })
    }

    /// What is to be in files when all is over: path and content.
    pub(super) fn files(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        let expects = self.run.expects.iter();
        expects.filter_map(|expected| match expected {
            Expected::File { path, content, .. } => Some((path.as_str(), content.as_slice())),
            _ => None,
        })
    }

    /// The event with which line number `nth` (from 0) had been sent.
    pub(super) fn sent_at(&self, nth: usize) -> Option<usize> {
        let mut lines = 0;
        self.recording.world().find_map(|(at, world)| {
            if let World::Sent(bytes) = world {
                lines += bytes.data.iter().filter(|byte| **byte == b'\n').count();
            }
            (lines > nth).then_some(at)
        })
    }

    /// How many descriptors it held, each time that it was asked, and where that is recorded.
    pub(super) fn held(&self) -> Vec<(usize, u64)> {
        let world = self.recording.world();
        world
            .filter_map(|(at, world)| match world {
                World::Measured(held) => Some((at, held.descriptors)),
                _ => None,
            })
            .collect()
    }

    /// Fails unless each line was answered, and it has ended with status 0 after the last.
    pub(super) fn served(&self) -> Result<(), Failure> {
        let answered = self.answers.len();
        if let Some(unanswered) = self.asked.get(answered) {
            let line = shown(unanswered.line.as_bytes());
            let failure = match (self.recording.outcome(), sight::limited(self.recording, 0)) {
                (_, Some(limit)) => Failure {
                    why: format!("it never answers {line}: {}", limit.why),
                    ..limit
                },
                (Some((at, status)), None) => {
                    let why = format!("it {} before it has answered {line}", how(status));
                    Failure::new(why).showing(at)
                }
                (None, None) => Failure::new(format!("it never answers {line}")),
            };
            let sent = self.sent_at(answered);
            let failure = sent.into_iter().fold(failure, Failure::showing);
            return Err(in_order(self.with_last_words(failure)).hint(
                "what is the answer to a command that cannot be done, and who is still there to \
                 give it?",
            ));
        }
        if let Some(limit) = sight::limited(self.recording, 0) {
            return Err(limit);
        }
        match self.recording.outcome() {
            Some((_, ExitStatus::Code(0))) => Ok(()),
            Some((at, status)) => {
                let why = format!("at the end of its input it {}, and not with 0", how(status));
                let failure = Failure::new(why).showing(at);
                Err(in_order(self.with_last_words(failure))
                    .hint("what does reading say when there is nothing left, and what then?"))
            }
            None => Err(Failure::new("its first process was not seen to end")
                .hint("what does reading say when there is nothing left, and what then?")),
        }
    }

    /// Adds what it said last on standard error.
    pub(super) fn with_last_words(&self, failure: Failure) -> Failure {
        let said = self.recording.world();
        let said = said.filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)));
        let last = said.map(|(at, _)| at).last();
        last.into_iter().fold(failure, Failure::showing)
    }
}

fn answers(recording: &Recording) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut text = Vec::new();
    for (at, world) in recording.world() {
        let World::Received(Stream::Stdout, bytes) = world else {
            continue;
        };
        for byte in &bytes.data {
            if *byte == b'\n' {
                let text = std::mem::take(&mut text);
                answers.push(Answer { at, text });
            } else {
                text.push(*byte);
            }
        }
    }
    answers
}

/// Bytes in quotes, visible; of long ones the beginning.
pub(super) fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 120;
    match bytes.len() > MOST {
        true => format!("{:?}...", String::from_utf8_lossy(&bytes[..MOST])),
        false => format!("{:?}", String::from_utf8_lossy(bytes)),
    }
}

/// Puts the evidence in the order of the time line.
pub(super) fn in_order(mut failure: Failure) -> Failure {
    failure
        .evidence
        .sort_by_key(|shown| (shown.run, shown.event));
    failure
}
