//! `storm N`, `together N`, `bequeath N`: three ways to leave N orphans to whoever adopts them;
//! `later N` storms when it is told to, by a line of input.
//!
//! When all of them have ended it says so, and waits for the end of its input: whoever is still a
//! zombie then has not been reaped. `storm` forks twice for each, and they end at once, each in its
//! own time. In `together` all are daemons, each in a session of its own, and live until a pipe is closed
//! that they read from. In `bequeath` they
//! are dead when their parent dies, so that all are adopted, as zombies, in the same instant.
//! See the notes on zombies in wait(2), and PR_SET_CHILD_SUBREAPER in prctl(2).

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::process::{ExitCode, exit};

use nix::errno::Errno;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{Pid, pipe, setsid};

use super::{Confusion, READY, Verb, await_end_of_input, only, tell};
use crate::sys::process::fork;

pub(super) const STORM: Verb = Verb {
    name: "storm",
    usage: "storm NUMBER",
    act: |args| acted(only(args, STORM.usage)?, storm),
};

pub(super) const TOGETHER: Verb = Verb {
    name: "together",
    usage: "together NUMBER",
    act: |args| acted(only(args, TOGETHER.usage)?, together),
};

pub(super) const BEQUEATH: Verb = Verb {
    name: "bequeath",
    usage: "bequeath NUMBER",
    act: |args| acted(only(args, BEQUEATH.usage)?, bequeath),
};

pub(super) const LATER: Verb = Verb {
    name: "later",
    usage: "later NUMBER",
    act: |args| {
        let count = only(args, LATER.usage)?;
        tell(READY)?;
        io::stdin()
            .read_line(&mut String::new())
            .and_then(|_| storm(count))
            .map_err(|error| Confusion::Kernel("leave orphans", error))?;
        await_end_of_input()?;
        Ok(ExitCode::SUCCESS)
    },
};

fn acted(count: u32, leave: fn(u32) -> io::Result<()>) -> Result<ExitCode, Confusion> {
    leave(count).map_err(|error| Confusion::Kernel("leave orphans", error))?;
    tell(READY)?;
    await_end_of_input()?;
    Ok(ExitCode::SUCCESS)
}

fn storm(count: u32) -> io::Result<()> {
    // Every orphan holds it; its end is that of the last of them.
    let (ended, held) = pipe()?;
    for _ in 0..count {
        orphan(|| ())?;
    }
    drop(held);
    await_end(ended)
}

fn together(count: u32) -> io::Result<()> {
    let (ended, held) = pipe()?;
    let (gate, shut) = pipe()?;
    let mut ends = Some((gate, shut));
    for _ in 0..count {
        orphan(|| {
            // In its own session and group, as a daemon is.
            let _left = setsid();
            if let Some((gate, shut)) = ends.take() {
                drop(shut);
                let _opened = await_end(gate);
            }
        })?;
    }
    drop(held);
    drop(ends);
    await_end(ended)
}

fn bequeath(count: u32) -> io::Result<()> {
    let Some(middle) = fork()? else {
        let children: io::Result<Vec<Pid>> = (0..count)
            .map(|_| match fork() {
                Ok(None) => exit(0),
                Ok(Some(child)) => Ok(child),
                Err(error) => Err(error),
            })
            .collect();
        let is_done = children.is_ok_and(|children| children.into_iter().all(has_ended));
        exit(i32::from(!is_done));
    };
    match reap(middle)? {
        WaitStatus::Exited(_, 0) => Ok(()),
        _ => Err(io::ErrorKind::OutOfMemory.into()),
    }
}

/// Starts a process whose parent is gone, which does this and ends.
fn orphan(act: impl FnOnce()) -> io::Result<()> {
    let Some(middle) = fork()? else {
        match fork() {
            Ok(None) => {
                act();
                exit(0)
            }
            Ok(Some(_)) => exit(0),
            Err(_) => exit(1),
        }
    };
    match reap(middle)? {
        WaitStatus::Exited(_, 0) => Ok(()),
        _ => Err(io::ErrorKind::OutOfMemory.into()),
    }
}

fn reap(child: Pid) -> io::Result<WaitStatus> {
    loop {
        match waitpid(child, None) {
            Err(Errno::EINTR) => {}
            waited => return Ok(waited?),
        }
    }
}

/// Waits until a child is a zombie, and leaves it one.
pub(super) fn has_ended(child: Pid) -> bool {
    loop {
        match waitid(Id::Pid(child), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) {
            Err(Errno::EINTR) => {}
            waited => return waited.is_ok(),
        }
    }
}

/// Waits until nobody holds the other end of a pipe.
fn await_end(pipe: OwnedFd) -> io::Result<()> {
    File::from(pipe).read_to_end(&mut Vec::new()).map(drop)
}
