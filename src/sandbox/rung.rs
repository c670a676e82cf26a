//! How strongly this machine can confine a submission: found out by doing it.
//!
//! Files in /proc and /sys that speak of namespaces, AppArmor or containers do not tell whether a
//! box can be made here. So a copy of this process makes one, in every respect like a submission's.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;

use nix::sys::wait::waitpid;
use serde::{Deserialize, Serialize};

use super::launch::launch_copy;
use super::spec::{BoxSpec, Rung};
use super::{policy, workshop};
use crate::sys::{namespace, packet, process};

/// How submissions are confined on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// How strongly.
    pub rung: Rung,
    /// What it consists of and what is missing, a phrase each.
    pub detail: Vec<String>,
}

/// Finds out how strongly this machine can confine a submission. Takes some milliseconds.
///
/// For a process with a single thread.
pub fn confinement() -> Confinement {
    find_out(|_| Ok(())).0
}

/// The same, and enters the workshop that was made for it, if that can be done: where it is mounted.
pub(super) fn enter() -> (Confinement, Option<PathBuf>) {
    find_out(namespace::enter_mounts_of)
}

/// `join` is called with the process that is in the workshop. Whoever cannot join it makes another.
fn find_out(join: fn(i32) -> io::Result<()>) -> (Confinement, Option<PathBuf>) {
    let no_namespaces = match try_out(Rung::Full, join) {
        Ok(place) => return (Confinement::of(Rung::Full, &[]), place),
        Err(reason) => format!("no namespaces: {reason}"),
    };
    let confinement = match try_out(Rung::Partial, |_| Ok(())) {
        Ok(_) => Confinement::of(Rung::Partial, &[no_namespaces]),
        Err(reason) => Confinement::of(
            Rung::None,
            &[no_namespaces, format!("no Landlock: {reason}")],
        ),
    };
    (confinement, None)
}

impl Confinement {
    /// This rung, for these reasons.
    pub(super) fn of(rung: Rung, reasons: &[String]) -> Self {
        let consists = match rung {
            Rung::Full => &[
                "namespaces: user, pid, mount, network, ipc, uts, cgroup",
                "read-only files; private /tmp, /dev/shm and /lab with limits",
            ][..],
            Rung::Partial => &[
                "files by Landlock",
                "no limit on the sum of files; the network and other processes are not hidden",
            ][..],
            Rung::None => &["files and network are open"][..],
        };
        let always = [
            "limits on processes, memory, descriptors and file size",
            "no privileges; system-call filter",
        ];
        let detail = reasons
            .iter()
            .map(String::as_str)
            .chain(consists.iter().copied())
            .chain(always)
            .map(str::to_owned)
            .collect();
        Self { rung, detail }
    }
}

/// Lets a copy of this process try: where its workshop is, if this process has joined it; why it could
/// not, if it could not.
fn try_out(rung: Rung, join: fn(i32) -> io::Result<()>) -> Result<Option<PathBuf>, String> {
    let failed = |error: io::Error| format!("cannot start a trial: {error}");
    let (ours, theirs) = packet::pair().map_err(failed)?;
    let parent = std::process::id() as i32;
    let Some(copy) = process::fork().map_err(failed)? else {
        drop(ours);
        let tried = process::die_with_parent(parent)
            .map_err(|error| error.to_string())
            .and_then(|()| make_one(rung));
        let told = tell(theirs.as_fd(), tried);
        process::end(told.is_err().into())
    };
    drop(theirs);
    let tried = hear(ours.as_fd()).map(|place| join(copy.as_raw()).is_ok().then_some(place));
    drop(ours);
    let _ = waitpid(copy, None);
    tried
}

/// Says how it went, and stays until that has been made use of.
fn tell(to: BorrowedFd, tried: Result<PathBuf, String>) -> io::Result<()> {
    packet::send(to, &serde_json::to_vec(&tried)?, &[])?;
    packet::receive(to).map(drop)
}

fn hear(from: BorrowedFd) -> Result<PathBuf, String> {
    let said = packet::receive(from).map_err(|error| error.to_string())?;
    let said = said.ok_or("the trial broke")?;
    serde_json::from_slice(&said.bytes).map_err(|error| error.to_string())?
}

/// Makes a box: the place of its workshop, if it has one.
fn make_one(rung: Rung) -> Result<PathBuf, String> {
    let with_source = |error: &dyn std::error::Error| match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    let mut place = PathBuf::new();
    if rung == Rung::Full {
        place = workshop::isolate().map_err(|error| with_source(&error))?;
    }
    let host_uid = workshop::choose_host_uid(rung).map_err(|error| error.to_string())?;
    let spec = BoxSpec {
        argv: vec![OsString::from("/")],
        cwd: PathBuf::from("/"),
        host_uid,
        has_network: true,
        root: place.join(workshop::ROOT),
        rung,
        ..BoxSpec::default()
    };
    let null = || std::fs::File::open("/dev/null").map(Into::into);
    let (Ok(input), Ok(output), Ok(errors)) = (null(), null(), null()) else {
        return Err("cannot open /dev/null".to_owned());
    };
    // It is neither traced nor released: making it is what is tried.
    let streams = [input, output, errors];
    let launched = launch_copy(&spec, &policy::filter(false), streams, None)
        .map_err(|error| with_source(&error))?;
    launched.finish();
    Ok(place)
}
