//! Whether programs can be traced here: by tracing one.

use std::fs;
use std::process::{Child, Command, Stdio};

use nix::sys::ptrace;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::machine::{Probe, Standing};
use crate::sys::memory;

const PTRACE: &str = "ptrace";
const SYSCALL_INFO: &str = "ptrace syscall info";
const MEMORY: &str = "process_vm_readv";

/// Traces a child of ours for a moment: ptrace, PTRACE_GET_SYSCALL_INFO, process_vm_readv.
pub(super) fn probes() -> Vec<Probe> {
    // It waits for its input to end, and so does nothing meanwhile.
    let child = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn();
    match child {
        Ok(mut child) => {
            let probes = trace(&child);
            end(&mut child);
            probes
        }
        Err(error) => vec![Probe::new(
            PTRACE,
            Standing::Missing,
            format!("cannot start a program to trace: {error}"),
            "`cat` has to be on PATH",
        )],
    }
}

fn trace(child: &Child) -> Vec<Probe> {
    let pid = Pid::from_raw(child.id() as i32);
    let mut probes = vec![yama()];
    if let Err(error) = stop(pid) {
        probes.push(Probe::new(
            PTRACE,
            Standing::Missing,
            error.to_string(),
            "in a container: --cap-add SYS_PTRACE; else kernel.yama.ptrace_scope must be 0 or 1",
        ));
        return probes;
    }
    probes.push(Probe::good(PTRACE, "seized and stopped a child"));
    let info = ptrace::syscall_info(pid);
    probes.push(match &info {
        Ok(_) => Probe::good(SYSCALL_INFO, "available"),
        Err(error) => Probe::new(
            SYSCALL_INFO,
            Standing::Weak,
            error.to_string(),
            "needs Linux 5.3; gVisor does not have it",
        ),
    });
    let stack = info.map_or(0, |info| info.stack_pointer);
    probes.push(match memory::read_u64(pid.as_raw(), stack) {
        Ok(_) => Probe::good(MEMORY, "reads a child's memory"),
        Err(error) => Probe::new(
            MEMORY,
            Standing::Weak,
            error.to_string(),
            "arguments in memory (paths, data) cannot be shown: use another container runtime",
        ),
    });
    probes
}

fn stop(pid: Pid) -> nix::Result<()> {
    ptrace::seize(pid, ptrace::Options::PTRACE_O_EXITKILL)?;
    ptrace::interrupt(pid)?;
    match waitpid(pid, Some(WaitPidFlag::__WALL))? {
        WaitStatus::PtraceEvent(..) | WaitStatus::Stopped(..) => Ok(()),
        // It has ended.
        _ => Err(nix::Error::ESRCH),
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Who may trace whom; see ptrace(2), "/proc/sys/kernel/yama/ptrace_scope".
fn yama() -> Probe {
    const NAME: &str = "yama";
    let Ok(scope) = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope") else {
        return Probe::good(NAME, "not in this kernel");
    };
    match scope.trim() {
        "0" => Probe::good(NAME, "0: any program of one's own may be traced"),
        "1" => Probe::good(NAME, "1: children may be traced, which is enough"),
        scope => Probe::new(
            NAME,
            Standing::Weak,
            format!("{scope}: only root may trace, if anyone"),
            "sudo sysctl kernel.yama.ptrace_scope=1 (3 lasts until the next start)",
        ),
    }
}
