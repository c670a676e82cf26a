//! What a probe of the battery wrote down: facts, one JSON object a line.
//!
//! The battery's README.md says which there are. They are written by a process that the module under
//! test shares, so they are read like anything else that comes from a submission: a line that is none
//! is passed over.

mod binding;
mod calls;
mod counts;
mod ends;
mod whole;

use serde::Deserialize;

use crate::lessons::sight;
use crate::model::{Failure, Objection, Trial};

pub(super) use binding::{Exit, Prototype, Story, Type};
pub(super) use calls::{Api, Came, Case, Failed, Interrupted, Outcome, Share, Unprepared};
pub(super) use counts::{Canary, LeftOver, Loop, Memory};
pub(super) use ends::{Cannot, Died, NotAsked, Place, Said, Sanitizer, Start};
pub(super) use whole::{Import, Init, Sample, SharedObject, Warning};

/// Where a probe writes them.
pub(super) const FACTS: &str = "/lab/facts";

/// One fact.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub(super) enum Fact {
    /// The probe begins.
    Start(Start),
    /// A call, or whatever else it does, is tried next.
    Case(Case),
    /// What came of a call.
    Outcome(Box<Outcome>),
    /// The module cannot be imported.
    ImportFailed(Came),
    /// What is left over of a call that was made again and again.
    Loop(Box<Loop>),
    /// What the C heap has gained of such a call.
    Memory(Memory),
    /// Something that outlives its call, and the line that got it.
    LeftOver(LeftOver),
    /// A call of one of Python's functions that must not be made then.
    Api(Box<Api>),
    /// Processor time of a long call.
    Share(Share),
    /// What came of SIGINT in a call without end.
    Interrupted(Box<Interrupted>),
    /// How the module is initialised.
    Init(Init),
    /// What came of importing it once more, or elsewhere.
    Import(Box<Import>),
    /// What a shared object of it needs and exports.
    SharedObject(SharedObject),
    /// What a compiler said of its source.
    Warning(Warning),
    /// What the library that a module binds has counted more than before.
    Story(Box<Story>),
    /// A program that ended with things open.
    Exit(Box<Exit>),
    /// What a module says of a function of the library that it binds.
    Prototype(Box<Prototype>),
    /// What was said on standard error by a process that came to its end.
    Said(Said),
    /// The claim is not made of modules of this technology.
    NotAsked(NotAsked),
    /// What a sanitizer reported.
    Sanitizer(Sanitizer),
    /// A process of the probe's did not end by itself.
    Died(Died),
    /// Something cannot be tried here.
    Cannot(Cannot),
    /// The module did not get as far as a call.
    Unprepared(Box<Unprepared>),
    /// The probe itself broke.
    Broken(Cannot),
    /// The probe has come to its end.
    Done,
    /// What this module does not judge by.
    #[serde(other)]
    Other,
}

/// What a probe found.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// In the order in which they were found.
    pub(super) all: Vec<Fact>,
}

impl Facts {
    /// The facts of a trial of one run.
    ///
    /// # Errors
    /// Blind if there are none, or if they have no end; a failure if a limit ended the run.
    pub(super) fn of(trial: &Trial<'_>) -> Result<Self, Objection> {
        let recording = sight::recording(trial, 0)?;
        let text = recording.file(FACTS).unwrap_or_default();
        let facts = Self::parse(&String::from_utf8_lossy(text));
        if let Some(failure) = sight::limited(recording, 0) {
            let why = match facts.last_case() {
                Some(case) => format!("{}: {}", called(&case.call, &case.setup), failure.why),
                None => failure.why.clone(),
            };
            return Err(Failure { why, ..failure }.into());
        }
        match facts
            .all
            .iter()
            .any(|fact| matches!(fact, Fact::Done | Fact::Died(_) | Fact::Cannot(_)))
        {
            true => Ok(facts),
            false => Err(Objection::Blind(
                "the probe did not come to its end".to_owned(),
            )),
        }
    }

    fn parse(text: &str) -> Self {
        let all = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        Self { all: all.collect() }
    }

    /// The case with this number.
    pub(super) fn case(&self, number: i64) -> Option<&Case> {
        self.cases().find(|case| case.case == number)
    }

    fn cases(&self) -> impl DoubleEndedIterator<Item = &Case> {
        self.all.iter().filter_map(|fact| match fact {
            Fact::Case(case) => Some(case),
            _ => None,
        })
    }

    fn last_case(&self) -> Option<&Case> {
        self.cases().next_back()
    }

    /// The lines that got what outlives this call.
    pub(super) fn left_over(&self, call: &str, setup: &str) -> Vec<&LeftOver> {
        let left = self.all.iter().filter_map(|fact| match fact {
            Fact::LeftOver(left) if left.call == call && left.setup == setup => Some(left),
            _ => None,
        });
        left.collect()
    }

    /// Names of the submission's source files.
    pub(super) fn sources(&self) -> Vec<&str> {
        let starts = self.all.iter().filter_map(|fact| match fact {
            Fact::Start(start) => Some(start.sources.iter().map(String::as_str)),
            _ => None,
        });
        starts.flatten().collect()
    }

    /// Why the whole probe cannot be made here, if it cannot.
    pub(super) fn cannot(&self) -> Option<&str> {
        self.all.iter().find_map(|fact| match fact {
            Fact::Cannot(Cannot { case: None, why }) => Some(why.as_str()),
            _ => None,
        })
    }
}

/// A call, with what was executed before it, as it stands in a sentence.
pub(super) fn called(call: &str, setup: &str) -> String {
    match setup.is_empty() {
        true => format!("`{call}`"),
        false => format!("`{call}` after `{setup}`"),
    }
}

impl Came {
    /// As the end of a sentence whose subject is the call.
    pub(super) fn told(&self) -> String {
        match (self.outcome.as_str(), self.message.is_empty()) {
            ("returned", _) => format!("returned {}", self.value),
            (_, true) => format!("raised {}", self.kind),
            (_, false) => format!("raised {}: {}", self.kind, self.message),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.file.is_empty(), self.line) {
            (true, _) => write!(f, "a line that is not known"),
            (false, 0) => write!(f, "{}", self.file),
            (false, line) => write!(f, "{}:{line}", self.file),
        }?;
        match self.within.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", self.within),
        }
    }
}
