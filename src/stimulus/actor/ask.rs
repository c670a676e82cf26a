//! `ask FIFO`: writes a question to standard output, and writes what comes out of the FIFO after
//! it; see fifo(7).
//!
//! With [`answer`](super::answer) at the other end of a pipeline it ends only if all stages run at
//! the same time.

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use super::{Confusion, Verb, only};

pub(super) const VERB: Verb = Verb {
    name: "ask",
    usage: "ask FIFO",
    act: |args| {
        let path: String = only(args, VERB.usage)?;
        let failed = |error| Confusion::Kernel("write", error);
        let mut out = io::stdout();
        out.write_all(b"question\n").map_err(failed)?;
        let answer = fs::read(path).map_err(|error| Confusion::Kernel("read the FIFO", error))?;
        out.write_all(&answer).map_err(failed)?;
        Ok(ExitCode::SUCCESS)
    },
};
