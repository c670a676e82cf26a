//! `leave STATUS`: leaves a child behind that lives until the end of standard input, and exits
//! with this status.

use std::process::ExitCode;

use super::{Confusion, Verb, await_end_of_input, only};
use crate::sys;

pub(super) const VERB: Verb = Verb {
    name: "leave",
    usage: "leave STATUS",
    act: |args| {
        let status: u8 = only(args, VERB.usage)?;
        let forked = sys::process::fork().map_err(|error| Confusion::Kernel("fork", error))?;
        if forked.is_none() {
            await_end_of_input()?;
            return Ok(ExitCode::SUCCESS);
        }
        Ok(ExitCode::from(status))
    },
};
