//! What was in arrays after a launch.

use serde::{Deserialize, Serialize};

/// An array that a launch was to fill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::lessons::gpu) struct Output {
    /// Its name.
    pub(in crate::lessons::gpu) array: String,
    /// How many elements it has.
    pub(in crate::lessons::gpu) elements: u64,
    /// How many of them are wrong.
    pub(in crate::lessons::gpu) wrong: u64,
    /// How many of those nobody has written.
    pub(in crate::lessons::gpu) unwritten: u64,
    /// The first wrong one.
    #[serde(default)]
    pub(in crate::lessons::gpu) first: Option<Wrong>,
}

/// An element that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::lessons::gpu) struct Wrong {
    /// As a sentence names it: `c[3]`.
    pub(in crate::lessons::gpu) place: String,
    /// What is there; nothing, if nobody has written it.
    #[serde(default)]
    pub(in crate::lessons::gpu) got: Option<String>,
    /// What should be.
    pub(in crate::lessons::gpu) want: String,
    /// How far it may be from that, where that is not quite exact.
    #[serde(default)]
    pub(in crate::lessons::gpu) within: Option<String>,
}

/// An array that a launch was to leave alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::lessons::gpu) struct Changed {
    /// The first element that is another one now.
    pub(in crate::lessons::gpu) place: String,
    /// What was there.
    pub(in crate::lessons::gpu) before: String,
    /// What is there.
    pub(in crate::lessons::gpu) after: String,
}
