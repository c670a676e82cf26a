//! `exit N`: ends with this status.

use std::process::ExitCode;

use super::{Verb, only};

pub(super) const VERB: Verb = Verb {
    name: "exit",
    usage: "exit STATUS",
    act: |args| only::<u8>(args, VERB.usage).map(ExitCode::from),
};
