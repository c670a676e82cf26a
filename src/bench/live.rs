//! Traces a command as it is, where it is: no sandbox, the caller's own terminal.
//!
//! The command is started through this binary under a hidden name, which waits until it is
//! traced, installs the filter and becomes the command.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::unistd::{AccessFlags, access};

use crate::model::{ExitStatus, Recording};
use crate::sys;
use crate::tracer::{Options, Pump, TraceError, Traced, Tracer};

/// The hidden command under which this binary becomes a traced command.
pub const START_COMMAND: &str = "__start";

/// How often what has been recorded is handed on while the program is quiet.
const TICK: Duration = Duration::from_millis(50);

/// The byte that says: you are traced, go.
const GO: u8 = b'g';

/// Why a command cannot be traced.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// It is not there.
    #[error("cannot find the command {0:?}")]
    NotFound(OsString),
    /// It is there, and execve(2) would refuse it.
    #[error("cannot execute {0:?}")]
    Refused(OsString, #[source] Errno),
    /// Starting or talking to it failed.
    #[error("cannot start the command")]
    Start(#[from] io::Error),
    /// The tracer.
    #[error("cannot trace the command")]
    Trace(#[from] TraceError),
}

/// A finished trace.
#[derive(Debug)]
pub struct Lived {
    /// What was recorded, and what faults matched.
    pub traced: Traced,
    /// How the command ended.
    pub status: Option<ExitStatus>,
}

/// Runs `argv` under the tracer until everything that it started has ended; `show` is called
/// with the growing recording.
///
/// # Errors
/// If the command does not exist or may not be traced.
pub fn trace(
    argv: &[OsString],
    options: Options,
    show: &mut dyn FnMut(&Recording) -> io::Result<()>,
) -> Result<Lived, LiveError> {
    let program = argv
        .first()
        .ok_or_else(|| LiveError::NotFound(OsString::new()))?;
    let path = find(program)?;
    let mut tracer = Tracer::new(options)?;
    let (theirs, ours) = nix::unistd::pipe2(OFlag::O_CLOEXEC).map_err(io::Error::from)?;
    fcntl(&theirs, FcntlArg::F_SETFD(FdFlag::empty())).map_err(io::Error::from)?;
    let child = Command::new("/proc/self/exe")
        .arg(START_COMMAND)
        .arg(theirs.as_raw_fd().to_string())
        .arg(path)
        .args(argv)
        .spawn()?;
    drop(theirs);
    let word = |instruction: libc::sock_filter| {
        let (op, k) = (u64::from(instruction.code), u64::from(instruction.k));
        op << 48 | u64::from(instruction.jt) << 40 | u64::from(instruction.jf) << 32 | k
    };
    let filter = tracer.filter(&[]).into_iter();
    let mut orders: Vec<u8> = filter.flat_map(|it| word(it).to_ne_bytes()).collect();
    orders.push(GO);
    tracer.seize(child.id() as i32, &[])?;
    File::from(ours).write_all(&orders)?;
    sys::tick::start(TICK)?;
    let mut shown = Ok(());
    while !tracer.is_empty() {
        if tracer.pump()? == Pump::Gone {
            break;
        }
        if shown.is_ok() {
            // Nobody reads any more: the program runs on, as in a pipe with head(1).
            shown = show(tracer.recording());
        }
    }
    sys::tick::stop()?;
    let traced = tracer.finish();
    shown?;
    let status = traced.first_status();
    Ok(Lived { traced, status })
}

/// Where a command is, as execvp(3) would find it.
fn find(program: &OsStr) -> Result<PathBuf, LiveError> {
    let places = match program.as_bytes().contains(&b'/') {
        true => vec![PathBuf::from(program)],
        false => std::env::var_os("PATH").map_or_else(Vec::new, |path| {
            let directories = std::env::split_paths(&path);
            directories.map(|one| one.join(program)).collect()
        }),
    };
    let mut refused = None;
    for path in places {
        match executable(&path) {
            Ok(()) => return Ok(path),
            Err(Errno::ENOENT | Errno::ENOTDIR) => {}
            Err(errno) => refused = Some(errno),
        }
    }
    Err(match refused {
        Some(errno) => LiveError::Refused(program.to_owned(), errno),
        None => LiveError::NotFound(program.to_owned()),
    })
}

/// Whether a file may be executed, as execve(2) sees it.
fn executable(path: &Path) -> nix::Result<()> {
    access(path, AccessFlags::X_OK)?;
    match path.is_file() {
        true => Ok(()),
        false => Err(Errno::EACCES),
    }
}

/// The main function of the process that becomes the command: descriptor, path, argv.
///
/// # Errors
/// Only returns if the command could not be started.
pub fn start(args: &[OsString]) -> io::Result<std::convert::Infallible> {
    let invalid = || io::Error::from(io::ErrorKind::InvalidInput);
    let [descriptor, path, argv @ ..] = args else {
        return Err(invalid());
    };
    let descriptor: i32 = descriptor
        .to_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(invalid)?;
    let mut gate = File::open(format!("/proc/self/fd/{descriptor}"))?;
    nix::unistd::close(descriptor)?;
    let mut orders = Vec::new();
    gate.read_to_end(&mut orders)?;
    drop(gate);
    let Some((&GO, filter)) = orders.split_last() else {
        return Err(invalid());
    };
    let filter: Vec<libc::sock_filter> = filter
        .chunks_exact(8)
        .filter_map(|word| word.try_into().ok().map(u64::from_ne_bytes))
        .map(|word| libc::sock_filter {
            code: (word >> 48) as u16,
            jt: (word >> 40) as u8,
            jf: (word >> 32) as u8,
            k: word as u32,
        })
        .collect();
    let c = |text: &OsString| std::ffi::CString::new(text.as_bytes()).map_err(|_| invalid());
    let path = c(path)?;
    let argv = argv.iter().map(c).collect::<io::Result<Vec<_>>>()?;
    // What the command finds ignored or blocked is what we found; only SIGPIPE is Rust's doing.
    sys::process::restore_sigpipe()?;
    nix::sys::prctl::set_no_new_privs()?;
    sys::seccomp::install(&filter)?;
    Ok(nix::unistd::execv(&path, &argv)?)
}
