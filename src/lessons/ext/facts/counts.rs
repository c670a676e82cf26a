//! What is left over of calls that are made again and again.

use serde::Deserialize;

use super::calls::Came;
use super::ends::Place;

/// What is left over of a call that was made again and again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Loop {
    /// The call.
    pub(in crate::lessons::ext) call: String,
    /// What was executed before.
    #[serde(default)]
    pub(in crate::lessons::ext) setup: String,
    /// How often it was made in all rounds together.
    pub(in crate::lessons::ext) calls: i64,
    /// Blocks that Python's allocator had given out more after each round.
    #[serde(default)]
    pub(in crate::lessons::ext) blocks: Vec<i64>,
    /// What one call comes to.
    #[serde(default)]
    pub(in crate::lessons::ext) outcome: Came,
    /// Objects, and how their reference counts changed.
    #[serde(default)]
    pub(in crate::lessons::ext) canaries: Vec<Canary>,
    /// What came of changing the size of an argument afterwards.
    #[serde(default)]
    pub(in crate::lessons::ext) resized: Option<Came>,
}

/// An object whose references are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Canary {
    /// Which, in Python.
    pub(in crate::lessons::ext) what: String,
    /// References more, or less, than before.
    pub(in crate::lessons::ext) change: i64,
    /// Whether its count means nothing; see PEP 683.
    #[serde(default)]
    pub(in crate::lessons::ext) is_immortal: bool,
}

/// What the C heap has gained of a call that was made again and again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Memory {
    /// The call.
    pub(in crate::lessons::ext) call: String,
    /// What was executed before.
    #[serde(default)]
    pub(in crate::lessons::ext) setup: String,
    /// How often it was made in each round.
    pub(in crate::lessons::ext) calls: i64,
    /// Bytes more after each round.
    #[serde(default)]
    pub(in crate::lessons::ext) bytes: Vec<i64>,
}

/// Something that outlives its call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct LeftOver {
    /// The call.
    pub(in crate::lessons::ext) call: String,
    /// What was executed before.
    #[serde(default)]
    pub(in crate::lessons::ext) setup: String,
    /// The function that gave it.
    #[serde(default)]
    pub(in crate::lessons::ext) function: String,
    /// The line of source that called that, if known.
    #[serde(flatten)]
    pub(in crate::lessons::ext) place: Place,
}
