//! The processes of the demo: a first one to whom orphans come, and below it, one scene after the
//! other, small families that are born, end and are waited for on cue.
//!
//! They live in a pid namespace of their own where the machine allows that: its process 1 adopts
//! orphans, and with it everything else ends. Otherwise a subreaper stands in for process 1.

use std::ffi::CStr;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsRawFd;

use anyhow::bail;
use nix::sched::CloneFlags;
use nix::sys::prctl;
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use nix::unistd::{Pid, close};

use super::super::player::{answer, order};
use super::{NAMESPACE, SUBREAPER};
use crate::sys::{namespace, process};

/// The name of the process to whom orphans come.
const INIT: &CStr = c"init";

/// Plays a scene for each order; inside a scene every beat is an answer, and every order goes on.
pub(in super::super) fn play(_args: &[String]) -> anyhow::Result<()> {
    let pids = CloneFlags::CLONE_NEWPID;
    for flags in [pids, pids | CloneFlags::CLONE_NEWUSER] {
        match namespace::fork_into(flags) {
            Ok(Some(_)) => {
                // All that it started ends with it.
                while process::reap_one(true).is_ok() {}
                return Ok(());
            }
            Ok(None) => {
                // Its parent has no number inside.
                process::die_with_parent(0)?;
                return first(NAMESPACE);
            }
            Err(_) => {}
        }
    }
    prctl::set_child_subreaper(true)?;
    first(SUBREAPER)
}

/// The life of the first process.
fn first(kind: &str) -> anyhow::Result<()> {
    prctl::set_name(INIT)?;
    answer(kind)?;
    let played = scenes();
    // Those who are left have read the end of their cues by now.
    while process::reap_one(true).is_ok() {}
    played
}

fn scenes() -> anyhow::Result<()> {
    while let Some(scene) = order()? {
        match scene.as_str() {
            "zombie" => zombie()?,
            "orphan" => orphan()?,
            "double-fork" => double_fork(false)?,
            "subreaper" => double_fork(true)?,
            _ => bail!("{scene:?} is no scene"),
        }
    }
    Ok(())
}

/// A moment at which the demo looks.
fn beat() -> io::Result<()> {
    answer("beat")?;
    match order()? {
        Some(_) => Ok(()),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Tells one process, byte by byte, to go on. When its writer is gone, the process ends.
struct Cue {
    reader: PipeReader,
    writer: PipeWriter,
}

impl Cue {
    fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Self { reader, writer })
    }

    fn give(&self) -> io::Result<()> {
        (&self.writer).write_all(b".")
    }

    fn take(&self) -> io::Result<()> {
        (&self.reader).read_exact(&mut [0])
    }
}

/// Exit status of the child that becomes a zombie, for its parent to ask for.
const STATUS: i32 = 7;

/// Forks a process of this name that does `act` and ends with that status; it cannot give cues.
fn enter(name: &CStr, cues: &[&Cue], act: impl FnOnce() -> io::Result<i32>) -> io::Result<Pid> {
    match process::fork()? {
        Some(pid) => Ok(pid),
        None => {
            for cue in cues {
                // Closed already if this is a grandchild. It is not closed again: this ends in exit.
                let _closed = close(cue.writer.as_raw_fd());
            }
            let acted = prctl::set_name(name)
                .map_err(io::Error::from)
                .and_then(|()| act());
            std::process::exit(acted.unwrap_or(1));
        }
    }
}

/// A child ends, its parent looks on, and at last waits for it.
fn zombie() -> io::Result<()> {
    let (parent, child, done) = (Cue::new()?, Cue::new()?, Cue::new()?);
    let cues = [&parent, &child];
    let pid = enter(c"parent", &cues, || {
        let born = enter(c"child", &[], || {
            done.give()?;
            child.take()?;
            Ok(STATUS)
        })?;
        done.give()?;
        parent.take()?;
        // Waits for the end, and leaves the zombie as it is.
        waitid(Id::Pid(born), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT)?;
        done.give()?;
        parent.take()?;
        waitpid(born, None)?;
        done.give()?;
        parent.take()?;
        Ok(0)
    })?;
    done.take()?;
    done.take()?;
    beat()?;
    child.give()?;
    parent.give()?;
    done.take()?;
    beat()?;
    parent.give()?;
    done.take()?;
    beat()?;
    parent.give()?;
    waitpid(pid, None)?;
    Ok(())
}

/// A parent ends before its child does.
fn orphan() -> io::Result<()> {
    let (parent, child, done) = (Cue::new()?, Cue::new()?, Cue::new()?);
    let cues = [&parent, &child];
    let pid = enter(c"parent", &cues, || {
        enter(c"child", &[], || {
            done.give()?;
            child.take()?;
            Ok(0)
        })?;
        done.give()?;
        parent.take()?;
        Ok(0)
    })?;
    done.take()?;
    done.take()?;
    beat()?;
    parent.give()?;
    waitpid(pid, None)?;
    beat()?;
    child.give()?;
    process::reap_one(true)?;
    Ok(())
}

/// A process starts another by way of a third that ends at once; perhaps as a subreaper, and then
/// it waits for the other too.
fn double_fork(is_subreaper: bool) -> io::Result<()> {
    let (outer, middle, daemon) = (Cue::new()?, Cue::new()?, Cue::new()?);
    let done = Cue::new()?;
    let cues = [&outer, &middle, &daemon];
    let name = if is_subreaper { c"manager" } else { c"shell" };
    let pid = enter(name, &cues, || {
        prctl::set_child_subreaper(is_subreaper)?;
        let between = enter(c"middle", &[], || {
            enter(c"daemon", &[], || {
                done.give()?;
                daemon.take()?;
                Ok(0)
            })?;
            done.give()?;
            middle.take()?;
            Ok(0)
        })?;
        done.give()?;
        outer.take()?;
        waitpid(between, None)?;
        done.give()?;
        outer.take()?;
        if is_subreaper {
            process::reap_one(true)?;
            done.give()?;
            outer.take()?;
        }
        Ok(0)
    })?;
    for _ in 0..cues.len() {
        done.take()?;
    }
    beat()?;
    middle.give()?;
    outer.give()?;
    done.take()?;
    beat()?;
    daemon.give()?;
    if is_subreaper {
        outer.give()?;
        done.take()?;
        beat()?;
    } else {
        // An orphan that is not the shell's any more.
        process::reap_one(true)?;
    }
    outer.give()?;
    waitpid(pid, None)?;
    Ok(())
}
