//! How strongly this machine can confine a submission: found out by doing it.
//!
//! Files in /proc and /sys that speak of namespaces, AppArmor or containers do not tell whether a
//! box can be made here. So a process of our own makes one, in every respect like a submission's.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use serde::{Deserialize, Serialize};

use super::launch::{SELF, launch_copy};
use super::spec::{BOX_COMMAND, BoxSpec, Rung};
use super::{policy, workshop};

/// The word after [`BOX_COMMAND`] that asks for a trial.
pub(super) const TRIAL: &str = "trial";

/// How submissions are confined on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// How strongly.
    pub rung: Rung,
    /// What it consists of and what is missing, a phrase each.
    pub detail: Vec<String>,
}

/// Finds out how strongly this machine can confine a submission. Takes some milliseconds.
pub fn confinement() -> Confinement {
    let Err(no_namespaces) = try_out(Rung::Full) else {
        return Confinement::of(Rung::Full, &[]);
    };
    let no_namespaces = format!("no namespaces: {no_namespaces}");
    match try_out(Rung::Partial) {
        Ok(()) => Confinement::of(Rung::Partial, &[no_namespaces]),
        Err(reason) => Confinement::of(
            Rung::None,
            &[no_namespaces, format!("no Landlock: {reason}")],
        ),
    }
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

/// Lets another process of ours try; why it could not, if it could not.
fn try_out(rung: Rung) -> Result<(), String> {
    let output = Command::new(SELF)
        .args([BOX_COMMAND, TRIAL, rung.name()])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .map_err(|error| format!("cannot start a trial: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// What `syslab __box trial RUNG` does: makes a box, and prints what went wrong if anything did.
pub(super) fn trial() -> ExitCode {
    let asked = std::env::args().nth(3).unwrap_or_default();
    match asked.parse().and_then(make_one) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            let _ = writeln!(io::stdout(), "{reason}");
            ExitCode::FAILURE
        }
    }
}

fn make_one(rung: Rung) -> Result<(), String> {
    let with_source = |error: &dyn std::error::Error| match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    let mut root = PathBuf::new();
    if rung == Rung::Full {
        root = workshop::isolated_root().map_err(|error| with_source(&error))?;
    }
    let host_uid = workshop::choose_host_uid(rung).map_err(|error| error.to_string())?;
    let spec = BoxSpec {
        argv: vec![OsString::from("/")],
        cwd: PathBuf::from("/"),
        host_uid,
        has_network: true,
        root,
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
    Ok(())
}
