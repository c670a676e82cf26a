//! `stay`: says that it is there, reads standard input to its end, and exits 0. Signals do to it
//! what they do by default.

use std::process::ExitCode;

use super::{Confusion, READY, Verb, await_end_of_input, tell};

pub(super) const VERB: Verb = Verb {
    name: "stay",
    usage: "stay",
    act: |args| {
        if !args.is_empty() {
            return Err(Confusion::Usage(VERB.usage));
        }
        tell(READY)?;
        await_end_of_input()?;
        Ok(ExitCode::SUCCESS)
    },
};
