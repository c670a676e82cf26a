//! Looks up addresses in a submission's DWARF, in a process that may fail.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use nix::sys::resource::{Resource, setrlimit};

use crate::model::Frame;
use crate::model::experiment::SUBMISSION_DIR;
use crate::tracer::site;

/// The hidden command under which this binary reads a submission's DWARF.
pub const COMMAND: &str = "__symbolise";

/// Memory of the process that reads hostile DWARF, bytes.
const MEMORY: u64 = 2 << 30;

/// Processor time of that process, seconds.
const SECONDS: u64 = 10;

/// The frames at each of these addresses of a binary (for the program: `module`), innermost first;
/// `None` if they cannot be had.
pub fn frames(binary: File, module: &str, addresses: &[u64]) -> Option<Vec<Vec<Frame>>> {
    let mut child = Command::new("/proc/self/exe")
        .args([COMMAND, module])
        .args(addresses.iter().map(ToString::to_string))
        .stdin(binary)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()?;
    let mut answer = Vec::new();
    // An answer of more than this is no answer.
    const LONGEST: u64 = 1 << 20;
    let read = child.stdout.take()?.take(LONGEST).read_to_end(&mut answer);
    if answer.len() as u64 == LONGEST {
        let _gone = child.kill();
    }
    let status = child.wait().ok()?;
    (read.is_ok() && status.success()).then(|| serde_json::from_slice(&answer).ok())?
}

/// The main function of that process: the binary is its standard input.
///
/// # Errors
/// If the limits cannot be set or standard output is gone.
pub fn main(args: &[OsString]) -> io::Result<()> {
    let [module, addresses @ ..] = args else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let module = module.to_string_lossy();
    let addresses: Vec<u64> = addresses
        .iter()
        .map(|address| address.to_string_lossy().parse().map_err(io::Error::other))
        .collect::<io::Result<_>>()?;
    setrlimit(Resource::RLIMIT_AS, MEMORY, MEMORY)?;
    setrlimit(Resource::RLIMIT_CPU, SECONDS, SECONDS)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let frames = site::symbolise(&file, &module, &addresses, SUBMISSION_DIR);
    serde_json::to_writer(io::stdout().lock(), &frames)?;
    Ok(())
}
