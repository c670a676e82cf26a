//! A module that binds a library: what that counts, and what was declared of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::calls::Came;

/// What the library that a module binds has counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Story {
    /// What happens, in a few words.
    pub(in crate::lessons::ext) title: String,
    /// The program.
    #[serde(default)]
    pub(in crate::lessons::ext) code: String,
    /// What there is more than before, by what is counted.
    #[serde(default)]
    pub(in crate::lessons::ext) change: BTreeMap<String, i64>,
    /// What it should have come to, as repr() shows it.
    #[serde(default)]
    pub(in crate::lessons::ext) want: Option<String>,
    /// Whether it has.
    #[serde(default)]
    pub(in crate::lessons::ext) agrees: Option<bool>,
    /// Exceptions that nobody could be told of.
    #[serde(default)]
    pub(in crate::lessons::ext) unraisable: Vec<String>,
    /// What it came to.
    #[serde(flatten)]
    pub(in crate::lessons::ext) came: Came,
}

/// A program that ended with things open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Exit {
    /// What happens, in a few words.
    pub(in crate::lessons::ext) title: String,
    /// The program.
    #[serde(default)]
    pub(in crate::lessons::ext) code: String,
    /// Its exit status; if it is negative, the signal that ended it.
    pub(in crate::lessons::ext) status: i32,
    /// What it said on standard error.
    #[serde(default)]
    pub(in crate::lessons::ext) said: String,
    /// What the library still counted in its last moment, by what is counted.
    #[serde(default)]
    pub(in crate::lessons::ext) counts: Option<BTreeMap<String, i64>>,
    /// What was found in the file afterwards.
    #[serde(default)]
    pub(in crate::lessons::ext) value: Option<String>,
    /// What should have been.
    #[serde(default)]
    pub(in crate::lessons::ext) want_value: Option<String>,
}

/// What a module says of a function, and what the header says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Prototype {
    /// The function.
    pub(in crate::lessons::ext) name: String,
    /// The types of arguments that were declared; absent if none were.
    #[serde(default)]
    pub(in crate::lessons::ext) arguments: Option<Vec<Type>>,
    /// The declared type of the result.
    #[serde(default)]
    pub(in crate::lessons::ext) result: Type,
    /// What the header says.
    pub(in crate::lessons::ext) want: Declared,
    /// Whether the arguments are those of the header.
    pub(in crate::lessons::ext) arguments_agree: bool,
    /// Whether the result is.
    pub(in crate::lessons::ext) result_agrees: bool,
}

/// What a header says of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Declared {
    /// The types of the arguments.
    #[serde(default)]
    pub(in crate::lessons::ext) arguments: Vec<Type>,
    /// The type of the result.
    pub(in crate::lessons::ext) result: Type,
}

/// A type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::lessons::ext) struct Type {
    /// Its name.
    #[serde(rename = "type")]
    pub(in crate::lessons::ext) name: String,
}
