//! The `syslab` binary.

use std::process::ExitCode;

use syslab::{commands, sandbox};

fn main() -> ExitCode {
    // Hidden commands come before anything else: a box is to be made without detours.
    let command = std::env::args_os().nth(1).unwrap_or_default();
    if command == sandbox::BOX_COMMAND {
        return sandbox::enter_box();
    }
    if command == "__confine" {
        return commands::confine::main();
    }
    ExitCode::SUCCESS
}
