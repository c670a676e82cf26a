//! reaper -- CMD [ARG...]: run CMD as an init would.
//!
//! This starter runs CMD and waits for it. It promises what it cannot keep: follow the TODOs.

use std::ffi::OsString;
use std::io;
use std::process::{Child, Command, ExitCode};

/// What the standard library has no name for. One compiler call builds this file, without crates:
/// declare here what you need of the C library, as its man page has it.
#[allow(dead_code, reason = "yours to use and to extend")]
mod sys {
    pub const SIGTERM: i32 = 15;
    pub const WNOHANG: i32 = 1;

    /// A set of signals: 1024 bits.
    #[repr(C)]
    pub struct SigSet(pub [u64; 16]);

    unsafe extern "C" {
        /// kill(2): sends signal `number`.
        pub fn kill(pid: i32, number: i32) -> i32;
        /// waitpid(2): pid -1 is any child.
        pub fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    }
}

/// Starts CMD.
fn start(command: &[OsString]) -> io::Result<Child> {
    // TODO: what does CMD inherit from us, and what has `Command` an answer to already?
    // TODO: it may not be there, or not be a program. Who will ever know?
    Command::new(&command[0]).args(&command[1..]).spawn()
}

/// Waits until CMD has ended; returns the status to exit with.
fn wait_for(child: &mut Child) -> io::Result<u8> {
    // TODO: a signal may come now, and it is meant for CMD. So may one that comes just before this
    // call, or before there is a CMD.
    // TODO: children may end that you never started.
    let status = child.wait()?;
    // TODO: and if it has no code?
    Ok(status.code().unwrap_or(0) as u8)
}

fn supervise(command: &[OsString]) -> io::Result<u8> {
    // TODO: whose children do the orphans below CMD become?
    wait_for(&mut start(command)?)
}

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    if args.len() < 3 || args[1] != "--" {
        eprintln!("usage: reaper -- CMD [ARG...]");
        return ExitCode::from(2);
    }
    match supervise(&args[2..]) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("reaper: {error}");
            ExitCode::FAILURE
        }
    }
}
