//! What one run was seen to do: which lines were written to the FIFOs, and which came out.
//!
//! Facts that all judges of this lab share, and the one question that most of them ask: whether
//! what came out are the lines that went in.

use crate::lessons::sight;
use crate::model::{ExitStatus, Failure, Objection, Recording, Run, Step, Stream, Trial, World};

/// Bytes of a line that are shown.
const SHOWN: usize = 60;

/// What a FIFO's writer writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// The FIFO.
    pub(super) path: String,
    /// Its lines, without their newlines.
    pub(super) lines: Vec<Vec<u8>>,
}

/// A line of standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    /// The event with which its end came.
    at: usize,
    /// Where it begins in all that came out.
    begins: usize,
    /// Without its newline.
    bytes: Vec<u8>,
}

/// One run, with what was asked of it.
pub(super) struct Observed<'a> {
    /// What was recorded.
    pub(super) recording: &'a Recording,
    /// What is written to each FIFO, whether or not it could be.
    sources: Vec<Source>,
    /// What came out.
    lines: Vec<Line>,
    /// What came out behind the last newline, and with which event.
    rest: Option<Line>,
}

/// What is written to each FIFO in a run.
pub(super) fn sources(run: &Run) -> Vec<Source> {
    let mut written: Vec<(String, Vec<u8>)> = Vec::new();
    for step in &run.steps {
        let Step::Write(path, bytes) = step else {
            continue;
        };
        match written.iter_mut().find(|(known, _)| known == path) {
            Some((_, all)) => all.extend_from_slice(bytes),
            None => written.push((path.clone(), bytes.clone())),
        }
    }
    let split = |(path, bytes): (String, Vec<u8>)| {
        let mut lines: Vec<Vec<u8>> = bytes
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        // What is behind a last newline is no line.
        lines.pop_if(|last| last.is_empty());
        Source { path, lines }
    };
    written.into_iter().map(split).collect()
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
        let (lines, rest) = lines(recording);
        Ok(Self {
            recording,
            sources: sources(run),
            lines,
            rest,
        })
    }

    /// How many lines came out.
    pub(super) fn count(&self) -> usize {
        self.lines.len()
    }

    /// Fails unless all that was written came out, in whole lines, those of each FIFO in their
    /// order, and it ended then, with status 0.
    pub(super) fn is_merged(&self, hint: &str) -> Result<(), Failure> {
        let mut due = vec![0; self.sources.len()];
        for line in &self.lines {
            let mut next = self.sources.iter().zip(&mut due);
            let is_next = next.find(|(source, due)| source.lines.get(**due) == Some(&line.bytes));
            match is_next {
                Some((_, due)) => *due += 1,
                None => return Err(self.stray(line, &due).hint(hint)),
            }
        }
        self.limited(hint)?;
        if let Some(rest) = &self.rest {
            let why = format!(
                "its output ends with {}, without a newline",
                shown(&rest.bytes)
            );
            return Err(self.showing_writes(Failure::new(why), rest).hint(hint));
        }
        for (source, due) in self.sources.iter().zip(due) {
            if let Some(line) = source.lines.get(due) {
                let path = &source.path;
                let why = format!(
                    "line {} of {path}, {}, never came out",
                    due + 1,
                    shown(line)
                );
                return Err(self.with_end(Failure::new(why)).hint(hint));
            }
        }
        match self.recording.outcome() {
            Some((_, ExitStatus::Code(0))) => Ok(()),
            Some((at, status)) => {
                let why = format!("all lines came out, and it {}", sight::how(status));
                let failure = Failure::new(why).showing(at);
                Err(failure.hint("What went wrong, if every line came out?"))
            }
            None => Err(Failure::new("its first process was not seen to end").hint(hint)),
        }
    }

    /// Fails if a limit ended the run.
    pub(super) fn limited(&self, hint: &str) -> Result<(), Failure> {
        match sight::limited(self.recording, 0) {
            None => Ok(()),
            Some(failure) => Err(failure.hint(hint)),
        }
    }

    /// A line came out that is due from no FIFO, when these are due next.
    fn stray(&self, line: &Line, due: &[usize]) -> Failure {
        let whole = self.sources.iter().zip(due).find_map(|(source, due)| {
            let at = source.lines.iter().position(|one| *one == line.bytes)?;
            Some((source, at, *due))
        });
        let what = shown(&line.bytes);
        let why = match whole {
            Some((source, at, due)) if at < due => {
                format!("{what}, line {} of {}, came out twice", at + 1, source.path)
            }
            Some((source, at, due)) => {
                let path = &source.path;
                format!(
                    "{what}, line {} of {path}, came out where its line {} was due",
                    at + 1,
                    due + 1
                )
            }
            None => format!("a line came out that nobody wrote: {what}"),
        };
        self.showing_writes(Failure::new(why), line)
    }

    /// Adds the calls that wrote a line, if they were seen, and its arrival otherwise.
    fn showing_writes(&self, failure: Failure, line: &Line) -> Failure {
        let stdout = self.recording.start().and_then(|state| state.fd(1));
        let mut begins: usize = 0;
        let (from, to) = (line.begins, line.begins + line.bytes.len());
        let mut calls = Vec::new();
        for made in self.recording.calls() {
            let is_output = stdout.is_some_and(|out| made.object(0).is_some_and(|it| it.is(out)));
            let Some(written) = made.value().filter(|_| is_output) else {
                continue;
            };
            let ends = begins.saturating_add(usize::try_from(written).unwrap_or(0));
            if begins <= to && from < ends {
                calls.push(made.enter);
            }
            begins = ends;
        }
        calls.truncate(4);
        if calls.is_empty() {
            return failure.showing(line.at);
        }
        calls.into_iter().fold(failure, Failure::showing)
    }

    /// Adds how it ended, and what it said last on standard error.
    pub(super) fn with_end(&self, failure: Failure) -> Failure {
        let said = self.recording.world();
        let said = said.filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)));
        let last = said.map(|(at, _)| at).last();
        let end = self.recording.outcome().map(|(at, _)| at);
        last.into_iter().chain(end).fold(failure, Failure::showing)
    }
}

/// A line, as it is shown: its beginning, and how long it is.
fn shown(line: &[u8]) -> String {
    let beginning = &line[..line.len().min(SHOWN)];
    let quoted = format!("{:?}", String::from_utf8_lossy(beginning));
    match line.len() {
        len if len > SHOWN => format!("{quoted}... ({len} bytes)"),
        _ => quoted,
    }
}

fn lines(recording: &Recording) -> (Vec<Line>, Option<Line>) {
    let mut lines = Vec::new();
    let mut open: Vec<u8> = Vec::new();
    let mut begins = 0;
    let mut last = 0;
    for (at, world) in recording.world() {
        let World::Received(Stream::Stdout, bytes) = world else {
            continue;
        };
        last = at;
        for piece in bytes.data.split_inclusive(|byte| *byte == b'\n') {
            open.extend_from_slice(piece);
            if open.pop_if(|byte| *byte == b'\n').is_some() {
                let bytes = std::mem::take(&mut open);
                let next = begins + bytes.len() + 1;
                lines.push(Line { at, begins, bytes });
                begins = next;
            }
        }
    }
    let rest = Line {
        at: last,
        begins,
        bytes: open,
    };
    (lines, Some(rest).filter(|rest| !rest.bytes.is_empty()))
}
