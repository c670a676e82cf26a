//! What the processes of an examination tell each other.
//!
//! The command line hands a [`Request`] to a worker, a worker hands a [`Job`] to a runner for
//! every trial, and gets [`TrialRecord`]s back: recordings in their text form, behind one line of
//! JSON each.

use std::ffi::OsString;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::exhibit::Exhibit;
use crate::model::{Experiment, Fault, Finding, Recording, Scorecard, Strike};
use crate::sandbox::{Bind, Confinement};

use super::observe::Observation;

/// What is to be examined, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Slug of the lesson.
    pub lesson: String,
    /// Slug of the lab.
    pub lab: String,
    /// The file that the lab is written in, if it is none of ours. Its name may be any bytes.
    #[serde(default)]
    pub file: Option<OsString>,
    /// The directory with the submission. Its name may be any bytes.
    #[serde(serialize_with = "write_path", deserialize_with = "read_path")]
    pub submission: PathBuf,
    /// What the experiments are made from.
    pub seed: u64,
    /// Ids of the checks to make; empty: all.
    pub only: Vec<String>,
    /// Ids of the checks whose trials are made before all others.
    #[serde(default)]
    pub first: Vec<String>,
    /// Trials at the same time.
    pub jobs: usize,
    /// Multiplies every time limit.
    pub timeout_scale: f64,
    /// How often everything is done.
    pub repeat: u32,
    /// Whether an oracle is asked for something smaller that fails, too, for people to look at.
    pub shrinks: bool,
    /// Whether the recordings that failed checks were judged by are wanted too.
    #[serde(default)]
    pub exhibits: bool,
    /// For a lab whose submissions are modules: one that is in no lab, and calls of it.
    #[serde(default)]
    pub audit: Option<Audit>,
    /// How this machine can confine submissions, where that has been found out.
    #[serde(default)]
    pub confinement: Option<Confinement>,
}

/// As bytes, which a path is made of.
fn write_path<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
    path.as_os_str().serialize(to)
}

/// The inverse of [`write_path`].
fn read_path<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    OsString::deserialize(from).map(PathBuf::from)
}

impl Request {
    /// One examination of a submission to a lab, with what is usual else.
    pub fn of(lesson: &str, lab: &str, submission: &Path) -> Self {
        Self {
            lesson: lesson.to_owned(),
            lab: lab.to_owned(),
            file: None,
            submission: submission.to_owned(),
            seed: 1,
            only: Vec::new(),
            first: Vec::new(),
            jobs: 1,
            timeout_scale: 1.0,
            repeat: 1,
            shrinks: false,
            exhibits: false,
            audit: None,
            confinement: None,
        }
    }
}

/// A module of somebody's own, and what is done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// The name by which it is imported.
    pub module: String,
    /// Its file in the submission's directory, if it has been built before; else what is in there is
    /// built.
    pub built: Option<String>,
    /// Calls of it, in Python.
    pub calls: Vec<String>,
}

/// What a worker says while it works; one line of JSON each.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Progress {
    /// The submission is being built.
    Building,
    /// Trials made of those known for a check.
    Check {
        /// The check's id.
        id: String,
        /// Trials done.
        done: u64,
        /// Trials known so far: a sweep learns its points from its first trial.
        of: u64,
    },
    /// A check is decided.
    Finished(Box<Finding>),
    /// What a check that failed was judged by, if that was asked for; when all are decided.
    Exhibit(Box<Exhibit>),
}

/// What a worker is told to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Order {
    /// Examine a submission.
    Examine(Request),
    /// Perform one experiment.
    Observe(Observation),
}

