//! `drain`: reads standard input to its end, and exits 0.

use std::io;
use std::process::ExitCode;

use super::{Confusion, Verb};

pub(super) const VERB: Verb = Verb {
    name: "drain",
    usage: "drain",
    act: |args| {
        if !args.is_empty() {
            return Err(Confusion::Usage(VERB.usage));
        }
        io::copy(&mut io::stdin(), &mut io::sink())
            .map_err(|error| Confusion::Kernel("read standard input", error))?;
        Ok(ExitCode::SUCCESS)
    },
};
