//! Looks up addresses in a submission's DWARF, in a process that may fail.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
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

/// The frames at `address` of the binary at `path` (for the program: `module`), innermost first; `None` if they cannot be had.
pub fn frames(path: &Path, module: &str, address: u64) -> Option<Vec<Frame>> {
    let file = File::open(path).ok()?;
    let mut child = Command::new("/proc/self/exe")
        .args([COMMAND, module, &address.to_string()])
        .stdin(file)
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
    let [module, address] = args else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let (module, address) = (module.to_string_lossy(), address.to_string_lossy());
    setrlimit(Resource::RLIMIT_AS, MEMORY, MEMORY)?;
    setrlimit(Resource::RLIMIT_CPU, SECONDS, SECONDS)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    let address = address.parse().map_err(io::Error::other)?;
    let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let frames = site::symbolise(&file, &module, &[address], SUBMISSION_DIR)
        .pop()
        .unwrap_or_default();
    serde_json::to_writer(io::stdout().lock(), &frames)?;
    Ok(())
}
