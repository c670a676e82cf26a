//! The `syslab` binary.
//!
//! It starts itself again under hidden names: those parts of the engine that need a process of
//! their own. They are looked for before anything else, so that they start fast and touch
//! nothing of the user's.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use syslab::{cli, commands, sandbox};

/// A hidden entry: the arguments after its name.
type Entry = fn(&[OsString]) -> ExitCode;

/// The hidden entries, by name.
static ENTRIES: &[(&str, Entry)] = &[
    (sandbox::BOX_COMMAND, |_| sandbox::enter_box()),
    ("__confine", |_| commands::confine::main()),
];

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().collect();
    let entry = args
        .get(1)
        .and_then(|name| ENTRIES.iter().find(|(known, _)| name == known));
    match entry {
        Some((_, entry)) => entry(&args[2..]),
        None => ExitCode::from(cli::main(args)),
    }
}
