//! limits [--cpu S] [--memory MIB] [--files N] [--fsize KIB] -- CMD [ARG...]: run CMD within limits,
//! and say what ended it.
//!
//! This starter sets the limits and runs CMD. It says what it does not know: follow the TODOs.

use std::process::{Command, ExitCode};

/// What the standard library has no name for. One compiler call builds this file, without crates:
/// declare here what you need of the C library, as its man page has it.
mod sys {
    pub const RLIMIT_CPU: i32 = 0;
    pub const RLIMIT_FSIZE: i32 = 1;
    pub const RLIMIT_NOFILE: i32 = 7;
    pub const RLIMIT_AS: i32 = 9;

    unsafe extern "C" {
        /// setrlimit(2): `limits` is the soft and the hard limit; 0, or -1 and an errno.
        pub fn setrlimit(resource: i32, limits: *const [u64; 2]) -> i32;
    }
}

/// Options: name, resource, bytes or seconds in one unit.
const OPTIONS: [(&str, i32, u64); 4] = [
    ("--cpu", sys::RLIMIT_CPU, 1),
    ("--memory", sys::RLIMIT_AS, 1024 * 1024),
    ("--files", sys::RLIMIT_NOFILE, 1),
    ("--fsize", sys::RLIMIT_FSIZE, 1024),
];

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let mut limits = Vec::new();
    // TODO: what if "--", CMD or the number of an option is missing, or an option is unknown?
    while let Some(arg) = args.next().filter(|arg| arg != "--") {
        for (name, resource, unit) in OPTIONS {
            if arg == *name {
                // TODO: what does parse make of "+1"? What does the product make of 2^44 MiB?
                let number: u64 = args.next().unwrap().to_str().unwrap().parse().unwrap();
                limits.retain(|(its, _)| *its != resource);
                limits.push((resource, number * unit));
            }
        }
    }

    // TODO: whose limits are these from now on?
    for (resource, value) in limits {
        // SAFETY: the two numbers outlive the call.
        unsafe { sys::setrlimit(resource, &[value, value]) }; // TODO: and if it says no?
    }

    let mut command = Command::new(args.next().unwrap());
    // TODO: not found is 127, not executable is 126. What does the error say of which it was?
    let mut child = command.args(args).spawn().unwrap();
    let status = child.wait().unwrap();
    // TODO: what has a status without a code?
    let code = status.code().unwrap_or(0);
    // TODO: cpu and maxrss. Who has counted them, and for which process?
    eprintln!("exit {code} cpu={}.{:03} maxrss={}", 0, 0, 0);
    ExitCode::from(code as u8)
}
