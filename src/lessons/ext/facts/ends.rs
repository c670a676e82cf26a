//! The probe itself: what it is about, and how it came to an end.

use serde::Deserialize;

/// What the probe is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Start {
    /// Names of the submission's source files, without directories.
    #[serde(default)]
    pub(in crate::lessons::ext) sources: Vec<String>,
}

/// A line of source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Place {
    /// The file; empty if not known.
    #[serde(default)]
    pub(in crate::lessons::ext) file: String,
    /// The line, from 1.
    #[serde(default)]
    pub(in crate::lessons::ext) line: u32,
    /// The function that it is in.
    #[serde(default)]
    pub(in crate::lessons::ext) within: String,
}

/// What a sanitizer reported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Sanitizer {
    /// `asan`, `ubsan` or `tsan`.
    pub(in crate::lessons::ext) tool: String,
    /// What it calls it.
    pub(in crate::lessons::ext) kind: String,
    /// The frames that it names, in its order.
    #[serde(default)]
    pub(in crate::lessons::ext) frames: Vec<Place>,
}

/// What was said on standard error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Said {
    /// The end of it.
    pub(in crate::lessons::ext) text: String,
}

/// How a process of the probe's ended that did not come to its own end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Died {
    /// The case that it was at.
    #[serde(default)]
    pub(in crate::lessons::ext) case: i64,
    /// The signal that ended it.
    #[serde(default)]
    pub(in crate::lessons::ext) signal: Option<String>,
    /// Its exit status.
    #[serde(default)]
    pub(in crate::lessons::ext) status: Option<i32>,
    /// Whether it stood still.
    #[serde(default)]
    pub(in crate::lessons::ext) stuck: bool,
    /// The end of what it said on standard error.
    #[serde(default)]
    pub(in crate::lessons::ext) said: String,
    /// Where in the module's source, and who called that.
    #[serde(default)]
    pub(in crate::lessons::ext) at: Vec<Place>,
}

/// Something that cannot be tried here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Cannot {
    /// The case, if it is about one only.
    #[serde(default)]
    pub(in crate::lessons::ext) case: Option<i64>,
    /// Why.
    pub(in crate::lessons::ext) why: String,
}

/// Why a claim is not made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct NotAsked {
    /// Why.
    pub(in crate::lessons::ext) why: String,
}
