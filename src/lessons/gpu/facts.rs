//! What a probe wrote down: facts, one JSON object a line on its standard output.
//!
//! They come from a process of ours that has read the submission's PTX, and that interprets it; so they are
//! read like anything else that hostile input went through: a line that is none is passed over.

mod outputs;

use serde::{Deserialize, Serialize};

use crate::gpu::counters::LineCounters;
use crate::gpu::fault::Fault;
use crate::gpu::launch::{End, FunctionInfo};
use crate::lessons::sight;
use crate::model::{Objection, Stream, Trial};

pub(super) use outputs::{Changed, Output, Wrong};

/// One fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub(super) enum Fact {
    /// The kernels of a module.
    Module(Module),
    /// A launch that was made; what follows is about it.
    Launch(Box<Launch>),
    /// A launch that was refused, as CUDA would have refused it.
    Refused(Refused),
    /// Something that the launch did wrong.
    Fault(Box<Fault>),
    /// What the launch did, in all or in a line.
    Counters(Box<LineCounters>),
    /// What is in an array that the launch was to fill.
    Output(Output),
    /// An array that the launch was to leave alone, and did not.
    Changed(Changed),
    /// How long a launch took on a device.
    Speed(Speed),
    /// The simulator does not know something that the module has.
    Unsupported(Cannot),
    /// The probe has come to its end.
    Done,
    /// What this module does not judge by.
    #[serde(other)]
    Other,
}

/// The kernels of a module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Module {
    /// The one that the lab asks for.
    pub(super) wanted: String,
    /// Its parameters, each as it stands in a sentence, with its size in bytes.
    pub(super) parameters: Vec<(String, u64)>,
    /// All that there are.
    pub(super) functions: Vec<FunctionInfo>,
}

/// A launch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Launch {
    /// As it stands in a sentence.
    pub(super) told: String,
    /// Whether the kernel was compiled with optimisation.
    pub(super) is_optimised: bool,
    /// The sizes, in the lab's own order.
    pub(super) sizes: [u64; 3],
    /// How it ended.
    pub(super) end: End,
    /// Blocks, warps and threads.
    pub(super) blocks: u64,
    /// Warps of all blocks.
    pub(super) warps: u64,
    /// Stores and atomic operations on global memory, each lane's counted.
    pub(super) writes: u64,
    /// Whether its counters follow.
    pub(super) is_counted: bool,
    /// The options of `syslab gpu run` that make one like it.
    #[serde(default)]
    pub(super) again: String,
}

/// A launch that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refused {
    /// As it stands in a sentence.
    pub(super) told: String,
    /// Why.
    pub(super) why: String,
}

/// How long a launch took on a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Speed {
    /// As it stands in a sentence.
    pub(super) told: String,
    /// The device, and what compiled for it.
    pub(super) device: String,
    /// Microseconds that the shortest of several launches took.
    pub(super) own_us: f64,
    /// The same of the reference.
    pub(super) reference_us: f64,
    /// Bytes of all arrays that have to be read, and of those that have to be written.
    pub(super) bytes: f64,
    /// Bytes a second that a copy within the device reads and writes.
    pub(super) copied: f64,
}

impl Speed {
    /// How fast it is, of the reference's speed.
    pub(super) fn of_reference(&self) -> f64 {
        self.reference_us / self.own_us
    }

    /// What it moves, of what a copy moves in that time; what is moved twice counts once.
    pub(super) fn of_copy(&self) -> f64 {
        self.bytes / (self.own_us / 1e6) / self.copied
    }
}

/// Something that cannot be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cannot {
    /// Why.
    pub(super) why: String,
}

/// What a probe found.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// In the order in which they were found.
    pub(super) all: Vec<Fact>,
}

/// A launch, and the facts about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    /// The launch.
    pub(super) launch: &'a Launch,
    /// What is said of it.
    pub(super) facts: &'a [Fact],
}

impl Facts {
    /// The facts of a trial of one run.
    ///
    /// # Errors
    /// Blind if there are none, if they have no end, or if a limit ended the run, all of which are ours to
    /// answer for: what is run is a simulator of ours, with limits of its own. Blind, too, if the
    /// simulator does not know something.
    pub(super) fn of(trial: &Trial<'_>) -> Result<Self, Objection> {
        let recording = sight::recording(trial, 0)?;
        let text = recording.received(Stream::Stdout);
        let facts = Self::parse(&String::from_utf8_lossy(&text));
        if let Some(failure) = sight::limited(recording, 0) {
            let why = format!("the simulator was stopped: {}", failure.why);
            return Err(Objection::Blind(why));
        }
        for fact in &facts.all {
            if let Fact::Unsupported(what) = fact {
                return Err(Objection::Blind(what.why.clone()));
            }
        }
        match facts.all.last() {
            Some(Fact::Done) => Ok(facts),
            _ => Err(Objection::Blind(
                "the probe did not come to its end".to_owned(),
            )),
        }
    }

    /// Reads facts, and passes over what is none.
    pub(super) fn parse(text: &str) -> Self {
        let all = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        Self { all: all.collect() }
    }

    /// The launches that were made, in order.
    pub(super) fn launches(&self) -> impl Iterator<Item = Seen<'_>> {
        self.all.iter().enumerate().filter_map(|(at, fact)| {
            let Fact::Launch(launch) = fact else {
                return None;
            };
            let rest = &self.all[at + 1..];
            let is_next =
                |fact: &Fact| matches!(fact, Fact::Launch(_) | Fact::Refused(_) | Fact::Done);
            let end = rest.iter().position(is_next).unwrap_or(rest.len());
            Some(Seen {
                launch,
                facts: &rest[..end],
            })
        })
    }

    /// The kernels.
    pub(super) fn module(&self) -> Option<&Module> {
        self.all.iter().find_map(|fact| match fact {
            Fact::Module(module) => Some(module),
            _ => None,
        })
    }

    /// The first launch that was refused.
    pub(super) fn refused(&self) -> Option<&Refused> {
        self.all.iter().find_map(|fact| match fact {
            Fact::Refused(refused) => Some(refused),
            _ => None,
        })
    }
}

impl<'a> Seen<'a> {
    /// What it did wrong.
    pub(super) fn faults(self) -> impl Iterator<Item = &'a Fault> {
        self.facts.iter().filter_map(|fact| match fact {
            Fact::Fault(fault) => Some(fault.as_ref()),
            _ => None,
        })
    }

    /// What it did in all.
    pub(super) fn total(self) -> Option<&'a LineCounters> {
        self.counters().find(|counters| counters.site.is_none())
    }

    /// What its lines did.
    pub(super) fn lines(self) -> impl Iterator<Item = &'a LineCounters> {
        self.counters().filter(|counters| counters.site.is_some())
    }

    fn counters(self) -> impl Iterator<Item = &'a LineCounters> {
        self.facts.iter().filter_map(|fact| match fact {
            Fact::Counters(counters) => Some(counters.as_ref()),
            _ => None,
        })
    }
}
