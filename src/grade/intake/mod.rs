//! From what a learning platform gives to a list of submissions, each in a directory of its own.
//!
//! What comes in is hostile: names, links, sizes, and archives within archives. Nothing is written
//! but regular files and directories below the target; what is refused is named, submission by
//! submission, and nobody is lost: a broken archive is one submission that is not graded, because.

mod archive;
mod caps;
mod classroom50;
mod detect;
mod extract;
mod gradescope;
mod keys;
mod layout;
mod matching;
mod names;
mod repositories;
mod roster;
mod take;
mod unwrap;

#[cfg(test)]
mod packing;

use std::path::PathBuf;

pub use archive::ArchiveError;
pub use caps::Caps;
pub use detect::{Detected, Source};
pub use names::{NameProblem, checked_path};
pub use repositories::Repository;
pub use roster::{Roster, RosterError};
pub use take::{IntakeError, take_in};

use super::fair::Moment;
use crate::model::gradebook::{Lateness, Release, Student};

/// One submission, as it was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Unique in the class, fit to be a file's name, the same for the same source.
    pub key: String,
    /// What the source calls it.
    pub label: String,
    /// Whose it is: from the roster, else what the source says.
    pub students: Vec<Student>,
    /// Whether all of them are on the roster; true without a roster.
    pub is_listed: bool,
    /// The group's name, for the work of a group.
    pub group: Option<String>,
    /// What the source says about time.
    pub late: Lateness,
    /// When it was submitted, if the source says.
    pub submitted: Option<Moment>,
    /// Where the files are; else completes "not graded, because".
    pub files: Result<PathBuf, String>,
    /// What was refused, renamed or guessed on the way.
    pub notes: Vec<String>,
    /// How Classroom 50 has released it, if that is where it comes from.
    pub release: Option<Release>,
}

/// A class' submissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    /// What the source was taken for, and why.
    pub detected: Detected,
    /// Sorted by key.
    pub submissions: Vec<Submission>,
    /// Who is on the roster and submitted nothing.
    pub absent: Vec<Student>,
    /// What of the source belongs to no submission.
    pub leftovers: Vec<String>,
}
