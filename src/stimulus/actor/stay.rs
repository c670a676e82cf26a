//! `stay [STATUS [LEFT]]`: says that it is there, reads standard input to its end, and exits with the
//! status, or 0. Signals do to it what they do by default. With a second status it leaves a zombie
//! behind: a child of its own that has ended with that one.

use std::io;
use std::process::{ExitCode, exit};

use super::storm::has_ended;
use super::{Confusion, READY, Verb, await_end_of_input, parsed, tell};
use crate::sys::process::fork;

pub(super) const VERB: Verb = Verb {
    name: "stay",
    usage: "stay [STATUS [LEFT]]",
    act: |args| {
        let (status, left) = match args {
            [] => (0, None),
            [status] => (parsed(status, VERB.usage)?, None),
            [status, left] => (parsed(status, VERB.usage)?, Some(parsed(left, VERB.usage)?)),
            _ => return Err(Confusion::Usage(VERB.usage)),
        };
        if let Some(left) = left {
            leave_zombie(left).map_err(|error| Confusion::Kernel("leave a zombie", error))?;
        }
        tell(READY)?;
        await_end_of_input()?;
        Ok(ExitCode::from(status))
    },
};

fn leave_zombie(status: u8) -> io::Result<()> {
    match fork()? {
        None => exit(i32::from(status)),
        Some(child) if has_ended(child) => Ok(()),
        Some(_) => Err(io::Error::last_os_error()),
    }
}
