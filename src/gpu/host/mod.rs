//! Host programs against the simulator: the device process, and the library by which they reach it.
//!
//! A program under test loads `library/`, which has CUDA's own names (libcudart.so.12, libcuda.so.1),
//! and every call goes through a socket to the device process: this binary, which holds the simulator,
//! starts the program as its child, and writes down what it did as [`Fact`]s, one JSON object a line.
//! What a program gets to see is decided against it: work is late, and one call of it may fail.
//!
//! What is not here: verdicts (the lessons' judges read the facts), compilers, a real GPU.
//!
//! The walk of a run: [`options`] says what is to be done to the program, [`child`] starts it,
//! [`device`] answers its [`wire`] requests, [`log`] remembers what is open and writes facts.

pub mod calls;
pub mod facts;
pub mod options;

mod child;
mod device;
mod log;
mod wire;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

pub use facts::Fact;
use options::Options;

/// The word by which the actor is the device process: `/actor device`, and `syslab actor device` by hand.
pub const VERB: &str = "device";

/// The exit status if the program could not be started at all, or what was asked for makes no sense.
const CONFUSED: u8 = 125;

/// The device process: `OPTIONS -- PROGRAM [ARGUMENT...]`; see [`Options`].
pub fn main(args: &[OsString]) -> ExitCode {
    let mut out = io::stdout().lock();
    // The program has our user id, and must not get at our memory or descriptors; prctl(2).
    let shielded = nix::sys::prctl::set_dumpable(false)
        .map_err(|errno| HostError::Kernel("shield the device process", errno.into()));
    match shielded.and_then(|()| serve(args, &mut out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If nobody listens, the exit status still tells.
            let _gone = writeln!(io::stderr(), "device: {error}");
            ExitCode::from(CONFUSED)
        }
    }
}

/// Why there was no run.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The arguments are off.
    #[error("{0}")]
    Usage(String),
    /// The kernel said no.
    #[error("cannot {0}: {1}")]
    Kernel(&'static str, #[source] io::Error),
}

/// Runs the program as often as it takes, and writes the facts.
///
/// # Errors
/// If the arguments make no sense, or the program cannot be started.
pub fn serve(args: &[OsString], out: &mut dyn Write) -> Result<(), HostError> {
    let options = Options::parse(args)?;
    let calls = child::run(&options, None, out)?;
    if options.fails_each {
        for number in points(calls) {
            child::run(&options, Some(number), out)?;
        }
    }
    log::write(out, &Fact::Done)
}

/// The calls that fail in turn: all of them, or if that is too many, as many as there is time for.
fn points(calls: u32) -> impl Iterator<Item = u32> {
    /// Runs of one program.
    const MOST: u32 = 300;
    let step = calls.div_ceil(MOST).max(1);
    (1..=calls).step_by(step as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_fails_in_turn_unless_there_are_too_many() {
        assert_eq!(points(0).count(), 0);
        assert_eq!(points(3).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(points(u32::MAX).count() <= 300);
    }
}
