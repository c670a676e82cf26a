//! PID 2 of a box: our code up to execve, the learner's program from then on.

use std::convert::Infallible;
use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{execve, setsid};

use super::message::{Failure, GO, Job, Report, Step};
use super::spec::{BoxLimits, BoxSpec};
use crate::sys::packet::{self, Packet};
use crate::sys::{process as own, seccomp, terminal};

/// Exit status of PID 2 when the program could not be started, as shells have it.
const NOT_STARTED: u8 = 127;

/// Bytes of stack: what every distribution has.
const STACK: u64 = 8 << 20;

/// Waits for the word, then becomes the program; with what to exit if it does not.
pub(super) fn main(job: &Job, control: &OwnedFd) -> u8 {
    if let Err(failure) = prepare(job) {
        let _ = Report::Failed(failure).send(control);
        return NOT_STARTED;
    }
    let told = Report::Ready
        .send(control)
        .and_then(|()| packet::receive(control.as_fd()));
    let Ok(Some(Packet {
        bytes, descriptors, ..
    })) = told
    else {
        return NOT_STARTED;
    };
    let Ok(stdio) = <[OwnedFd; 3]>::try_from(descriptors) else {
        return NOT_STARTED;
    };
    if bytes != GO {
        return NOT_STARTED;
    }
    let Err(failure) = take_streams(job, &stdio).and_then(|()| start(job));
    let _ = Report::NotStarted(failure).send(control);
    NOT_STARTED
}

/// Becomes the program that lives beside the learner's.
///
/// It is ours, and has nothing to be kept from; but PID 1's privileges are gone already, so whoever
/// may look at the learner's program may look at it.
pub(super) fn beside(spec: &BoxSpec, socket: &OwnedFd) -> ! {
    let become_it = || -> io::Result<Infallible> {
        let null = File::options().read(true).write(true).open("/dev/null")?;
        setsid()?;
        own::become_standard_streams([socket.as_fd(), null.as_fd(), null.as_fd()])?;
        own::reset_signals()?;
        std::env::set_current_dir("/")?;
        own::close_others_on_exec()?;
        let argv = spec
            .target
            .iter()
            .map(|argument| Ok(CString::new(argument.as_bytes())?))
            .collect::<io::Result<Vec<_>>>()?;
        let program = argv.first().ok_or(io::ErrorKind::InvalidInput)?;
        Ok(execve::<_, CString>(program, &argv, &[])?)
    };
    // Whoever waits for it to say something learns that it has ended.
    let _reason = become_it();
    own::end(NOT_STARTED.into())
}

/// What can be done before anyone looks.
fn prepare(job: &Job) -> Result<(), Failure> {
    // A session of its own: no terminal to push characters into; see setsid(2).
    setsid().map_err(Step::PrepareProcess.failed())?;
    own::reset_signals().map_err(Step::PrepareProcess.failed())?;
    umask(Mode::S_IWGRP | Mode::S_IWOTH);
    let cwd = &job.spec.cwd;
    std::env::set_current_dir(cwd).map_err(Step::ChangeDirectory.failed_on(cwd))
}

fn take_streams(job: &Job, stdio: &[OwnedFd; 3]) -> Result<(), Failure> {
    let failed = || Step::PrepareProcess.failed();
    own::become_standard_streams(stdio.each_ref().map(AsFd::as_fd)).map_err(failed())?;
    match job.spec.has_terminal {
        true => terminal::take_control(io::stdin().as_fd()).map_err(failed()),
        false => Ok(()),
    }
}

/// Limits, filter, execve: the last steps.
fn start(job: &Job) -> Result<Infallible, Failure> {
    let spec = &job.spec;
    let path = spec.argv.first().map_or(Path::new(""), Path::new);
    let bad = || Step::Execute.failed_on::<io::Error>(path);
    let argv = spec
        .argv
        .iter()
        .map(|argument| Ok(CString::new(argument.as_bytes())?))
        .collect::<io::Result<Vec<_>>>()
        .map_err(bad())?;
    let env = spec
        .env
        .iter()
        .map(|(name, value)| {
            let mut variable = name.clone();
            variable.push("=");
            variable.push(value);
            Ok(CString::new(variable.into_vec())?)
        })
        .collect::<io::Result<Vec<_>>>()
        .map_err(bad())?;
    let program = argv
        .first()
        .ok_or_else(|| io::ErrorKind::InvalidInput.into())
        .map_err(bad())?;
    let filter: Vec<libc::sock_filter> = job
        .filter
        .iter()
        .map(|&(code, jt, jf, k)| libc::sock_filter { code, jt, jf, k })
        .collect();

    limit(&spec.limits).map_err(Step::LimitResources.failed())?;
    prctl::set_no_new_privs().map_err(Step::DropPrivileges.failed())?;
    own::close_others_on_exec().map_err(Step::PrepareProcess.failed::<io::Error>())?;
    // Nothing between the filter and execve: what it traces needs a tracer.
    if !filter.is_empty() {
        seccomp::install(&filter).map_err(Step::InstallFilter.failed::<io::Error>())?;
    }
    execve(program, &argv, &env).map_err(Step::Execute.failed_on(path))
}

/// Sets the limits, soft and hard; never above what we have ourselves.
fn limit(limits: &BoxLimits) -> nix::Result<()> {
    // A limit of 0 would not keep the kernel from feeding a core dump to a program of the host's
    // (core_pattern with a pipe ignores the limit); 1 is its special value for "not at all".
    lower(Resource::RLIMIT_CORE, 1)?;
    if limits.data_kib > 0 {
        lower(Resource::RLIMIT_DATA, limits.data_kib.saturating_mul(1024))?;
    }
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let (soft, hard) = limits.files;
    setrlimit(Resource::RLIMIT_NOFILE, soft.min(most), hard.min(most))?;
    lower(Resource::RLIMIT_FSIZE, limits.file_size)?;
    // The same on every machine; it may be raised again as far as the host lets it.
    let (_, most) = getrlimit(Resource::RLIMIT_STACK)?;
    setrlimit(Resource::RLIMIT_STACK, STACK.min(most), most)?;
    lower(Resource::RLIMIT_NICE, 0)?;
    lower(Resource::RLIMIT_RTPRIO, 0)?;
    if limits.cpu_s > 0 {
        // The soft limit's signal says what it was; the hard one ends who does not listen.
        let (_, most) = getrlimit(Resource::RLIMIT_CPU)?;
        let (soft, hard) = (limits.cpu_s.min(most), (limits.cpu_s + 1).min(most));
        setrlimit(Resource::RLIMIT_CPU, soft, hard)?;
    }
    // PID 1 counts too.
    lower(Resource::RLIMIT_NPROC, limits.processes.saturating_add(1))
}

fn lower(resource: Resource, value: u64) -> nix::Result<()> {
    let (_, hard) = getrlimit(resource)?;
    let value = value.min(hard);
    setrlimit(resource, value, value)
}
