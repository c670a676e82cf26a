//! What calls come to: a case, an outcome, what was watched meanwhile.

use serde::Deserialize;

use super::counts::Canary;
use super::ends::Place;

/// A case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Case {
    /// Its number.
    pub(in crate::lessons::ext) case: i64,
    /// What kind of input it has: `ordinary`, `refused` and so on.
    #[serde(default)]
    pub(in crate::lessons::ext) kind: String,
    /// The call, in Python.
    #[serde(default)]
    pub(in crate::lessons::ext) call: String,
    /// What was executed before it, in Python; may be empty.
    #[serde(default)]
    pub(in crate::lessons::ext) setup: String,
}

/// What a call came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Came {
    /// `returned` or `raised`.
    pub(in crate::lessons::ext) outcome: String,
    /// The value's type, or the exception's.
    #[serde(default, rename = "type")]
    pub(in crate::lessons::ext) kind: String,
    /// The value, as repr() shows it.
    #[serde(default)]
    pub(in crate::lessons::ext) value: String,
    /// The exception's message.
    #[serde(default)]
    pub(in crate::lessons::ext) message: String,
    /// Whether it is one of the exceptions by which arguments are refused.
    #[serde(default)]
    pub(in crate::lessons::ext) refuses: bool,
}

/// What the module raised before a call could be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Unprepared {
    /// The case.
    pub(in crate::lessons::ext) case: i64,
    /// The exception.
    #[serde(flatten)]
    pub(in crate::lessons::ext) came: Came,
    /// Where in the module's Python, the innermost first.
    #[serde(default)]
    pub(in crate::lessons::ext) at: Vec<Place>,
}

/// What came of a call, and what Python makes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Outcome {
    /// The case.
    pub(in crate::lessons::ext) case: i64,
    /// The call.
    pub(in crate::lessons::ext) call: String,
    /// What came.
    #[serde(flatten)]
    pub(in crate::lessons::ext) came: Came,
    /// What Python gives.
    #[serde(default)]
    pub(in crate::lessons::ext) want: Option<Came>,
    /// Whether the two agree.
    #[serde(default)]
    pub(in crate::lessons::ext) agrees: Option<bool>,
    /// Whether the exception that came is the very one that the call's own argument raised.
    #[serde(default)]
    pub(in crate::lessons::ext) is_the_same: Option<bool>,
    /// Whether what came is what Python gives after what another thread did meanwhile.
    #[serde(default)]
    pub(in crate::lessons::ext) agrees_after: Option<bool>,
    /// What came of what another thread tried meanwhile.
    #[serde(default)]
    pub(in crate::lessons::ext) change: Option<Came>,
    /// Whether the threads that were to meet in the call did.
    #[serde(default)]
    pub(in crate::lessons::ext) met: Option<bool>,
    /// How often the call has given the GIL away.
    #[serde(default)]
    pub(in crate::lessons::ext) releases: i64,
    /// Whether the handout says that it does.
    #[serde(default)]
    pub(in crate::lessons::ext) must_release: bool,
    /// The function of Python's that was made to fail.
    #[serde(default)]
    pub(in crate::lessons::ext) failed: Option<Failed>,
    /// How often that was tried.
    #[serde(default)]
    pub(in crate::lessons::ext) calls: i64,
    /// Blocks that Python's allocator had given out more after each round of such failures.
    #[serde(default)]
    pub(in crate::lessons::ext) blocks: Vec<i64>,
    /// Objects, and how their reference counts changed.
    #[serde(default)]
    pub(in crate::lessons::ext) canaries: Vec<Canary>,
    /// What came of changing the size of an argument afterwards.
    #[serde(default)]
    pub(in crate::lessons::ext) resized: Option<Came>,
}

/// A function of Python's that was made to fail, and the line that called it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Failed {
    /// The function.
    pub(in crate::lessons::ext) function: String,
    /// Where.
    #[serde(flatten)]
    pub(in crate::lessons::ext) place: Place,
}

/// A call of one of Python's functions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Api {
    /// The case.
    pub(in crate::lessons::ext) case: i64,
    /// The function.
    pub(in crate::lessons::ext) function: String,
    /// Whether the thread had the GIL.
    #[serde(default)]
    pub(in crate::lessons::ext) has_gil: bool,
    /// Whether an exception was pending.
    #[serde(default)]
    pub(in crate::lessons::ext) is_pending: bool,
    /// The line that called it.
    #[serde(default)]
    pub(in crate::lessons::ext) at: Place,
}

/// Processor time of a long call, nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Share {
    /// The call.
    pub(in crate::lessons::ext) call: String,
    /// Of the process, in all.
    pub(in crate::lessons::ext) process_ns: i64,
    /// Of the process, between giving the GIL away and taking it again.
    pub(in crate::lessons::ext) process_released_ns: i64,
    /// How often it was given away.
    #[serde(default)]
    pub(in crate::lessons::ext) releases: i64,
    /// What came of the call.
    #[serde(default)]
    pub(in crate::lessons::ext) outcome: Came,
}

/// What came of SIGINT in a call without end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Interrupted {
    /// The call.
    pub(in crate::lessons::ext) call: String,
    /// Processor time that it used after the signal, nanoseconds.
    pub(in crate::lessons::ext) processor_ns: i64,
    /// Whether the exception that came is the very one that the signal's handler raised.
    #[serde(default)]
    pub(in crate::lessons::ext) is_the_same: bool,
    /// What came of it.
    #[serde(flatten)]
    pub(in crate::lessons::ext) came: Came,
    /// What came of changing the size of an argument afterwards.
    #[serde(default)]
    pub(in crate::lessons::ext) resized: Option<Came>,
    /// Objects, and how their reference counts changed.
    #[serde(default)]
    pub(in crate::lessons::ext) canaries: Vec<Canary>,
}
