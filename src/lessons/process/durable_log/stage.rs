//! How the experiments of this lab are put together.

use super::LOGFILE;
pub(super) use crate::lessons::stories::{experiment, trigger, words};
use crate::model::{Action, Arming, Experiment, Fault, Role, Run, Step, Trigger};

/// What is observed where the log's content and the calls on descriptors say enough. An
/// interpreter makes thousands of other calls before the program's own code runs.
const WATCH: &[&str] = &["desc", "process", "signal"];

/// What is observed where only the outcome counts: nothing that reads, for a program may well take
/// its input byte by byte.
const WATCH_OUTPUT: &[&str] = &[
    "write", "writev", "pwrite64", "pwritev", "pwritev2", "process", "signal",
];

/// What is observed where the disk is replayed: names and mappings as well.
const WATCH_DISK: &[&str] = &["desc", "file", "process", "signal", "memory"];

/// Calls that put bytes out.
pub(super) const WRITES: &[&str] = &["write", "writev", "pwrite64", "pwritev", "pwritev2"];

impl Experiment {
    /// Watched so that the disk can be replayed.
    pub(super) fn replayed(mut self) -> Self {
        for run in &mut self.runs {
            run.watch = words(WATCH_DISK);
        }
        self
    }

    /// Watched where it writes only.
    pub(super) fn at_large(mut self) -> Self {
        for run in &mut self.runs {
            run.watch = words(WATCH_OUTPUT);
        }
        self
    }

    /// The log exists before the first run.
    pub(super) fn with_log(self, content: Vec<u8>) -> Self {
        self.with_file(LOGFILE, content)
    }
}

/// A run with these steps.
pub(super) fn run(steps: Vec<Step>) -> Run {
    Run {
        args: vec![LOGFILE.to_owned()],
        steps,
        watch: words(WATCH),
        collect: vec![LOGFILE.to_owned()],
        ..Run::default()
    }
}

/// A run that is given its input in these pieces, and then the end of it.
pub(super) fn given(pieces: &[Vec<u8>]) -> Run {
    let mut steps = sends(pieces);
    steps.push(Step::CloseInput);
    run(steps)
}

/// Sends each piece after the one before has been taken.
pub(super) fn sends(pieces: &[Vec<u8>]) -> Vec<Step> {
    let mut steps = Vec::new();
    for piece in pieces {
        steps.extend([Step::Send(piece.clone()), Step::AwaitTaken]);
    }
    steps
}

/// A fault of writes.
pub(super) fn fault(on: Role, first: u32, every: u32, action: Action) -> Fault {
    Fault {
        trigger: Trigger {
            first,
            every,
            ..trigger(&[WRITES], on, Arming::Start)
        },
        action,
    }
}
