//! Labs and checks: a claim, the experiments that test it, and the judge that decides.

use serde::{Deserialize, Serialize};

use super::experiment::Experiment;
use super::recording::Recording;

/// A piece of work that can be handed in.
#[derive(Debug)]
pub struct Lab {
    /// Its name within the lesson: `durable-log`.
    pub slug: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What a submission is.
    pub form: Form,
    /// What is checked, the easiest first. Points add up to 100, without those of checks that need a
    /// device: they are asked for only where there is one.
    pub checks: &'static [Check],
}

/// What a submission of a lab is.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A program, which is started.
    Program,
    /// A module of this name, which Python imports; built and tried by a battery.
    Module(&'static str, &'static Battery),
    /// A CUDA kernel, in the file [`KERNEL_SOURCE`], which a probe of ours launches.
    Kernel,
    /// A program, of a lab that its author wrote as data: the experiments of each check, in their
    /// order.
    Written(&'static [Vec<Experiment>]),
}

/// The lesson to which labs belong that are written as data.
pub const WRITTEN: &str = "custom";

impl Lab {
    /// The experiments of check number `check`, made from the seed; those of a lab that is written
    /// as data are always the same.
    pub fn experiments(&self, check: usize, seed: u64) -> Vec<Experiment> {
        match self.form {
            Form::Written(experiments) => experiments.get(check).cloned().unwrap_or_default(),
            _ => (self.checks.get(check)).map_or_else(Vec::new, |check| (check.experiments)(seed)),
        }
    }
}

/// The file that a submission of a kernel consists of.
pub const KERNEL_SOURCE: &str = "kernel.cu";

/// The kernel that a submission is timed beside, and what it is compiled to, beside what that is compiled to.
pub const KERNEL_REFERENCE: [&str; 2] = ["reference.cu", "reference.ptx"];

/// The hidden command under which this binary launches a submission's kernels, and says what came of it.
pub const KERNEL_PROBE: &str = "__kernel";

/// The hidden command under which this binary launches a kernel once, and prints what was counted.
pub const KERNEL_LAUNCH: &str = "__launch";

/// Programs of ours, in Python, that build a module and try it out.
///
/// A run of an experiment is a start of the one that tries: the run's arguments are its own, and
/// what it finds out it writes where they say. Whatever it says comes from a process that the
/// module shares: a module made to forge it could.
#[derive(Debug)]
pub struct Battery {
    /// Lists of files, by name.
    pub sources: &'static [&'static [(&'static str, &'static str)]],
    /// The one that builds: called with the submission, a directory for what it makes,
    /// `--module` and the module's name, it prints a [`ModuleBuild`](super::ModuleBuild).
    pub build: &'static str,
    /// The one that tries.
    pub probe: &'static str,
}

impl Battery {
    /// All its files: name and text.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.sources.iter().copied().flatten().copied()
    }
}

/// A claim about a submission.
#[derive(Debug)]
pub struct Check {
    /// Stable name; also the name of a directory under the lab's `wrong/`.
    pub id: &'static str,
    /// Reads well after a tick and after a cross: "every child is reaped".
    pub claim: &'static str,
    /// What it is worth.
    pub points: u32,
    /// The heading of the lesson's text that teaches it. In a lab that is written as data
    /// `LESSON/HEADING`, as links have it, or nothing.
    pub teaches: &'static str,
    /// What a machine must be able to do for it; elsewhere it is skipped, and says why.
    pub needs: &'static [Capability],
    /// The experiments, made from the seed so that nothing can be learnt by heart. Of a lab that is
    /// written as data, [`Form::Written`] has them, and not this; see [`Lab::experiments`].
    pub experiments: fn(seed: u64) -> Vec<Experiment>,
    /// Decides, from what one trial of one experiment recorded.
    pub judge: Judge,
}

impl Check {
    /// One that takes observed calls; its id, its claim, and the heading that teaches it.
    pub const fn by_observing(
        (id, claim, teaches): (&'static str, &'static str, &'static str),
        points: u32,
        experiments: fn(seed: u64) -> Vec<Experiment>,
        judge: Judge,
    ) -> Self {
        Self {
            id,
            claim,
            points,
            teaches,
            needs: Capability::OBSERVING,
            experiments,
            judge,
        }
    }

    /// One that everything passes, worth 50 points.
    #[cfg(test)]
    pub(crate) const fn named(id: &'static str) -> Self {
        Self {
            id,
            claim: "it holds",
            points: 50,
            teaches: "What it means",
            needs: &[],
            experiments: |_| Vec::new(),
            judge: |_| Ok(Pass::default()),
        }
    }

    /// Whether it is made only where there is a device: elsewhere it has no points.
    pub fn needs_device(&self) -> bool {
        self.needs.contains(&Capability::Device)
    }
}

/// Something that a machine can do for a check, as [`Machine`](super::Machine) lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Capability {
    /// System calls are seen.
    Events,
    /// So is what they return.
    Results,
    /// So is what their arguments point at.
    Arguments,
    /// Calls can be made to fail, and programs be struck in the middle of them.
    Injection,
    /// The place in the program that made a call is found.
    Sites,
    /// Programs have namespaces of their own: paths, processes and network are as the lab says.
    Confinement,
    /// Programs can use io_uring.
    Rings,
    /// There is room in memory for an array of a gibibyte, and as much again.
    Memory,
    /// There is a CUDA device, and its driver.
    Device,
}

