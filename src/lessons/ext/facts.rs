//! What a probe of the battery wrote down: facts, one JSON object a line.
//!
//! The battery's README.md says which there are. They are written by a process that the module under
//! test shares, so they are read like anything else that comes from a submission: a line that is none
//! is passed over.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::lessons::sight;
use crate::model::{Failure, Objection, Trial};

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
    /// The probe has come to its end.
    Done,
    /// What this module does not judge by.
    #[serde(other)]
    Other,
}

/// What the probe is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Start {
    /// Names of the submission's source files, without directories.
    #[serde(default)]
    pub(super) sources: Vec<String>,
}

/// A case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Case {
    /// Its number.
    pub(super) case: i64,
    /// What kind of input it has: `ordinary`, `refused` and so on.
    #[serde(default)]
    pub(super) kind: String,
    /// The call, in Python.
    #[serde(default)]
    pub(super) call: String,
    /// What was executed before it, in Python; may be empty.
    #[serde(default)]
    pub(super) setup: String,
}

/// What a call came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Came {
    /// `returned` or `raised`.
    pub(super) outcome: String,
    /// The value's type, or the exception's.
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    /// The value, as repr() shows it.
    #[serde(default)]
    pub(super) value: String,
    /// The exception's message.
    #[serde(default)]
    pub(super) message: String,
    /// Whether it is one of the exceptions by which arguments are refused.
    #[serde(default)]
    pub(super) refuses: bool,
}

/// What came of a call, and what Python makes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Outcome {
    /// The case.
    pub(super) case: i64,
    /// The call.
    pub(super) call: String,
    /// What came.
    #[serde(flatten)]
    pub(super) came: Came,
    /// What Python gives.
    #[serde(default)]
    pub(super) want: Option<Came>,
    /// Whether the two agree.
    #[serde(default)]
    pub(super) agrees: Option<bool>,
    /// Whether the exception that came is the very one that the call's own argument raised.
    #[serde(default)]
    pub(super) is_the_same: Option<bool>,
    /// Whether what came is what Python gives after what another thread did meanwhile.
    #[serde(default)]
    pub(super) agrees_after: Option<bool>,
    /// What came of what another thread tried meanwhile.
    #[serde(default)]
    pub(super) change: Option<Came>,
    /// Whether the threads that were to meet in the call did.
    #[serde(default)]
    pub(super) met: Option<bool>,
    /// How often the call has given the GIL away.
    #[serde(default)]
    pub(super) releases: i64,
    /// The function of Python's that was made to fail.
    #[serde(default)]
    pub(super) failed: Option<Failed>,
    /// How often that was tried.
    #[serde(default)]
    pub(super) calls: i64,
    /// Blocks that Python's allocator had given out more after each round of such failures.
    #[serde(default)]
    pub(super) blocks: Vec<i64>,
    /// Objects, and how their reference counts changed.
    #[serde(default)]
    pub(super) canaries: Vec<Canary>,
    /// What came of changing the size of an argument afterwards.
    #[serde(default)]
    pub(super) resized: Option<Came>,
}

/// A function of Python's that was made to fail, and the line that called it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Failed {
    /// The function.
    pub(super) function: String,
    /// Where.
    #[serde(flatten)]
    pub(super) place: Place,
}

/// A call of one of Python's functions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Api {
    /// The case.
    pub(super) case: i64,
    /// The function.
    pub(super) function: String,
    /// Whether the thread had the GIL.
    #[serde(default)]
    pub(super) has_gil: bool,
    /// Whether an exception was pending.
    #[serde(default)]
    pub(super) is_pending: bool,
    /// The line that called it.
    #[serde(default)]
    pub(super) at: Place,
}

/// Processor time of a long call, nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Share {
    /// The call.
    pub(super) call: String,
    /// Of the process, in all.
    pub(super) process_ns: i64,
    /// Of the process, between giving the GIL away and taking it again.
    pub(super) process_released_ns: i64,
    /// How often it was given away.
    #[serde(default)]
    pub(super) releases: i64,
    /// What came of the call.
    #[serde(default)]
    pub(super) outcome: Came,
}

