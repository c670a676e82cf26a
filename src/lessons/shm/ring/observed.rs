//! What one meeting was seen to do: what went in and what came out, who is who, how each ended.
//!
//! Facts that all judges of this lab share, and the one judgement that most of them begin with:
//! [`Observed::delivered`].

use std::collections::HashMap;

use super::stage::{SHM, Side, first_of, killed_by};
use crate::lessons::sight;
use crate::model::recording::FIRST;
use crate::model::{
    ExitStatus, Failure, LimitKind, Objection, Recording, Run, Step, Stream, Task, Trial, What,
    World,
};

/// Bytes of a line that a message shows.
const SHOWN: usize = 200;

/// One run, with what was asked of it.
pub(super) struct Observed<'a> {
    /// What was recorded.
    pub(super) recording: &'a Recording,
    /// What was done.
    pub(super) run: &'a Run,
    /// All that is to come out.
    pub(super) lines: Vec<u8>,
    /// All that came out.
    pub(super) output: Vec<u8>,
    /// The side that each task is of.
    sides: HashMap<Task, Side>,
    /// The process that was started for each side.
    leaders: Vec<(Side, Task)>,
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
        let mut sides = HashMap::new();
        let mut leaders = Vec::new();
        for event in &recording.events {
            let What::Fork { task, child, .. } = event.what else {
                continue;
            };
            if task != FIRST {
                if let Some(side) = sides.get(&task).copied() {
                    sides.insert(child, side);
                }
                continue;
            }
            let side = match leaders.len() {
                0 => first_of(run),
                1 => first_of(run).other(),
                _ => continue,
            };
            sides.insert(child, side);
            leaders.push((side, child));
        }
        Ok(Self {
            recording,
            run,
            lines: lines(run),
            output: recording.received(Stream::Stdout),
            sides,
            leaders,
        })
    }

    /// The side that a task is of.
    pub(super) fn side(&self, task: Task) -> Option<Side> {
        self.sides.get(&task).copied()
    }

    /// How the process that was started for a side ended, unless it was ended with the run.
    pub(super) fn end(&self, side: Side) -> Option<(usize, ExitStatus)> {
        let (_, leader) = self.leaders.iter().find(|(its, _)| *its == side)?;
        let over = self.recording.limit().map(|(at, ..)| at);
        let events = &self.recording.events[..over.unwrap_or(self.recording.events.len())];
        events
            .iter()
            .enumerate()
            .find_map(|(at, event)| match event.what {
                What::End { task, status, .. } if task == *leader => Some((at, status)),
                _ => None,
            })
    }

    /// The side of which a process was killed, and the event: by a strike, or by the world.
    pub(super) fn killed(&self) -> Option<(Side, usize)> {
        let over = self.recording.limit().map(|(at, ..)| at);
        let events = &self.recording.events[..over.unwrap_or(self.recording.events.len())];
        events
            .iter()
            .enumerate()
            .find_map(|(at, event)| match event.what {
                What::End {
                    task,
                    status: ExitStatus::Signal(libc::SIGKILL),
                    ..
                } => Some((self.side(task)?, at)),
                _ => None,
            })
    }

    /// The order to kill one of the two, and whom.
    pub(super) fn order_to_kill(&self) -> Option<(Side, usize)> {
        self.recording.world().find_map(|(at, world)| match world {
            World::Signalled(signo) => Some((killed_by(*signo, first_of(self.run))?, at)),
            _ => None,
        })
    }

    /// NAME, without the slash.
    pub(super) fn name(&self) -> &str {
        let name = self.run.args.get(1);
        name.map_or("", |name| name.trim_start_matches('/'))
    }

    /// What is left in /dev/shm, with the event that says so.
    ///
    /// # Errors
    /// If some process has not ended: then nobody looked.
    pub(super) fn left(&self) -> Result<(usize, &'a [String]), Objection> {
        let left = self.recording.world().find_map(|(at, world)| match world {
            World::Left(place, names) if place == SHM => Some((at, names.as_slice())),
            _ => None,
        });
        left.ok_or_else(|| {
            self.limited()
                .unwrap_or_else(|| Failure::new("a process of its lives on when both have ended"))
                .hint("whom has it started, and who ends that?")
                .into()
        })
    }

    /// Fails if NAME is left.
    pub(super) fn is_removed(&self, hint: &str) -> Result<(), Objection> {
        let (at, names) = self.left()?;
        if names.iter().any(|left| left == self.name()) {
            let why = format!("{SHM}/{} is left when both have ended", self.name());
            return Err(self.proof(Failure::new(why).showing(at)).hint(hint).into());
        }
        Ok(())
    }

    /// The failure of a run that a limit ended, with the strike.
    pub(super) fn limited(&self) -> Option<Failure> {
        let (_, kind, _) = self.recording.limit()?;
        let failure = sight::limited(self.recording, 0)?;
        let still: Vec<&str> = [Side::Producer, Side::Consumer]
            .into_iter()
            .filter(|side| self.end(*side).is_none())
            .map(Side::verb)
            .collect();
        let who = match still.as_slice() {
            [one] => format!("{one} is still there"),
            _ => "both are still there".to_owned(),
        };
        let why = match kind {
            LimitKind::Time | LimitKind::Exit | LimitKind::Stuck => {
                format!("{who}: {}", failure.why)
            }
            _ => failure.why.clone(),
        };
        Some(self.proof(Failure { why, ..failure }))
    }

    /// Adds the strike, and what was said last on standard error; in the order of the time line.
    pub(super) fn proof(&self, mut failure: Failure) -> Failure {
        for (at, ..) in self.recording.struck().take(1) {
            let call = self.recording.struck_call(at);
            failure = call.into_iter().fold(failure.showing(at), Failure::showing);
        }
        if let Some(at) = self.said_after(0) {
            failure = failure.showing(at);
        }
        failure
            .evidence
            .sort_by_key(|shown| (shown.run, shown.event));
        failure
    }

    /// The first thing that was said on standard error from this event on.
    pub(super) fn said_after(&self, from: usize) -> Option<usize> {
        let mut said = self.recording.world();
        said.find_map(|(at, world)| {
            let is_said =
                matches!(world, World::Received(Stream::Stderr, bytes) if !bytes.is_empty());
            (is_said && at >= from).then_some(at)
        })
    }

    /// Fails unless what came out is the beginning of what is to come out.
    pub(super) fn is_unchanged(&self, hint: &str) -> Result<(), Failure> {
        if self.lines.starts_with(&self.output) {
            return Ok(());
        }
        let same = self.lines.iter().zip(&self.output);
        let at = same.take_while(|(due, got)| due == got).count();
        let nth = self.lines[..at]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        let got = nth_line(&self.output, nth);
        let due = nth_line(&self.lines, nth);
        let why = match due.is_empty() {
            true => format!("after the last line comes {}", shown(got)),
            false => format!(
                "line {} is {}, and {} went in",
                nth + 1,
                shown(got),
                shown(due)
            ),
        };
        let mut failure = Failure::new(why);
        if let Some(event) = self.event_of(at) {
            failure = failure.showing(event);
        }
        Err(self.proof(failure).hint(hint))
    }

    /// The event with which this byte came out.
    fn event_of(&self, byte: usize) -> Option<usize> {
        let mut seen = 0;
        self.recording.world().find_map(|(at, world)| match world {
            World::Received(Stream::Stdout, bytes) => {
                seen += bytes.data.len();
                (seen > byte).then_some(at)
            }
            _ => None,
        })
    }

    /// Fails unless all lines came out, and nothing else, both exited with status 0, and nothing is
    /// left in /dev/shm.
    pub(super) fn delivered(&self, hint: &str) -> Result<(), Objection> {
        self.is_unchanged(hint)?;
        if let Some(failure) = self.limited() {
            let why = match self.output == self.lines {
                true => format!("all lines came out, but {}", failure.why),
                false => failure.why.clone(),
            };
            return Err(Failure { why, ..failure }.into());
        }
        for side in [Side::Producer, Side::Consumer] {
            let failure = match self.end(side) {
                Some((_, ExitStatus::Code(0))) => continue,
                Some((at, status)) => {
                    let how = sight::how(status);
                    Failure::new(format!("{} {how}", side.verb())).showing(at)
                }
                None => Failure::new(format!("{} was not seen to end", side.verb())),
            };
            return Err(self.proof(failure).hint(hint).into());
        }
        if self.output != self.lines {
            let came = self.output.iter().filter(|byte| **byte == b'\n').count();
            let due = self.lines.iter().filter(|byte| **byte == b'\n').count();
            let why = format!(
                "{came} of {due} lines came out; the next one is {}",
                shown(nth_line(&self.lines, came))
            );
            return Err(self.proof(Failure::new(why)).hint(hint).into());
        }
        let (at, names) = self.left()?;
        if let Some(name) = names.first() {
            let why = format!("{SHM}/{name} is left when both have ended");
            let hint = "who knows that nobody needs it any more, and on which ways out?";
            return Err(self.proof(Failure::new(why).showing(at)).hint(hint).into());
        }
        Ok(())
    }
}

/// What a run sends, as lines: the last one may lack its end.
fn lines(run: &Run) -> Vec<u8> {
    let mut lines = Vec::new();
    for step in &run.steps {
        if let Step::Send(bytes) = step {
            lines.extend_from_slice(bytes);
        }
    }
    if lines.last().is_some_and(|last| *last != b'\n') {
        lines.push(b'\n');
    }
    lines
}

/// Line number `nth`, from 0, with its end; empty if there is none.
fn nth_line(text: &[u8], nth: usize) -> &[u8] {
    text.split_inclusive(|byte| *byte == b'\n')
        .nth(nth)
        .unwrap_or_default()
}

/// Bytes for a message.
pub(super) fn shown(bytes: &[u8]) -> String {
    match bytes.get(..SHOWN).filter(|_| bytes.len() > SHOWN) {
        Some(start) => format!("\"{}\"... ({} bytes)", start.escape_ascii(), bytes.len()),
        None => format!("\"{}\"", bytes.escape_ascii()),
    }
}
