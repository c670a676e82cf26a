//! `stay [STATUS]`: says that it is there, reads standard input to its end, and exits with the
//! status, or 0. Signals do to it what they do by default.

use std::process::ExitCode;

use super::{Confusion, READY, Verb, await_end_of_input, parsed, tell};

pub(super) const VERB: Verb = Verb {
    name: "stay",
    usage: "stay [STATUS]",
    act: |args| {
        let status = match args {
            [] => 0,
            [status] => parsed(status, VERB.usage)?,
            _ => return Err(Confusion::Usage(VERB.usage)),
        };
        tell(READY)?;
        await_end_of_input()?;
        Ok(ExitCode::from(status))
    },
};
