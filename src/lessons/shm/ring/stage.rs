//! How the experiments of this lab are put together: two processes that meet, and what they are
//! given.

use crate::lessons::chance::Source;
use crate::lessons::stories::words;
use crate::model::{Limits, Run, Step};
use crate::stimulus::actor::pair::BORDER;

/// Where POSIX shared memory objects are; see shm_overview(7).
pub(super) const SHM: &str = "/dev/shm";

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// `prog produce`.
    Producer,
    /// `prog consume`.
    Consumer,
}

impl Side {
    /// The word by which it is started.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Producer => "produce",
            Self::Consumer => "consume",
        }
    }

    /// The other one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Producer => Self::Consumer,
            Self::Consumer => Self::Producer,
        }
    }
}

/// Two processes that meet.
pub(super) struct Meeting {
    first: Side,
    name: String,
    capacity: usize,
}

impl Meeting {
    /// Two that meet by a ring of this capacity, the one or the other first.
    pub(super) fn of(source: &mut Source, first: Side, capacity: usize) -> Self {
        Self {
            first,
            name: format!("/{}", source.word(9)),
            capacity,
        }
    }

    /// The run in which the world does this.
    pub(super) fn run(&self, steps: Vec<Step>) -> Run {
        let produce = words(&["produce", &self.name, &self.capacity.to_string()]);
        let consume = words(&["consume", &self.name]);
        let border = vec![BORDER.to_owned()];
        let (args, named) = match self.first {
            Side::Producer => ([produce, border, consume], "first"),
            Side::Consumer => ([consume, border, produce], "second"),
        };
        Run {
            args: args.concat(),
            led_by: words(&["pair", named]),
            steps,
            watch: words(&["exit_group"]),
            lists: words(&[SHM]),
            limits: Limits {
                time_ms: 60_000,
                cpu_ms: 60_000,
                output: 32 << 20,
                events: 1_000_000,
                ..Limits::default()
            },
            ..Run::default()
        }
    }

    /// Kills one of the two.
    pub(super) fn kill(&self, side: Side) -> Step {
        Step::Signal(match side == self.first {
            true => libc::SIGUSR2,
            false => libc::SIGHUP,
        })
    }
}

/// Which of the two this signal kills, where the first is this one.
pub(super) fn killed_by(signo: i32, first: Side) -> Option<Side> {
    match signo {
        libc::SIGUSR2 => Some(first),
        libc::SIGHUP => Some(first.other()),
        _ => None,
    }
}

/// The one that is started first in a run.
pub(super) fn first_of(run: &Run) -> Side {
    match run.args.first().is_some_and(|verb| verb == "consume") {
        true => Side::Consumer,
        false => Side::Producer,
    }
}

/// Starts the second one.
pub(super) fn join() -> Step {
    Step::Signal(libc::SIGUSR1)
}

/// Until both rest, or have had the time to.
pub(super) fn settles() -> Step {
    Step::AwaitStrike
}

/// Until this line has come out.
pub(super) fn comes_out(line: &[u8]) -> Step {
    Step::AwaitOutput(line.to_vec())
}

/// A line of so many letters, with its end.
pub(super) fn line(source: &mut Source, len: usize) -> Vec<u8> {
    let mut line = source.letters(len);
    line.push(b'\n');
    line
}

/// Lines of 0 to `longest` letters, all lengths alike.
pub(super) fn any_lines(source: &mut Source, count: usize, longest: usize) -> Vec<u8> {
    let mut lines = Vec::new();
    for _ in 0..count {
        let len = source.between(0, longest as u64) as usize;
        lines.extend(line(source, len));
    }
    lines
}
