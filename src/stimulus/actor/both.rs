//! `both OUT ERR`: writes a line to standard output, and then one to standard error.

use std::io::{self, Write};
use std::process::ExitCode;

use super::{Confusion, Verb};

pub(super) const VERB: Verb = Verb {
    name: "both",
    usage: "both OUT ERR",
    act: |args| {
        let [out, err] = args else {
            return Err(Confusion::Usage(VERB.usage));
        };
        let failed = |error| Confusion::Kernel("write", error);
        io::stdout()
            .write_all(format!("{out}\n").as_bytes())
            .map_err(failed)?;
        io::stderr()
            .write_all(format!("{err}\n").as_bytes())
            .map_err(failed)?;
        Ok(ExitCode::SUCCESS)
    },
};