/// What came of SIGINT in a call without end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Interrupted {
    /// The call.
    pub(super) call: String,
    /// Processor time that it used after the signal, nanoseconds.
    pub(super) processor_ns: i64,
    /// What came of it.
    #[serde(flatten)]
    pub(super) came: Came,
    /// What came of changing the size of an argument afterwards.
    #[serde(default)]
    pub(super) resized: Option<Came>,
}

/// How a module is initialised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Init {
    /// 1: its init function makes the module; 2: it says how modules are made (PEP 489).
    #[serde(default)]
    pub(super) phases: Option<u32>,
}

/// What came of an import once more, or in another interpreter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Import {
    /// `again`, `shared-gil` or `own-gil`; empty for the first import, of which nothing came yet.
    #[serde(default, rename = "where")]
    pub(super) place: String,
    /// What came of importing it again.
    #[serde(flatten)]
    pub(super) came: Option<Came>,
    /// Calls of the second module.
    #[serde(default)]
    pub(super) works: Option<Vec<Sample>>,
    /// Calls of the first module afterwards.
    #[serde(default)]
    pub(super) works_first: Option<Vec<Sample>>,
    /// What calls gave in the other interpreter.
    #[serde(default)]
    pub(super) values: Option<Vec<String>>,
    /// What they should have given.
    #[serde(default)]
    pub(super) want: Option<Vec<String>>,
    /// The exception in the other interpreter: its type, its message, and the classes that it is of.
    #[serde(default)]
    pub(super) error: Option<(String, String, Vec<String>)>,
    /// What is wrong with the interpreter itself.
    #[serde(default)]
    pub(super) problem: Option<String>,
    /// Objects that are the same in both, and should not be.
    #[serde(default)]
    pub(super) shared_objects: Vec<String>,
}

/// A call that shows that a module works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Sample {
    /// The call.
    pub(super) call: String,
    /// Whether it gives what Python gives.
    #[serde(default)]
    pub(super) agrees: Option<bool>,
    /// What it comes to.
    #[serde(flatten)]
    pub(super) came: Came,
}

/// What a shared object needs and exports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct SharedObject {
    /// The file.
    pub(super) file: String,
    /// The libraries that it is linked against (DT_NEEDED).
    #[serde(default)]
    pub(super) needed: Vec<String>,
    /// The modules whose init function it exports.
    #[serde(default)]
    pub(super) init: Vec<String>,
}

/// What a compiler said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Warning {
    /// The line that it is about.
    #[serde(flatten)]
    pub(super) place: Place,
    /// The option that asks for it.
    #[serde(default)]
    pub(super) option: Option<String>,
    /// What it says.
    #[serde(default)]
    pub(super) text: String,
}

/// Why a claim is not made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct NotAsked {
    /// Why.
    pub(super) why: String,
}

/// What is left over of a call that was made again and again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Loop {
    /// The call.
    pub(super) call: String,
    /// What was executed before.
    #[serde(default)]
    pub(super) setup: String,
    /// How often it was made in all rounds together.
    pub(super) calls: i64,
    /// Blocks that Python's allocator had given out more after each round.
    #[serde(default)]
    pub(super) blocks: Vec<i64>,
    /// What one call comes to.
    #[serde(default)]
    pub(super) outcome: Came,
    /// Objects, and how their reference counts changed.
    #[serde(default)]
    pub(super) canaries: Vec<Canary>,
    /// What came of changing the size of an argument afterwards.
    #[serde(default)]
    pub(super) resized: Option<Came>,
}

/// An object whose references are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Canary {
    /// Which, in Python.
    pub(super) what: String,
    /// References more, or less, than before.
    pub(super) change: i64,
    /// Whether its count means nothing; see PEP 683.
    #[serde(default)]
    pub(super) is_immortal: bool,
}

/// What the C heap has gained of a call that was made again and again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Memory {
    /// The call.
    pub(super) call: String,
    /// What was executed before.
    #[serde(default)]
    pub(super) setup: String,
    /// How often it was made in each round.
    pub(super) calls: i64,
    /// Bytes more after each round.
    #[serde(default)]
    pub(super) bytes: Vec<i64>,
}

