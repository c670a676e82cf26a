//! `show [ARGUMENT...]`: writes each argument between angle brackets, all on one line.

use std::io::{self, Write};
use std::process::ExitCode;

use super::{Confusion, Verb};

pub(super) const VERB: Verb = Verb {
    name: "show",
    usage: "show [ARGUMENT...]",
    act: |args| {
        let line: String = args.iter().map(|arg| format!("<{arg}>")).collect();
        io::stdout()
            .write_all(format!("{line}\n").as_bytes())
            .map_err(|error| Confusion::Kernel("write", error))?;
        Ok(ExitCode::SUCCESS)
    },
};
