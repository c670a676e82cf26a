//! PID 1 of a box: makes the world, starts PID 2, and reaps.
//!
//! The kernel kills everything in the pid namespace when this process dies, and nothing inside
//! can kill it: signals that it does not handle do not reach it from inside; see
//! pid_namespaces(7). It is not dumpable and holds no privileges, so there is nothing to be got
//! out of it either.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::PathBuf;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{Gid, Pid, Uid, setgroups, sethostname, setresgid, setresuid, setsid};

use super::learner;
use super::left;
use super::message::{Failure, Job, Report, Step};
use super::root::Parts;
use super::spec::INSIDE_ID;
use crate::sys::{packet, privilege, process as own};

/// The host name inside.
const HOSTNAME: &str = "syslab";

/// What is handed to PID 1.
pub(super) struct Init<'a> {
    pub(super) job: Job,
    pub(super) parts: Parts,
    /// The standard input of what lives beside the program.
    pub(super) target: Option<OwnedFd>,
    pub(super) control: &'a OwnedFd,
    /// A socket whose other end our parent holds as long as it lives.
    pub(super) link: OwnedFd,
}

/// Runs PID 1 to its end.
pub(super) fn main(init: Init) -> ! {
    let control = init.control;
    let lists = init.job.spec.lists.clone();
    let targets: Vec<PathBuf> = init
        .job
        .spec
        .binds
        .iter()
        .map(|bind| bind.target.clone())
        .collect();
    let reason = match start(init) {
        Ok((first, target)) => {
            let reason = reap(control, first, target);
            for place in lists {
                let names = left::names(&place, targets.iter().map(PathBuf::as_path));
                let _ = Report::Left(place, names).send(control);
            }
            reason
        }
        Err(failure) => {
            // If nobody listens any more there is nobody to tell.
            let _ = Report::Failed(failure).send(control);
            1
        }
    };
    own::end(reason)
}

/// What lives beside the program, and the end of its socket that says to the outside that it does.
type Target = (Pid, OwnedFd);

/// Makes the world and PID 2, and PID 3 where one is asked for.
fn start(init: Init) -> Result<(Pid, Option<Target>), Failure> {
    let Init {
        job,
        parts,
        target,
        control,
        link,
    } = init;
    packet::receive(link.as_fd())
        .and_then(|mapped| mapped.ok_or_else(|| io::ErrorKind::UnexpectedEof.into()))
        .map_err(Step::MapIds.failed())?;
    // Ctrl-C is for those who talk to people: they end the box when they are done.
    setsid().map_err(Step::PrepareProcess.failed())?;
    first_to_go();
    give_up_streams().map_err(Step::PrepareProcess.failed())?;
    switch_user().map_err(Step::SwitchUser.failed())?;
    die_with_parent(&link).map_err(Step::FollowParent.failed())?;

    sethostname(HOSTNAME).map_err(Step::SetHostname.failed())?;
    parts.assemble(&job.spec.limits)?;
    // The parent's own.
    let kept = [control, &link].into_iter().chain(&target);
    own::close_others(kept.map(AsRawFd::as_raw_fd).collect())
        .map_err(Step::PrepareProcess.failed())?;
    prctl::set_dumpable(false).map_err(Step::DropPrivileges.failed())?;
    prctl::set_no_new_privs().map_err(Step::DropPrivileges.failed())?;
    privilege::drop_capabilities().map_err(Step::DropPrivileges.failed())?;

    let Some(socket) = target else {
        // Until it is the learner's program there is nothing to do here.
        let first = own::start_in_place(&mut || learner::main(&job, control));
        return Ok((first.map_err(Step::Fork.failed())?, None));
    };
    let Some(first) = own::fork().map_err(Step::Fork.failed())? else {
        drop(socket);
        own::end(learner::main(&job, control).into())
    };
    match own::fork().map_err(Step::Fork.failed())? {
        Some(pid) => Ok((first, Some((pid, socket)))),
        None => learner::beside(&job.spec, &socket),
    }
}

/// The kernel kills this process and what it starts before anything of ours when memory runs out;
/// proc_pid_oom_score_adj(5).
pub(super) fn first_to_go() {
    // Not being first to go is no reason not to go at all.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// Keeps of the streams that it was started with only where to write what is wrong.
fn give_up_streams() -> io::Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null")?;
    let errors = io::stderr();
    own::become_standard_streams([null.as_fd(), null.as_fd(), errors.as_fd()])
}

/// Becomes the only id that exists inside.
fn switch_user() -> nix::Result<()> {
    // As root: its groups are not for the learner. Others cannot drop theirs; see
    // user_namespaces(7).
    let _ = setgroups(&[]);
    let (user, group) = (Uid::from_raw(INSIDE_ID), Gid::from_raw(INSIDE_ID));
    setresgid(group, group, group)?;
    setresuid(user, user, user)
}

/// Dies with its parent, whose pid cannot be compared, as it is outside our pid namespace:
/// that it lives is seen by its end of the link.
fn die_with_parent(link: &OwnedFd) -> io::Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    let mut descriptors = [PollFd::new(link.as_fd(), PollFlags::empty())];
    if poll(&mut descriptors, PollTimeout::ZERO)? == 0 {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(libc::ESRCH))
    }
}

/// Waits for every process until there is none left; tells how the first one ended.
fn reap(control: &OwnedFd, first: Pid, mut target: Option<Target>) -> i32 {
    loop {
        match own::reap_one(true) {
            Ok(Some((pid, status))) if pid == first.as_raw() => {
                let _ = Report::Ended(status).send(control);
            }
            Ok(Some((pid, _))) => {
                let _closed = target.take_if(|(its, _)| its.as_raw() == pid);
            }
            Ok(None) => {}
            Err(error) if error.raw_os_error() == Some(libc::EINTR) => {}
            // ECHILD.
            Err(_) => return 0,
        }
    }
}