impl Capability {
    /// All of them, the most basic first.
    pub const ALL: [Self; 9] = [
        Self::Events,
        Self::Results,
        Self::Arguments,
        Self::Injection,
        Self::Sites,
        Self::Confinement,
        Self::Rings,
        Self::Memory,
        Self::Device,
    ];

    /// Its name, also in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Results => "results",
            Self::Arguments => "arguments",
            Self::Injection => "injection",
            Self::Sites => "sites",
            Self::Confinement => "confinement",
            Self::Rings => "rings",
            Self::Memory => "memory",
            Self::Device => "device",
        }
    }

    /// What it is for, as a phrase.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Events => "see which calls a program makes, in which order",
            Self::Results => "see what they return",
            Self::Arguments => "see what they are given",
            Self::Injection => "make calls fail",
            Self::Sites => "name the line of the program",
            Self::Confinement => "run programs that are not trusted, in a world of their own",
            Self::Rings => "let programs use io_uring, for `fds/uring-copy`",
            Self::Memory => "have two gibibytes of memory, for `shm/weights`",
            Self::Device => "time kernels on a GPU, for `is-fast` of the labs of `gpu`",
        }
    }

    /// What judging by observed calls takes: paths and processes must be the lab's own.
    pub const OBSERVING: &'static [Self] = &[
        Self::Events,
        Self::Results,
        Self::Arguments,
        Self::Confinement,
    ];

    /// What faults and sweeps take beside.
    pub const INJECTING: &'static [Self] = &[
        Self::Events,
        Self::Results,
        Self::Arguments,
        Self::Injection,
        Self::Confinement,
    ];

    /// What observing takes where the lab is about io_uring.
    pub const OBSERVING_RINGS: &'static [Self] = &[
        Self::Events,
        Self::Results,
        Self::Arguments,
        Self::Confinement,
        Self::Rings,
    ];

    /// What observing takes where the program has a gibibyte.
    pub const OBSERVING_MUCH: &'static [Self] = &[
        Self::Events,
        Self::Results,
        Self::Arguments,
        Self::Confinement,
        Self::Memory,
    ];

    /// What observing takes where a kernel runs on a GPU.
    pub const OBSERVING_DEVICE: &'static [Self] = &[
        Self::Events,
        Self::Results,
        Self::Arguments,
        Self::Confinement,
        Self::Device,
    ];

    /// What faults take where the lab is about io_uring.
    pub const INJECTING_RINGS: &'static [Self] = &[
        Self::Events,
        Self::Results,
        Self::Arguments,
        Self::Injection,
        Self::Confinement,
        Self::Rings,
    ];
}

/// A pure function from what was recorded to a judgement.
pub type Judge = fn(&Trial<'_>) -> Judgement;

/// One performance of an experiment.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// What was done. In a trial of a sweep, what the sweep added is in the recording only.
    pub experiment: &'a Experiment,
    /// What each run recorded. A run that could not start because an earlier one hung is absent.
    pub runs: &'a [Recording],
}

/// What a judge says.
pub type Judgement = Result<Pass, Objection>;

/// The claim holds in this trial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pass {
    /// Figures worth showing, by name.
    pub figures: Vec<(String, f64)>,
}

impl Pass {
    /// With one figure.
    pub fn of(name: &str, figure: usize) -> Self {
        Self {
            figures: vec![(name.to_owned(), figure as f64)],
        }
    }
}

/// The claim was not shown to hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Objection {
    /// It does not hold, and this is the proof.
    Fail(Failure),
    /// The recording cannot tell (the program used what the tracer cannot follow). Says why.
    Blind(String),
    /// This machine cannot try it, as was found out only by trying. Says why.
    Skipped(String),
}

/// A lost check, with its proof.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failure {
    /// What was seen; blames the program: "it never forks".
    pub why: String,
    /// A question that leads to the mistake and does not give the answer away.
    pub hint: String,
    /// The proving events, in order.
    pub evidence: Vec<Shown>,
    /// Figures, by name.
    pub figures: Vec<(String, f64)>,
    /// The command that shows the same, where strace is not the tool for it; else empty.
    pub see: String,
}

/// An event that a failure cites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Index of the run in the trial.
    pub run: usize,
    /// Index of the event in that run's recording.
    pub event: usize,
}

impl Failure {
    /// A failure of the first run, without evidence so far.
    pub fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            ..Self::default()
        }
    }

    /// Adds an event of the first run as evidence.
    #[must_use]
    pub fn showing(self, event: usize) -> Self {
        self.showing_in(0, event)
    }

    /// Adds an event of run `run` as evidence.
    #[must_use]
    pub fn showing_in(mut self, run: usize, event: usize) -> Self {
        let shown = Shown { run, event };
        if !self.evidence.contains(&shown) {
            self.evidence.push(shown);
        }
        self
    }

    /// Sets the hint.
    #[must_use]
    pub fn hint(mut self, question: impl Into<String>) -> Self {
        self.hint = question.into();
        self
    }

    /// Sets the command that shows the same.
    #[must_use]
    pub fn see(mut self, command: impl Into<String>) -> Self {
        self.see = command.into();
        self
    }

    /// Adds a figure.
    #[must_use]
    pub fn figure(mut self, name: impl Into<String>, value: f64) -> Self {
        self.figures.push((name.into(), value));
        self
    }
}

impl From<Failure> for Objection {
    fn from(failure: Failure) -> Self {
        Self::Fail(failure)
    }
}
