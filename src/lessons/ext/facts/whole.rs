//! The module as a whole: how it is built, and where it can be imported.

use serde::Deserialize;

use super::calls::Came;
use super::ends::Place;

/// What a shared object needs and exports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct SharedObject {
    /// The file.
    pub(in crate::lessons::ext) file: String,
    /// The libraries that it is linked against (DT_NEEDED).
    #[serde(default)]
    pub(in crate::lessons::ext) needed: Vec<String>,
    /// The modules whose init function it exports.
    #[serde(default)]
    pub(in crate::lessons::ext) init: Vec<String>,
}

/// What a compiler said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Warning {
    /// The line that it is about.
    #[serde(flatten)]
    pub(in crate::lessons::ext) place: Place,
    /// The option that asks for it.
    #[serde(default)]
    pub(in crate::lessons::ext) option: Option<String>,
    /// What it says.
    #[serde(default)]
    pub(in crate::lessons::ext) text: String,
}

/// How a module is initialised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Init {
    /// 1: its init function makes the module; 2: it says how modules are made (PEP 489).
    #[serde(default)]
    pub(in crate::lessons::ext) phases: Option<u32>,
}

/// What came of an import once more, or in another interpreter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Import {
    /// `again`, `shared-gil` or `own-gil`; empty for the first import, of which nothing came yet.
    #[serde(default, rename = "where")]
    pub(in crate::lessons::ext) place: String,
    /// What came of importing it again.
    #[serde(flatten)]
    pub(in crate::lessons::ext) came: Option<Came>,
    /// Calls of the second module.
    #[serde(default)]
    pub(in crate::lessons::ext) works: Option<Vec<Sample>>,
    /// Calls of the first module afterwards.
    #[serde(default)]
    pub(in crate::lessons::ext) works_first: Option<Vec<Sample>>,
    /// What calls gave in the other interpreter.
    #[serde(default)]
    pub(in crate::lessons::ext) values: Option<Vec<String>>,
    /// What they should have given.
    #[serde(default)]
    pub(in crate::lessons::ext) want: Option<Vec<String>>,
    /// The exception in the other interpreter: its type, its message, and the classes that it is of.
    #[serde(default)]
    pub(in crate::lessons::ext) error: Option<(String, String, Vec<String>)>,
    /// What is wrong with the interpreter itself.
    #[serde(default)]
    pub(in crate::lessons::ext) problem: Option<String>,
    /// Objects that are the same in both, and should not be.
    #[serde(default)]
    pub(in crate::lessons::ext) shared_objects: Vec<String>,
    /// Calls that raise, and whether that is of a class of the called module's own.
    #[serde(default)]
    pub(in crate::lessons::ext) own_errors: Vec<OwnError>,
}

/// A call that raises.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct OwnError {
    /// The call.
    pub(in crate::lessons::ext) call: String,
    /// Whether the exception's class is the module's own.
    pub(in crate::lessons::ext) is_own: bool,
}

/// A call that shows that a module works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Sample {
    /// The call.
    pub(in crate::lessons::ext) call: String,
    /// Whether it gives what Python gives.
    #[serde(default)]
    pub(in crate::lessons::ext) agrees: Option<bool>,
    /// What it comes to.
    #[serde(flatten)]
    pub(in crate::lessons::ext) came: Came,
}
