//! Whether programs can be traced here: by tracing one.

use std::{fs, io};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::machine::{Probe, Standing};
use crate::model::Capability;
use crate::sys::{memory, process, ptrace, seccomp};

const PTRACE: &str = "ptrace";
const SYSCALL_INFO: &str = "ptrace syscall info";
const MEMORY: &str = "process_vm_readv";
const REGISTERS: &str = "registers";

/// What came of tracing a child of ours for a moment.
pub(super) struct Attempt {
    /// Whether it could be seized and stopped.
    seized: io::Result<()>,
    /// PTRACE_GET_SYSCALL_INFO.
    info: io::Result<()>,
    /// Whether its memory could be read.
    memory: io::Result<()>,
    /// Whether its registers could be read and written: that is how calls are made to fail.
    registers: io::Result<()>,
}

/// Seizes a child that does nothing, looks into it, and ends it. Takes less than a millisecond.
pub(super) fn attempt() -> Attempt {
    match process::start_idle() {
        Ok(child) => {
            let attempt = Attempt::on(child);
            // It is our child, and has not been waited for.
            let _ = kill(child, Signal::SIGKILL);
            let _ = waitpid(child, Some(WaitPidFlag::__WALL));
            attempt
        }
        Err(error) => Attempt::failed(|| {
            io::Error::new(error.kind(), format!("cannot start a process: {error}"))
        }),
    }
}

impl Attempt {
    fn on(child: Pid) -> Self {
        if let Err(error) = stop(child) {
            return Self::failed(|| error.into());
        }
        let pid = child.as_raw();
        let registers = ptrace::registers(pid);
        let stack = registers.as_ref().map_or(0, ptrace::stack_pointer);
        Self {
            seized: Ok(()),
            info: ptrace::syscall_info(pid).map(drop),
            memory: memory::read_u64(pid, stack).map(drop),
            registers: registers.and_then(|registers| ptrace::set_registers(pid, &registers)),
        }
    }

    fn failed(error: impl Fn() -> io::Error) -> Self {
        Self {
            seized: Err(error()),
            info: Err(error()),
            memory: Err(error()),
            registers: Err(error()),
        }
    }

    /// The name of what traces here, or why nothing does.
    pub(super) fn tracer(&self) -> String {
        match &self.seized {
            Ok(()) if !can_filter() => "none: no seccomp filters that trace".to_owned(),
            Ok(()) => "ptrace".to_owned(),
            Err(error) => format!("none: {error}"),
        }
    }

    /// What checks can do with it.
    pub(super) fn capabilities(&self) -> Vec<Capability> {
        let can_trace = self.seized.is_ok() && can_filter();
        let can_read = can_trace && self.memory.is_ok();
        let can_look = can_trace && (self.info.is_ok() || self.registers.is_ok());
        [
            (Capability::Events, can_look),
            (Capability::Results, can_look),
            (Capability::Arguments, can_read),
            (Capability::Injection, can_trace && self.registers.is_ok()),
            (Capability::Sites, can_read && self.registers.is_ok()),
        ]
        .into_iter()
        .filter_map(|(capability, can)| can.then_some(capability))
        .collect()
    }

    /// The same for people.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let mut probes = vec![yama()];
        if let Err(error) = &self.seized {
            probes.push(Probe::new(
                PTRACE,
                Standing::Missing,
                error.to_string(),
                "in a container: --cap-add SYS_PTRACE; else kernel.yama.ptrace_scope must be 0 or 1",
            ));
            return probes;
        }
        probes.push(Probe::good(PTRACE, "seized and stopped a child"));
        let weak = |name, what: &io::Result<()>, good: &str, advice: &str| match what {
            Ok(()) => Probe::good(name, good),
            Err(error) => Probe::new(name, Standing::Weak, error.to_string(), advice),
        };
        probes.push(weak(
            SYSCALL_INFO,
            &self.info,
            "available",
            "needs Linux 5.3; gVisor does not have it",
        ));
        probes.push(weak(
            MEMORY,
            &self.memory,
            "reads a child's memory",
            "arguments in memory (paths, data) cannot be shown: use another container runtime",
        ));
        probes.push(weak(
            REGISTERS,
            &self.registers,
            "read and written",
            "calls cannot be made to fail: use another container runtime",
        ));
        probes
    }
}

/// Whether filters can stop a program for its tracer.
fn can_filter() -> bool {
    seccomp::knows_action(libc::SECCOMP_RET_TRACE)
}

fn stop(pid: Pid) -> nix::Result<()> {
    use nix::sys::ptrace::{Options, interrupt, seize};
    seize(pid, Options::PTRACE_O_EXITKILL)?;
    interrupt(pid)?;
    match waitpid(pid, Some(WaitPidFlag::__WALL))? {
        WaitStatus::PtraceEvent(..) | WaitStatus::Stopped(..) => Ok(()),
        // It has ended.
        _ => Err(nix::Error::ESRCH),
    }
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
