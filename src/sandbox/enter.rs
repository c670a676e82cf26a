//! Making the namespaces, by a runner for itself or by a process of this binary that does only this.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, setsid};

use super::init::{self, Init};
use super::message::{Failure, Handed, Report, Step};
use super::partial;
use super::root::Parts;
use super::spec::{BoxSpec, INSIDE_ID, Rung};
use crate::sys::namespace::{self, IdRange};
use crate::sys::{kernel, network, packet, pidfd, process};

/// Since when RLIMIT_NPROC counts a user's tasks in the user namespace only; before, and without
/// one, all that the user runs on the machine count.
const NPROC_BY_NAMESPACE_SINCE: (u32, u32) = (5, 14);

/// What `syslab __box` does. Its standard input is the control socket.
///
/// It ends when PID 1 of the box has; its exit status means nothing.
pub fn enter_box() -> ExitCode {
    let Ok(control) = io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::FAILURE;
    };
    // A second copy would keep it open.
    let made = process::discard_standard_input()
        .and_then(|()| Handed::receive(control.as_fd()))
        .map_err(Step::ReadJob.failed())
        .and_then(|handed| run(handed, &control));
    if let Err(failure) = made {
        // If nobody listens any more there is nobody to tell.
        let _ = Report::Failed(failure).send(&control);
    }
    ExitCode::SUCCESS
}

/// Makes the box and waits for its end.
fn run(handed: Handed, control: &OwnedFd) -> Result<(), Failure> {
    // Ctrl-C is for those who talk to people: they end the box when they are done.
    setsid().map_err(Step::PrepareProcess.failed())?;
    if handed.job.spec.rung != Rung::Full {
        let mut job = handed.job;
        count_others(&mut job.spec);
        return partial::main(job, control);
    }
    process::die_with_parent(handed.job.parent).map_err(Step::FollowParent.failed())?;
    let _ahead = ahead(handed.job.spec.has_network)?;
    let made = make(handed, control)?;
    let _ = waitpid(made.init, None);
    Ok(())
}

/// Namespaces, and the process that lives for them.
#[derive(Debug)]
pub(super) struct Made {
    /// PID 1 inside, our child.
    pub(super) init: Pid,
    /// That this is open tells it that we live.
    pub(super) link: OwnedFd,
}

/// That this process is in the network of the next box that it makes; see [`ahead`].
#[derive(Debug)]
pub struct Ahead(());

/// Enters a new network namespace, with loopback or with nothing. A box that is made afterwards has it as
/// its own; nobody in there has privileges over it, not even PID 1.
///
/// It takes longer than all of the box's other namespaces together, and can be done before it is known
/// what the box is for.
///
/// # Errors
/// The step that failed. This process may be in a new namespace then.
pub fn ahead(has_network: bool) -> Result<Ahead, Failure> {
    unshare(CloneFlags::CLONE_NEWNET).map_err(Step::MakeNamespaces.failed())?;
    if has_network {
        network::bring_up_loopback().map_err(Step::BringUpLoopback.failed())?;
        // Where that is not permitted, mistakes may show a little less often.
        let _ = network::set_tcp();
    }
    Ok(Ahead(()))
}

/// Makes the other namespaces and their init, of a copy of this process, which has one thread.
///
/// Nothing of this process is kept in there but its memory, and nothing of its code goes on there.
pub(super) fn make(handed: Handed, control: &OwnedFd) -> Result<Made, Failure> {
    let Handed { mut job, target } = handed;
    let host_uid = job.spec.host_uid;
    if namespace::is_root_outside(host_uid).map_err(Step::MapIds.failed())? {
        // The kernel exempts the machine's root from limits on processes.
        return Err(Step::MapIds.failed()(nix::Error::EPERM));
    }
    if kernel::version().is_none_or(|it| it < NPROC_BY_NAMESPACE_SINCE) {
        count_others(&mut job.spec);
    }
    let parts = Parts::gather(&job.spec)?;
    let (link, theirs) = packet::pair().map_err(Step::Fork.failed())?;
    let Some(init) = fork_into_namespaces().map_err(Step::MakeNamespaces.failed())? else {
        // The copy of our end has to go, or our death would not be seen.
        drop(link);
        let become_it = || {
            init::main(Init {
                job,
                parts,
                target,
                control,
                link: theirs,
            })
        };
        let Err(_panic) = panic::catch_unwind(AssertUnwindSafe(become_it));
        process::end(1)
    };
    drop((theirs, target, parts));
    map_ids(init, host_uid).map_err(Step::MapIds.failed())?;
    let handle = pidfd::open(init.as_raw()).map_err(Step::Fork.failed())?;
    packet::send(link.as_fd(), b"mapped", &[]).map_err(Step::MapIds.failed())?;
    Report::Init(init.as_raw())
        .send_with(control, &[handle.as_fd()])
        .map_err(Step::ReadJob.failed())?;
    Ok(Made { init, link })
}

/// Lets the user have so many tasks more than all that it has on this machine already.
fn count_others(spec: &mut BoxSpec) {
    let others = process::tasks_of(spec.host_uid);
    spec.limits.processes = spec.limits.processes.saturating_add(others);
}

/// Forks into six namespaces; a kernel without cgroups has five.
fn fork_into_namespaces() -> io::Result<Option<Pid>> {
    let flags = CloneFlags::CLONE_NEWUSER
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWNS
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
