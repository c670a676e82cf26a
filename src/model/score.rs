//! Verdicts: findings, scorecards, and the machine that they were made on.
//!
//! The serialised form of [`Scorecard`] is the tool's JSON output, schema 1
//! (`src/report/scorecard.schema.json`).

use serde::{Deserialize, Serialize};

use super::check::Capability;
use super::recording::Frame;

/// Version of the JSON form of [`Scorecard`].
pub const SCHEMA: u32 = 1;

/// What became of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The claim held in every trial.
    Pass,
    /// It did not, and there is proof.
    Fail,
    /// It was not tried: this machine cannot, or an earlier gate failed.
    Skipped,
    /// It was tried and cannot be told: our tracer or sandbox broke, or a fault never struck.
    Unknown,
}

/// All findings about one submission to one lab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scorecard {
    /// [`SCHEMA`].
    pub schema: u32,
    /// `lesson/lab`.
    pub lab: String,
    /// The lab's title.
    pub title: String,
    /// The submission's directory, as it was given.
    pub submission: String,
    /// The seed that the experiments were made from; `--seed` repeats them.
    pub seed: u64,
    /// Points earned.
    pub score: u32,
    /// Points possible.
    pub max_score: u32,
    /// Where this was found out.
    pub machine: Machine,
    /// What the submitter should know beside: what was not taken over, what the compiler said.
    pub notes: Vec<String>,
    /// One per check, in the lab's order.
    pub checks: Vec<Finding>,
}

/// What became of one check, with everything that a learner needs to see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's id.
    pub id: String,
    /// The check's claim.
    pub claim: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Points earned.
    pub points: u32,
    /// Points possible.
    pub max_points: u32,
    /// What was done to the program when it failed (or in general, if it passed).
    pub story: String,
    /// What was seen; the reason, for skipped and unknown. Empty for a pass.
    pub why: String,
    /// A question. Empty for a pass.
    pub hint: String,
    /// The heading to read: `LESSON/heading-slug`, as `syslab LESSON read HEADING` takes it.
    pub teaches: String,
    /// A command that shows the same with the standard tool. Empty where there is none.
    pub see: String,
    /// Figures by name.
    pub figures: Vec<Figure>,
    /// The proving events.
    pub evidence: Vec<Evidence>,
    /// With `--repeat N`: in how many of the repeats it passed, and N.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub repeats: Option<Repeats>,
}

impl Finding {
    /// Whether nothing is lost by it: a check that is made only where there is a device, and here is none.
    pub fn is_left_out(&self) -> bool {
        self.verdict == Verdict::Skipped && self.max_points == 0
    }
}

/// A named number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is, with its unit: `trials`, `wall_ms`.
    pub name: String,
    /// How much.
    pub value: f64,
}

/// How often a check passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeats {
    /// Repeats with verdict pass.
    pub passed: u32,
    /// All repeats.
    pub of: u32,
}

/// One proving event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Number of the run in the experiment, from 1.
    pub run: u32,
    /// The event's number on the time line.
    pub event: u64,
    /// The event in the recording's text form, whole.
    pub text: String,
    /// The task that it happened to; `None` for the outside world.
    pub task: Option<u32>,
    /// The line of the learner's program, where known.
    pub site: Option<Site>,
}

/// A line of source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Relative to the submission.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// The function's name; may be empty.
    pub function: String,
}

impl Site {
    /// The frame as a site, if it has been looked up.
    pub fn of(frame: &Frame) -> Option<Self> {
        match frame {
            Frame::Source {
                file,
                line,
                function,
            } => Some(Self {
                file: file.clone(),
                line: *line,
                function: function.clone(),
            }),
            Frame::Native { .. } => None,
        }
    }
}

/// The machine that a scorecard comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Release and architecture of the kernel: `6.1.0 x86_64`.
    pub kernel: String,
    /// `ptrace` or another backend's name.
    pub tracer: String,
    /// `full`, `partial` or `none`.
    pub confinement: String,
    /// What the confinement consists of, and what is missing.
    pub confinement_detail: Vec<String>,
    /// What the machine can do for a check.
    pub capabilities: Vec<Capability>,
    /// syslab's version.
    pub syslab: String,
}

impl Scorecard {
    /// Whether every check passed.
    pub fn is_perfect(&self) -> bool {
        self.checks
            .iter()
            .all(|finding| finding.verdict == Verdict::Pass)
    }
}
