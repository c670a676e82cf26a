//! The process of the demo: it arranges what an exec may keep, and becomes cat(1).

use std::env;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, Signal, raise};
use nix::sys::stat::{Mode, umask};
use nix::unistd::execvp;

use super::super::player::{answer, order};
use crate::sys::process::ignore_signal;

/// Descriptors that the process may have open from then on.
const OPEN_FILES: u64 = 64;

/// Answers with the numbers of two descriptors, the first to be kept and the second closed on exec;
/// then becomes cat(1) when it is told.
pub(in super::super) fn play(_args: &[String]) -> anyhow::Result<()> {
    let kept = File::open("/dev/null")?;
    fcntl(&kept, FcntlArg::F_SETFD(FdFlag::empty()))?;
    // Rust opens everything with O_CLOEXEC.
    let closed = File::open("/dev/zero")?;
    env::set_current_dir("/")?;
    umask(Mode::from_bits_truncate(0o077));
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, OPEN_FILES.min(hard), hard)?;
    ignore_signal(Signal::SIGHUP)?;
    signal_hook::flag::register(libc::SIGTERM, Arc::new(AtomicBool::new(false)))?;
    let mut blocked = SigSet::empty();
    blocked.add(Signal::SIGUSR2);
    blocked.thread_block()?;
    raise(Signal::SIGUSR2)?;
    answer(&format!("{} {}", kept.as_raw_fd(), closed.as_raw_fd()))?;
    if order()?.is_some() {
        execvp(c"cat", &[c"cat"]).context("cannot become cat")?;
    }
    Ok(())
}