/// A worker's lines.
#[derive(Debug, Serialize, Deserialize)]
pub enum Report {
    /// One trial of an observation: the recordings in their text form.
    Observed {
        /// The strike and the point, from 1, if this is a trial of a sweep.
        point: Option<(Strike, u32)>,
        /// One recording a run.
        runs: Vec<String>,
        /// Why nothing can be said, if so.
        trouble: Option<String>,
    },
    /// The observation is complete.
    AllObserved,
    /// It goes on.
    Progress(Progress),
    /// It is done.
    Done(Box<Scorecard>),
    /// It cannot.
    Failed {
        /// What went wrong, outermost first.
        causes: Vec<String>,
        /// What to do about it; may be empty.
        hint: String,
    },
}

/// One trial, for a runner.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Job {
    /// What starts the program; the experiment's arguments follow.
    pub argv: Vec<String>,
    /// The program's whole environment.
    pub env: Vec<(String, String)>,
    /// What the sandbox shows besides the system: interpreters, toolchains.
    pub binds: Vec<Bind>,
    /// Host directory that the program sees as its own.
    pub submission: PathBuf,
    /// Host directory that the program sees as the lab directory.
    pub lab: PathBuf,
    /// Host path of the program that the experiment controls, if it has one.
    pub actor: Option<PathBuf>,
    /// The user that the program is, outside of its namespace.
    pub host_uid: u32,
    /// What is done.
    pub experiment: Experiment,
    /// The strike of a sweep's trial, added to the first run.
    pub strike: Option<Fault>,
    /// The strike only counts: the trial finds out how many points there are.
    pub is_reference: bool,
    /// Multiplies every time limit.
    pub timeout_scale: f64,
}

/// What a runner found.
#[derive(Debug, Default)]
pub struct TrialRecord {
    /// One recording a run.
    pub runs: Vec<Recording>,
    /// How many calls the strike's trigger matched.
    pub points: u32,
    /// Why nothing can be said about the program, if so.
    pub trouble: Option<String>,
    /// Why the kernel would not start the program, if so.
    pub cannot_start: Option<String>,
}

#[derive(Serialize, Deserialize)]
enum Line {
    Run {
        bytes: u64,
    },
    Done {
        points: u32,
        trouble: Option<String>,
        cannot_start: Option<String>,
    },
}

impl TrialRecord {
    /// One that says why nothing can be said about the program.
    pub fn broken(why: String) -> Self {
        Self {
            trouble: Some(why),
            ..Self::default()
        }
    }

    /// Writes the record; the inverse of [`TrialRecord::read`].
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        for run in &self.runs {
            let text = run.to_string();
            line(
                to,
                &Line::Run {
                    bytes: text.len() as u64,
                },
            )?;
            to.write_all(text.as_bytes())?;
        }
        let Self {
            points,
            trouble,
            cannot_start,
            ..
        } = self;
        let (trouble, cannot_start) = (trouble.clone(), cannot_start.clone());
        line(
            to,
            &Line::Done {
                points: *points,
                trouble,
                cannot_start,
            },
        )?;
        to.flush()
    }

    /// Reads a record.
    ///
    /// # Errors
    /// Those of the reader; InvalidData if it is cut short or no record.
    pub fn read(from: &mut impl BufRead) -> io::Result<Self> {
        let invalid = |error: &dyn std::fmt::Display| {
            io::Error::new(io::ErrorKind::InvalidData, error.to_string())
        };
        let mut record = Self::default();
        loop {
            let mut head = String::new();
            if from.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match serde_json::from_str(&head).map_err(|error| invalid(&error))? {
                Line::Run { bytes } => {
                    let mut text = vec![0; usize::try_from(bytes).map_err(|e| invalid(&e))?];
                    from.read_exact(&mut text)?;
                    let text = String::from_utf8(text).map_err(|error| invalid(&error))?;
                    record
                        .runs
                        .push(text.parse().map_err(|error| invalid(&error))?);
                }
                Line::Done {
                    points,
                    trouble,
                    cannot_start,
                } => {
                    return Ok(Self {
                        points,
                        trouble,
                        cannot_start,
                        ..record
                    });
                }
            }
        }
    }
}

fn line(to: &mut impl Write, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *to, line)?;
    to.write_all(b"\n")
}
