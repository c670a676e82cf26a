//! What this machine can do, one probe after the other.

use std::path::Path;

use nix::sys::utsname::uname;

use super::system::{Inside, System};
use super::{clang, packages, tools, tracing};
use crate::sys::{cuda, kernel, landlock, seccomp, uring};

/// One thing that a machine can or cannot do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What was asked, as one word or two: `ptrace`.
    pub name: &'static str,
    /// The answer.
    pub standing: Standing,
    /// What was found, as a phrase.
    pub found: String,
    /// What could be done about it; empty if nothing needs to be.
    pub advice: String,
}

/// The answer to a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As it should be.
    Good,
    /// Works, with less than could be; or is not needed by every lab.
    Weak,
    /// Does not work.
    Missing,
    /// For information.
    Note,
}

impl Probe {
    /// An answer that needs no advice.
    pub fn good(name: &'static str, found: impl Into<String>) -> Self {
        Self::new(name, Standing::Good, found, "")
    }

    /// An answer with advice.
    pub fn new(
        name: &'static str,
        standing: Standing,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            name,
            standing,
            found: found.into(),
            advice: advice.into(),
        }
    }
}

/// Asks everything. Takes some tens of milliseconds, most of it for tools' versions.
pub fn machine() -> Vec<Probe> {
    let mut probes = vec![kernel_release(), surroundings()];
    probes.extend(tracing::attempt().probes());
    probes.extend([
        filter(),
        notification(),
        landlock_version(),
        rings(),
        cgroups(),
    ]);
    probes.extend(tools::probes());
    probes.push(packages::probe());
    probes.push(clang::probe());
    probes.extend((!cuda::CAN_LOAD).then(no_loader));
    probes
}

/// What a build that cannot load libraries says of the GPU's.
fn no_loader() -> Probe {
    let advice = format!("only to use a GPU of this machine: {}", cuda::TAKE_ANOTHER);
    Probe::new("GPU", Standing::Weak, cuda::CANNOT_LOAD, advice)
}

/// The oldest kernel on which everything works: mount_setattr(2) makes read-only trees.
const WANTED_KERNEL: (u32, u32) = (5, 12);

fn kernel_release() -> Probe {
    let Ok(name) = uname() else {
        return Probe::new("kernel", Standing::Missing, "unknown", "");
    };
    let text = |field: &std::ffi::OsStr| field.to_string_lossy().into_owned();
    let release = text(name.release());
    let machine = text(name.machine());
    let found = format!("{} {release} {machine}", text(name.sysname()));
    if !matches!(machine.as_str(), "x86_64" | "aarch64") {
        let advice = "traced labs need x86_64 or aarch64";
        return Probe::new("kernel", Standing::Missing, found, advice);
    }
    match kernel::version() {
        Some(version) if version >= WANTED_KERNEL => Probe::good("kernel", found),
        _ => Probe::new(
            "kernel",
            Standing::Weak,
            found,
            format!(
                "full confinement needs Linux {}.{} or later",
                WANTED_KERNEL.0, WANTED_KERNEL.1
            ),
        ),
    }
}

/// What we run in, if it is not the machine itself.
fn surroundings() -> Probe {
    const NAME: &str = "surroundings";
    let weak = |found: &str, advice: &str| Probe::new(NAME, Standing::Weak, found, advice);
    let found = match System::this().inside {
        Inside::Gvisor => {
            return weak(
                "gVisor: its own implementation of system calls",
                "what you see is not Linux in every detail; use a Linux virtual machine if you can",
            );
        }
        Inside::Wsl1 => {
            return weak(
                "Windows Subsystem for Linux 1: its own implementation of system calls",
                "use the second, which has a Linux kernel",
            );
        }
        Inside::Wsl2 => "Windows Subsystem for Linux 2".to_owned(),
        Inside::Docker => "Docker container".to_owned(),
        Inside::Podman => "Podman container".to_owned(),
        Inside::Kubernetes => "Kubernetes pod".to_owned(),
        Inside::Container(name) => format!("container: {name}"),
        Inside::Nothing => "no container seen".to_owned(),
    };
    Probe::new(NAME, Standing::Note, found, "")
}

fn filter() -> Probe {
    if seccomp::knows_action(libc::SECCOMP_RET_TRACE)
        && seccomp::knows_action(libc::SECCOMP_RET_KILL_PROCESS)
    {
        Probe::good("seccomp", "filters can refuse, trace and kill")
    } else {
        let advice = "the kernel needs CONFIG_SECCOMP_FILTER (4.14 or later)";
        Probe::new("seccomp", Standing::Missing, "no filters", advice)
    }
}

fn notification() -> Probe {
    const NAME: &str = "seccomp notification";
    if seccomp::knows_action(libc::SECCOMP_RET_USER_NOTIF) {
        Probe::good(NAME, "available")
    } else {
        let advice = "programs that trace themselves cannot be observed; needs Linux 5.0";
        Probe::new(NAME, Standing::Weak, "not available", advice)
    }
}

fn landlock_version() -> Probe {
    const NAME: &str = "Landlock";
    match landlock::version() {
        Ok(version) => Probe::good(NAME, format!("version {version}")),
        Err(error) => Probe::new(
            NAME,
            Standing::Weak,
            error.to_string(),
            "only needed where there are no user namespaces: add `landlock` to the kernel's lsm=",
        ),
    }
}

fn rings() -> Probe {
    const NAME: &str = "io_uring";
    match uring::setup_refusal() {
        None => Probe::good(NAME, "available"),
        Some(why) => Probe::new(
            NAME,
            Standing::Weak,
            why,
            "only needed by `fds/uring-copy`: use a machine, or a container, that permits it",
        ),
    }
}

fn cgroups() -> Probe {
    let root = Path::new("/sys/fs/cgroup");
    let found = if root.join("cgroup.controllers").exists() {
        "version 2"
    } else if root.join("unified").exists() {
        "version 1, with version 2 beside it"
    } else if root.join("memory").exists() || root.join("pids").exists() {
        "version 1"
    } else {
        "none"
    };
    Probe::new("cgroups", Standing::Note, found, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_comes_with_advice() {
        let probes = machine();
        assert!(probes.len() >= 12);
        for probe in &probes {
            assert!(!probe.found.is_empty(), "{probe:?}");
            let is_fine = matches!(probe.standing, Standing::Good | Standing::Note);
            assert!(is_fine || !probe.advice.is_empty(), "{probe:?}");
        }
    }
}
