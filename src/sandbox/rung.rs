//! How strongly this machine can confine a submission: found out by doing it.
//!
//! Files in /proc and /sys that speak of namespaces, AppArmor or containers do not tell whether a
//! box can be made here. So a process of our own makes one, in every respect like a submission's.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use super::launch::{SELF, launch};
use super::spec::{BOX_COMMAND, BoxSpec, Rung};
use super::{policy, workshop};

/// The word after [`BOX_COMMAND`] that asks for a trial.
pub(super) const TRIAL: &str = "trial";

/// How submissions are confined on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confinement {
    /// How strongly.
    pub rung: Rung,
    /// What it consists of and what is missing, a phrase each.
    pub detail: Vec<String>,
}

/// Finds out how strongly this machine can confine a submission. Takes some milliseconds.
pub fn confinement() -> Confinement {
    match try_full() {
        Ok(()) => Confinement {
            rung: Rung::Full,
            detail: vec![
                "namespaces: user, pid, mount, network, ipc, uts, cgroup".to_owned(),
                "read-only files; private /tmp, /dev/shm and /lab with limits".to_owned(),
                "limits on processes, memory, descriptors and file size".to_owned(),
                "no privileges; system-call filter".to_owned(),
            ],
        },
        Err(reason) => Confinement {
            rung: Rung::None,
            detail: vec![
                format!("no namespaces: {reason}"),
                "limits on processes, memory, descriptors and file size".to_owned(),
                "no privileges; system-call filter".to_owned(),
            ],
        },
    }
}

/// Lets another process of ours try; why it could not, if it could not.
fn try_full() -> Result<(), String> {
    let output = Command::new(SELF)
        .args([BOX_COMMAND, TRIAL])
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

/// What `syslab __box trial` does: makes a box, and prints what went wrong if anything did.
pub(super) fn trial() -> ExitCode {
    match make_one() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            let _ = writeln!(io::stdout(), "{reason}");
            ExitCode::FAILURE
        }
    }
}

fn make_one() -> Result<(), String> {
    let with_source = |error: &dyn std::error::Error| match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    workshop::isolate().map_err(|error| with_source(&error))?;
    let host_uid = workshop::choose_host_uid().map_err(|error| error.to_string())?;
    let spec = BoxSpec {
        argv: vec![OsString::from("/proc/self/exe")],
        cwd: PathBuf::from("/"),
        host_uid,
        has_network: true,
        ..BoxSpec::default()
    };
    let null = || std::fs::File::open("/dev/null").map(Into::into);
    let stdio = [null(), null(), null()];
    let [Ok(input), Ok(output), Ok(errors)] = stdio else {
        return Err("cannot open /dev/null".to_owned());
    };
    let launched = launch(&spec, &policy::filter(), [input, output, errors])
        .map_err(|error| with_source(&error))?;
    launched.finish();
    Ok(())
}
