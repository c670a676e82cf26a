//! The `syslab` binary.
//!
//! It starts itself again under hidden names: those parts of the engine that need a process of
//! their own. They are looked for before anything else, so that they start fast and touch
//! nothing of the user's.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

/// The hidden entries: name, and what is called with the arguments after it.
static ENTRIES: &[(&str, Entry)] = &[
    // ("__worker", worker), ("__run", run), ("__box", sandboxed), ("__symbolise", symbolise)
];

/// A hidden entry; returns the exit code.
type Entry = fn(&[OsString]) -> u8;

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().collect();
    let entry = args
        .get(1)
        .and_then(|name| ENTRIES.iter().find(|(known, _)| name == known));
    let code = match entry {
        Some((_, entry)) => entry(&args[2..]),
        None => syslab::cli::main(args),
    };
    ExitCode::from(code)
}
