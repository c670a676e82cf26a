//! `signals`: writes the name of each of SIGTERM SIGINT SIGHUP SIGQUIT SIGUSR1 SIGUSR2 that it
//! gets to standard output, and exits 0 at the end of its input.

use std::process::ExitCode;

use super::{Confusion, READY, Verb, await_end_of_input, tell};
use crate::model::experiment::ENDING_SIGNALS;
use crate::sys;

pub(super) const VERB: Verb = Verb {
    name: "signals",
    usage: "signals",
    act: |args| {
        if !args.is_empty() {
            return Err(Confusion::Usage(VERB.usage));
        }
        sys::handler::announce(&ENDING_SIGNALS)
            .map_err(|error| Confusion::Kernel("handle signals", error))?;
        tell(READY)?;
        await_end_of_input()?;
        Ok(ExitCode::SUCCESS)
    },
};
