//! A box without namespaces: Landlock, limits and the filter.
//!
//! The box itself takes init's place. Orphans become its children (PR_SET_CHILD_SUBREAPER of
//! prctl(2)), and it kills what is left, one by one, when the other end of the control socket is
//! closed. Nothing kills all of them at once: a program that works at it can leave a process
//! behind if the box is killed hard.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{Gid, Pid, Uid, geteuid, setgroups, setresgid, setresuid};

use super::message::{Failure, Job, Report, Step};
use super::spec::Rung;
use super::{init, landlock, learner};
use crate::sys::{pidfd, privilege, proc, process as own};

/// Runs the box, which this process is, to its end.
///
/// # Errors
/// The step that failed.
pub(super) fn main(mut job: Job, control: &OwnedFd) -> Result<(), Failure> {
    init::first_to_go();
    job.spec = job.spec.at_host_paths();
    prctl::set_child_subreaper(true).map_err(Step::FollowParent.failed())?;
    let children = children_as_descriptor().map_err(Step::Fork.failed())?;
    let parent = std::process::id() as i32;
    // Before there is a first process, which would say that it is ready.
    let handle = pidfd::open(parent).map_err(Step::Fork.failed())?;
    Report::Init(parent)
        .send_with(control, &[handle.as_fd()])
        .map_err(Step::ReadJob.failed())?;
    drop(handle);
    let Some(first) = own::fork().map_err(Step::Fork.failed())? else {
        let status = confine(&job, parent).map(|()| learner::main(&job, control));
        own::end(match status {
            Ok(status) => status.into(),
            Err(failure) => {
                let _ = Report::Failed(failure).send(control);
                1
            }
        })
    };
    if watch(control, &children, first).is_ok() {
        kill_all();
    }
    Ok(())
}

/// Everything that this process gives up before it listens for its word.
fn confine(job: &Job, parent: i32) -> Result<(), Failure> {
    let spec = &job.spec;
    // As root: its groups are not for the learner. Others cannot drop theirs; see
    // user_namespaces(7).
    let _ = setgroups(&[]);
    if spec.host_uid != geteuid().as_raw() {
        let (user, group) = (Uid::from_raw(spec.host_uid), Gid::from_raw(spec.host_uid));
        setresgid(group, group, group)
            .and_then(|()| setresuid(user, user, user))
            .map_err(Step::SwitchUser.failed())?;
    }
    own::die_with_parent(parent).map_err(Step::FollowParent.failed())?;
    prctl::set_no_new_privs().map_err(Step::DropPrivileges.failed())?;
    privilege::drop_capabilities().map_err(Step::DropPrivileges.failed())?;
    if spec.rung == Rung::Partial {
        landlock::confine(spec).map_err(Step::ConfineFiles.failed())?;
    }
    Ok(())
}

/// A descriptor that can be read when a child has ended.
fn children_as_descriptor() -> nix::Result<SignalFd> {
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGCHLD);
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&signals), None)?;
    SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
}

/// Reaps until nobody listens at the other end of the control socket; an error when there is
/// nobody left to reap.
fn watch(control: &OwnedFd, children: &SignalFd, first: Pid) -> io::Result<()> {
    loop {
        // Reading the control socket is for the first process: only its end is of interest here.
        let mut descriptors = [
            PollFd::new(control.as_fd(), PollFlags::empty()),
            PollFd::new(children.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut descriptors, PollTimeout::NONE) {
            Err(nix::Error::EINTR) => continue,
            ready => ready?,
        };
        if descriptors[0]
            .revents()
            .is_some_and(|found| !found.is_empty())
        {
            return Ok(());
        }
        while let Ok(Some(_)) = children.read_signal() {}
        while let Some((pid, status)) = own::reap_one(false)? {
            if pid == first.as_raw() {
                let _ = Report::Ended(status).send(control);
            }
        }
    }
}

/// Kills every descendant. They are stopped first, so that they do not fork away meanwhile.
fn kill_all() {
    let me = std::process::id() as i32;
    loop {
        let tree = proc::tree(me);
        for signal in [Signal::SIGSTOP, Signal::SIGKILL] {
            for pid in tree.iter().filter(|pid| **pid != me) {
                let _ = kill(Pid::from_raw(*pid), signal);
            }
        }
        // Waits for one; the loop is over when there is none.
        if own::reap_one(true).is_err() {
            return;
        }
    }
}
