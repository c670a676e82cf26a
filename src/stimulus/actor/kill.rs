//! `kill SIGNAL`: is ended by this signal, `TERM` or `SIGTERM`; see signal(7).

use std::io;
use std::str::FromStr;

use nix::sys::signal::{SigSet, Signal, raise};

use super::{Confusion, Verb, only};

pub(super) const VERB: Verb = Verb {
    name: "kill",
    usage: "kill SIGNAL",
    act: |args| {
        let name: String = only(args, VERB.usage)?;
        let name = format!("SIG{}", name.trim_start_matches("SIG"));
        let signal = Signal::from_str(&name).map_err(|_| Confusion::Usage(VERB.usage))?;
        let failed = |error: nix::Error| Confusion::Kernel("raise the signal", error.into());
        // Rust handles some signals and ignores SIGPIPE; whoever started us may have blocked it.
        crate::sys::process::reset_signals()
            .map_err(|error| Confusion::Kernel("reset signals", error))?;
        SigSet::all().thread_unblock().map_err(failed)?;
        raise(signal).map_err(failed)?;
        // Its default action is not to end a process.
        Err(Confusion::Kernel(
            "end by that signal",
            io::ErrorKind::InvalidInput.into(),
        ))
    },
};
