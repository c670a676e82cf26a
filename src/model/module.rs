//! What came of building a native module, as the program that builds it says.

use serde::{Deserialize, Serialize};

/// Of what the building program of a [`Battery`](super::Battery) prints, what is for people: the rest is
/// the battery's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleBuild {
    /// What compilers said of the submission's own files.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// Why nothing could be built, where that is the submission's own doing.
    #[serde(default)]
    pub failed: Option<Failed>,
    /// What is missing on this machine, if nothing could be built for that.
    #[serde(default)]
    pub missing: Option<String>,
}

/// A compiler's remark.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The file, relative to the submission.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The option that asks for it: `-Wunused-variable`; may be empty.
    #[serde(default)]
    pub option: String,
    /// What it says.
    pub text: String,
}

/// A build that the submission is to blame for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The command, word by word; none if there was nothing that could have been called.
    #[serde(default)]
    pub command: Vec<String>,
    /// Its exit status; if it is negative, the signal that ended it.
    #[serde(default)]
    pub status: Option<i32>,
    /// What it said.
    pub output: String,
}