/// Something that outlives its call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct LeftOver {
    /// The call.
    pub(super) call: String,
    /// What was executed before.
    #[serde(default)]
    pub(super) setup: String,
    /// The function that gave it.
    #[serde(default)]
    pub(super) function: String,
    /// The line of source that called that, if known.
    #[serde(flatten)]
    pub(super) place: Place,
}

/// A line of source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Place {
    /// The file; empty if not known.
    #[serde(default)]
    pub(super) file: String,
    /// The line, from 1.
    #[serde(default)]
    pub(super) line: u32,
    /// The function that it is in.
    #[serde(default)]
    pub(super) within: String,
}

/// What a sanitizer reported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Sanitizer {
    /// `asan`, `ubsan` or `tsan`.
    pub(super) tool: String,
    /// What it calls it.
    pub(super) kind: String,
    /// The frames that it names, in its order.
    #[serde(default)]
    pub(super) frames: Vec<Place>,
}

/// What the library that a module binds has counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Story {
    /// What happens, in a few words.
    pub(super) title: String,
    /// The program.
    #[serde(default)]
    pub(super) code: String,
    /// What there is more than before, by what is counted.
    #[serde(default)]
    pub(super) change: BTreeMap<String, i64>,
    /// What it should have come to, as repr() shows it.
    #[serde(default)]
    pub(super) want: Option<String>,
    /// Whether it has.
    #[serde(default)]
    pub(super) agrees: Option<bool>,
    /// Exceptions that nobody could be told of.
    #[serde(default)]
    pub(super) unraisable: Vec<String>,
    /// What it came to.
    #[serde(flatten)]
    pub(super) came: Came,
}

/// A program that ended with things open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Exit {
    /// What happens, in a few words.
    pub(super) title: String,
    /// The program.
    #[serde(default)]
    pub(super) code: String,
    /// Its exit status; if it is negative, the signal that ended it.
    pub(super) status: i32,
    /// What it said on standard error.
    #[serde(default)]
    pub(super) said: String,
    /// What the library still counted in its last moment, by what is counted.
    #[serde(default)]
    pub(super) counts: Option<BTreeMap<String, i64>>,
    /// What was found in the file afterwards.
    #[serde(default)]
    pub(super) value: Option<String>,
    /// What should have been.
    #[serde(default)]
    pub(super) want_value: Option<String>,
}

/// What a module says of a function, and what the header says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Prototype {
    /// The function.
    pub(super) name: String,
    /// The types of arguments that were declared; absent if none were.
    #[serde(default)]
    pub(super) arguments: Option<Vec<Type>>,
    /// The declared type of the result.
    #[serde(default)]
    pub(super) result: Type,
    /// What the header says.
    pub(super) want: Declared,
    /// Whether the arguments are those of the header.
    pub(super) arguments_agree: bool,
    /// Whether the result is.
    pub(super) result_agrees: bool,
}

/// What a header says of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Declared {
    /// The types of the arguments.
    #[serde(default)]
    pub(super) arguments: Vec<Type>,
    /// The type of the result.
    pub(super) result: Type,
}

/// A type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Type {
    /// Its name.
    #[serde(rename = "type")]
    pub(super) name: String,
}

/// What was said on standard error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Said {
    /// The end of it.
    pub(super) text: String,
}

/// How a process of the probe's ended that did not come to its own end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Died {
    /// The case that it was at.
    #[serde(default)]
    pub(super) case: i64,
    /// The signal that ended it.
    #[serde(default)]
    pub(super) signal: Option<String>,
    /// Its exit status.
    #[serde(default)]
    pub(super) status: Option<i32>,
    /// Whether it stood still.
    #[serde(default)]
    pub(super) stuck: bool,
    /// The end of what it said on standard error.
    #[serde(default)]
    pub(super) said: String,
}

/// Something that cannot be tried here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Cannot {
    /// The case, if it is about one only.
    #[serde(default)]
    pub(super) case: Option<i64>,
    /// Why.
    pub(super) why: String,
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
