//! The box: a process of this binary that makes the namespaces and waits for their init.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use nix::sched::CloneFlags;
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, setgroups, setsid};

use super::init::{self, Init};
use super::message::{Failure, Handed, Job, Report, Step};
use super::partial;
use super::root::Parts;
use super::rung::{self, TRIAL};
use super::spec::{INSIDE_ID, Rung};
use crate::sys::namespace::{self, IdRange};
use crate::sys::{kernel, packet, pidfd, process};

/// How readily the kernel kills a box when memory runs out: before anything of ours.
const FIRST_TO_GO: &str = "1000";

/// Since when RLIMIT_NPROC counts a user's tasks in the user namespace only; before, and without
/// one, all that the user runs on the machine count.
const NPROC_BY_NAMESPACE_SINCE: (u32, u32) = (5, 14);

/// What `syslab __box` does. Its standard input is the control socket.
///
/// It ends when PID 1 of the box has; its exit status means nothing.
pub fn enter_box() -> ExitCode {
    if std::env::args_os().nth(2).is_some_and(|word| word == TRIAL) {
        return rung::trial();
    }
    let Ok(control) = io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::FAILURE;
    };
    // A second copy would keep it open.
    enter(&control, || {
        process::discard_standard_input()?;
        Handed::receive(control.as_fd())
    });
    ExitCode::SUCCESS
}

/// Makes a box of this process, which is a copy of the one that wants it.
///
/// Nothing of the other's is kept but its memory, and nothing of its code goes on here.
pub(super) fn become_box(handed: Handed, control: OwnedFd) -> ! {
    let become_it = || {
        enter(&control, || {
            let null = File::options().read(true).write(true).open("/dev/null")?;
            let errors = io::stderr();
            process::become_standard_streams([null.as_fd(), null.as_fd(), errors.as_fd()])?;
            drop(null);
            let streams = handed.stdio.iter().chain(&handed.target);
            let kept = streams.chain([&control]).map(AsRawFd::as_raw_fd);
            process::close_others(kept.collect())?;
            Ok(handed)
        });
    };
    let _ = panic::catch_unwind(AssertUnwindSafe(become_it));
    std::process::exit(0)
}

/// Makes the box that is asked for, and waits for its end.
fn enter(control: &OwnedFd, asked: impl FnOnce() -> io::Result<Handed>) {
    let made = asked()
        .map_err(Step::ReadJob.failed())
        .and_then(|handed| run(handed, control));
    if let Err(failure) = made {
        // If nobody listens any more there is nobody to tell.
        let _ = Report::Failed(failure).send(control);
    }
}

/// Makes the box and waits for its end.
fn run(handed: Handed, control: &OwnedFd) -> Result<(), Failure> {
    let Handed {
        mut job,
        stdio,
        target,
    } = handed;
    // Ctrl-C is for those who talk to people: they end the box when they are done.
    setsid().map_err(Step::PrepareProcess.failed())?;
    // Not being first to go is no reason not to go at all.
    let _ = std::fs::write("/proc/self/oom_score_adj", FIRST_TO_GO);

    // As root: its groups are not for the learner. Others cannot drop theirs; see
    // user_namespaces(7).
    let _ = setgroups(&[]);
    if namespace::is_root_outside(job.spec.host_uid).map_err(Step::MapIds.failed())?
        && job.spec.rung == Rung::Full
    {
        // The kernel exempts the machine's root from limits on processes.
        return Err(Step::MapIds.failed()(nix::Error::EPERM));
    }
    let counts_by_namespace = kernel::version().is_some_and(|it| it >= NPROC_BY_NAMESPACE_SINCE);
    if job.spec.rung != Rung::Full || !counts_by_namespace {
        let others = process::tasks_of(job.spec.host_uid);
        job.spec.limits.processes = job.spec.limits.processes.saturating_add(others);
    }
    if job.spec.rung != Rung::Full {
        drop(target);
        return partial::main(job, stdio, control);
    }
    process::die_with_parent(job.parent).map_err(Step::FollowParent.failed())?;
    let init = make(job, stdio, target, control)?;
    let _ = waitpid(init, None);
    Ok(())
}

/// Makes the namespaces and their init; returns in the box only.
fn make(
    job: Job,
    stdio: [OwnedFd; 3],
    target: Option<OwnedFd>,
    control: &OwnedFd,
) -> Result<Pid, Failure> {
    let host_uid = job.spec.host_uid;
    let parts = Parts::gather(&job.spec)?;
    let (ours, theirs) = packet::pair().map_err(Step::Fork.failed())?;
    let Some(pid) = fork_into_namespaces().map_err(Step::MakeNamespaces.failed())? else {
        // The copy of the box's end has to go, or the death of the box would not be seen.
        drop(ours);
        init::main(Init {
            job,
            parts,
            stdio,
            target,
            control,
            link: theirs,
        });
    };
    drop((theirs, stdio, target, parts));
    map_ids(pid, host_uid).map_err(Step::MapIds.failed())?;
    let handle = pidfd::open(pid.as_raw()).map_err(Step::Fork.failed())?;
    packet::send(ours.as_fd(), b"mapped", &[]).map_err(Step::MapIds.failed())?;
    Report::Init(pid.as_raw())
        .send_with(control, &[handle.as_fd()])
        .map_err(Step::ReadJob.failed())?;
    // Our end stays open as long as we live: its closing tells init that we died.
    std::mem::forget(ours);
    Ok(pid)
}

/// Forks into the seven namespaces; a kernel without cgroups has six.
fn fork_into_namespaces() -> io::Result<Option<Pid>> {
    let flags = CloneFlags::CLONE_NEWUSER
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS;
    match namespace::fork_into(flags | CloneFlags::CLONE_NEWCGROUP) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => namespace::fork_into(flags),
        forked => forked,
    }
}

/// Maps the one id that exists inside to the one that the caller chose.
fn map_ids(pid: Pid, host_uid: u32) -> io::Result<()> {
    let range = IdRange {
        inside: INSIDE_ID,
        outside: host_uid,
        count: 1,
    };
    namespace::map_ids(pid, range, range)
}
